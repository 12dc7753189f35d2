"""The engine sends through a channel of kind `http`: what the store knows afterwards, and what the gateway had."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from engine.channels.building import build_channel
from engine.config import ChannelConfig
from engine.storage.schema import optout
from tests.deliveries import Shop, at, shop
from tests.gateways import Hit, refusing_port, says, web_gateway
from tests.projects import RULES, applied_project

TABLE = {
    "json": {"to": "{{ to }}", "text": "{{ text }}", "key": "{{ key }}", "ref": "{{ ref }}"},
    "id": "$.id",
    "code": "$.code",
    "opted_out_codes": ["STOP"],
}


def shop_at(url: str) -> Shop:
    """A shop with one customer, whose message is ready to leave by this gateway."""
    channel = build_channel(ChannelConfig("sms", "http", settings={"url": url, **TABLE}), Path("/nowhere"))
    made = shop(channels={"sms": channel})
    made.customer("C1", name="陈晨", phone="+8613800000001")
    made.run("2026-11-23 10:00")
    return made


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (says({"id": "7"}), "sent"),  # and its reference is kept
        (says({"id": "7"}, 502), "unknown"),  # E4
        (says("what?"), "unknown"),  # E5
        (says({}, 429), "ready"),  # E6
        (says({}, 404), "failed"),  # E7
        (says({"code": "STOP"}, 400), "failed"),  # E7
    ],
)
def test_what_the_gateway_says_is_what_the_store_knows(
    answer: Callable[[Hit], web.Response], status: str
) -> None:
    """E4 to E7: one request, whatever comes of it, with the key and the ref of the attempt."""
    with web_gateway(answer) as gateway:
        made = shop_at(gateway.url)
        made.deliver("2026-11-23 10:00")
        message: dict[str, Any] = made.one()
        made.channels["sms"].close()
    (hit,) = gateway.hits
    assert message["status"] == status
    assert message["reference"] == ("7" if status == "sent" else None)
    assert hit.json["to"] == "+8613800000001"
    assert hit.json["ref"] == hit.json["key"] + ".1"


def test_who_has_opted_out_at_the_gateway_is_left_alone_there() -> None:
    """E7: the code for it records an opt-out by this channel, in the same transaction."""
    with web_gateway(says({"code": "STOP"}, 400)) as gateway:
        made = shop_at(gateway.url)
        made.deliver("2026-11-23 10:00")
        made.channels["sms"].close()
    with made.store.read() as connection:
        (row,) = connection.execute(sa.select(optout)).all()
    number = made.plan.world.number("channel", "sms")
    assert (row.channel, row.at, row.source) == (number, at("2026-11-23 10:00"), "the gateway says so")


def test_everybody_with_that_number_is_left_alone(tmp_path: Path) -> None:
    """What the gateway knows is of the number: however many customers have it, in whichever attribute."""
    rules = RULES.replace("email: email\n", "email: email\n  other: phone\n").replace(
        "when lapsed", "when member"
    )
    people = (
        "id,name,phone,other,member\nC1,陈晨,13800000001,,yes\nC2,,13800000001,,\n"
        "C3,,,13800000001,\nC4,,13800000004,,\n"
    )
    with web_gateway(says({"code": "STOP"}, 400)) as gateway:
        table = (
            f'[channels.sms]\nkind = "http"\nurl = "{gateway.url}"\ncode = "$.code"\nopted_out_codes = ["STOP"]\n'
            'json = { to = "{{ to }}", text = "{{ text }}" }\n[channels.wecom]\n'
        )
        homing = applied_project(tmp_path, rules, f'[project]\nbrand = "毛毛家"\n{table}')
        homing.well("import", "customers", homing.file("c.csv", people))
        homing("run", "--at", "2026-10-12 10:00")
    found = {one: homing("customer", one, "--json").json["optouts"] for one in ("C1", "C2", "C3", "C4")}
    assert {one: [out["channel"] for out in outs] for one, outs in found.items()} == {
        "C1": ["sms"], "C2": ["sms"], "C3": ["sms"], "C4": [],
    }  # fmt: skip


def test_a_gateway_that_was_away_gets_it_later_once() -> None:
    """E1: not sent, ready again; the next attempt has the same key and a ref of its own."""
    port = refusing_port()
    made = shop_at(f"http://127.0.0.1:{port}/send")
    made.deliver("2026-11-23 10:00")
    assert made.one()["status"] == "ready"
    made.channels["sms"].close()
    with web_gateway(says({"id": "8"})) as gateway:
        settings = {"url": gateway.url, **TABLE}
        made.channels["sms"] = build_channel(
            ChannelConfig("sms", "http", settings=settings), Path("/nowhere")
        )
        made.deliver("2026-11-23 10:30")
        made.channels["sms"].close()
    (hit,) = gateway.hits
    assert made.one()["status"] == "sent"
    assert hit.json["ref"] == hit.json["key"] + ".2"
