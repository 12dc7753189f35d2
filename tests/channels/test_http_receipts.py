"""E7 to E11 and A4 against a real gateway: what it tells of messages, and when, and what the store knows afterwards."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from engine.channels.building import build_channel
from engine.config import ChannelConfig
from engine.inbox.listening import Listened, listen
from engine.inbox.taking import Inbox, take_body
from engine.storage.schema import optout
from engine.storage.states import Fate
from engine.storage.store import open_store
from tests.deliveries import NOW, Shop, at, shop
from tests.gateways import Gateway, Hit, raw_gateway, read_request, reset, web_gateway
from tests.inboxes import inbox, receipts

SOON, LATER, THREE_DAYS = "2026-11-23 10:01", "2026-11-23 10:05", "2026-11-26 10:00"

TABLE: dict[str, Any] = {
    "json": {"to": "{{ to }}", "text": "{{ text }}", "ref": "{{ ref }}"},
    "id": "$.id",
    "timeout": 5,
    "receipts": {
        "list": "$",
        "ref": "$.ref",
        "id": "$.id",
        "receipt_id": "$.receipt",
        "code": "$.status",
        "delivered_codes": ["DELIVRD"],
        "failed_codes": ["UNDELIV"],
        "opted_out_codes": ["BLACK"],
    },
}


@dataclass
class Provider:
    """Takes messages, and tells of them what it is told to. `early`: what happens before it answers a message."""

    early: Callable[[str], None] = lambda _: None
    told: list[dict[str, Any]] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    broken: bool = False

    def __call__(self, hit: Hit) -> web.Response:
        """Answer."""
        if hit.target == "/receipts":
            return web.json_response(self.told)
        self.refs.append(hit.json["ref"])
        self.early(hit.json["ref"])
        return web.json_response({"id": f"m{len(self.refs)}"}, status=502 if self.broken else 200)


@contextmanager
def in_touch(database: Path) -> Iterator[tuple[Shop, Provider]]:
    """A shop with a message that is ready to leave, and its provider."""
    provider = Provider()
    with web_gateway(provider) as gateway:
        some = shop_at(gateway, database)
        try:
            yield some, provider
        finally:
            some.channels["sms"].close()


def shop_at(gateway: Gateway, database: Path) -> Shop:
    """A shop whose messages leave by this gateway."""
    table = {**TABLE, "receipts": {**TABLE["receipts"], "url": gateway.url.replace("/send", "/receipts")}}
    channel = build_channel(
        ChannelConfig("sms", "http", settings={"url": gateway.url, **table}), Path("/nowhere")
    )
    some = shop(database=database, channels={"sms": channel})
    some.customer("C1", name="陈晨", phone="+8613800000001")
    some.run(NOW)
    return some


def hear(some: Shop, now: str) -> Listened:
    """What `homing run` does after delivering."""
    return listen(inbox(some), at(now))


@pytest.mark.parametrize("status", ["DELIVRD", "UNDELIV"])
def test_a_receipt_before_the_answer(status: str, tmp_path: Path) -> None:
    """E8: pushed while the call is under way; the answer then changes nothing, and nothing is sent again."""
    with in_touch(tmp_path / "homing.db") as (some, provider):

        def push(ref: str) -> None:
            store = open_store(tmp_path / "homing.db")  # as a process of its own has it
            own = inbox(some)
            body = json.dumps([{"receipt": 1, "ref": ref, "status": status}]).encode()
            there = Inbox(store, own.model, own.surroundings, own.channels)
            taken.append(take_body(there, "sms", body, at(NOW), "receipts").receipts)
            store.close()

        taken: list[Any] = []
        provider.early = push
        some.deliver(NOW)
        assert taken == [{Fate.APPLIED: 1}]
        assert some.one()["status"] == {"DELIVRD": "delivered", "UNDELIV": "failed"}[status]
        some.run(LATER)
        some.deliver(LATER)
        assert len(provider.refs) == 1
        assert some.settled() == [at(NOW)]


def test_accepted_but_the_answer_was_lost(tmp_path: Path) -> None:
    """A4, E2: in doubt until the receipt comes; it was one message all the time."""
    with in_touch(tmp_path / "homing.db") as (some, provider):
        provider.broken = True
        some.deliver(NOW)
        assert some.one()["status"] == "unknown"
        provider.told = [{"receipt": 1, "ref": provider.refs[0], "status": "DELIVRD"}]
        assert hear(some, SOON).taken.messages == {"delivered": 1}
        some.run(LATER)
        some.deliver(LATER)
        assert len(provider.refs) == 1


def test_the_connection_broke_after_the_request(tmp_path: Path) -> None:
    """E3: the same, where there was no answer at all; the receipt is pushed."""
    refs: list[str] = []

    async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await read_request(reader)
        refs.append(json.loads(request.partition(b"\r\n\r\n")[2])["ref"])
        reset(writer)

    with raw_gateway(breaks) as gateway:
        some = shop_at(gateway, tmp_path / "homing.db")
        some.deliver(NOW)
        assert some.one()["status"] == "unknown"
        body = json.dumps([{"receipt": 1, "ref": refs[0], "status": "DELIVRD"}]).encode()
        assert take_body(inbox(some), "sms", body, at(SOON)).messages == {"delivered": 1}
        assert some.one()["status"] == "delivered"
        some.channels["sms"].close()


def test_a_number_that_wants_no_more(tmp_path: Path) -> None:
    """E7: the receipt says so."""
    with in_touch(tmp_path / "homing.db") as (some, provider):
        some.deliver(NOW)
        provider.told = [{"receipt": 1, "id": "m1", "status": "BLACK"}]
        hear(some, SOON)
        assert some.one()["status"] == "failed"
        with some.store.read() as connection:
            rows = connection.execute(sa.select(optout.c.channel, optout.c.source)).all()
        assert rows == [(some.plan.world.number("channel", "sms"), "the gateway says so")]


def test_twice_reordered_and_contradictory(tmp_path: Path) -> None:
    """E9: the first last word stands, whatever is said again."""
    with in_touch(tmp_path / "homing.db") as (some, provider):
        some.deliver(NOW)
        delivered = {"receipt": 1, "id": "m1", "status": "DELIVRD"}
        failed = {"receipt": 2, "ref": provider.refs[0], "status": "UNDELIV"}
        provider.told = [delivered, failed, delivered]
        assert hear(some, SOON).taken.receipts == {Fate.APPLIED: 1, Fate.CONTRADICTS: 1}
        provider.told = [failed, delivered]
        assert not hear(some, LATER).taken.anything
        assert some.one()["status"] == "delivered"


def test_about_nobody_yet(tmp_path: Path) -> None:
    """E10: by a name that the gateway gives to the message only later."""
    with in_touch(tmp_path / "homing.db") as (some, provider):
        provider.told = [
            {"receipt": 1, "id": "m1", "status": "DELIVRD"},
            {"receipt": 2, "ref": "X.1", "status": "UNDELIV"},
        ]
        assert hear(some, NOW).taken.receipts == {Fate.ORPHAN: 2}
        some.deliver(NOW)
        assert hear(some, SOON).taken.receipts == {Fate.APPLIED: 1}
        assert receipts(some) == {"1": "applied", "2": "orphan"}
        assert some.one()["status"] == "delivered"


def test_never(tmp_path: Path) -> None:
    """E11: it stays sent, is told of, and goes out no second time."""
    with in_touch(tmp_path / "homing.db") as (some, provider):
        some.deliver(NOW)
        assert hear(some, THREE_DAYS).silent == 1
        some.run(THREE_DAYS)
        some.deliver(THREE_DAYS)
        found = some.one()
        assert (found["status"], found["because"]) == ("sent", "no receipt came")
        assert len(provider.refs) == 1
