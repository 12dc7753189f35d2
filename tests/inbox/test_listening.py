"""Receipts and replies fetched from a gateway on loopback, or pushed by it: what the store knows afterwards."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from engine.channels.building import build_channel
from engine.channels.protocol import UnreadableBodyError
from engine.config import ChannelConfig
from engine.errors import UnknownNameError
from engine.inbox.listening import Listened, listen
from engine.inbox.taking import take_body
from engine.storage.inbox_tables import poll, reply
from engine.storage.states import Fate
from tests.deliveries import NOW, Shop, at, shop
from tests.gateways import Gateway, Hit, web_gateway
from tests.inboxes import inbox, receipts

SOON, LATER = "2026-11-23 10:01", "2026-11-23 10:05"


@dataclass
class Provider:
    """Takes messages and tells what became of them, as the test says. `pages` of receipts, by cursor."""

    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    replies: list[dict[str, Any]] = field(default_factory=list)
    down: bool = False

    def __call__(self, hit: Hit) -> web.Response:
        """Answer."""
        if hit.target.startswith("/send"):
            return web.json_response({"id": "m1"})
        if self.down:
            return web.json_response({}, status=503)
        if hit.target.startswith("/replies"):
            return web.json_response({"replies": self.replies})
        return web.json_response(self.pages.get(hit.target.partition("cursor=")[2], {"reports": []}))


def table(gateway: Gateway) -> dict[str, Any]:
    """The table of a channel at this provider."""
    base = gateway.url.removesuffix("/send")
    return {
        "url": gateway.url,
        "json": {"to": "{{ to }}", "ref": "{{ ref }}"},
        "id": "$.id",
        "receipts": {
            "url": f"{base}/receipts?cursor={{{{ cursor }}}}",
            "list": "$.reports",
            "cursor": "$.next",
            "ref": "$.ref",
            "id": "$.id",
            "code": "$.status",
            "delivered_codes": ["DELIVRD"],
            "failed_codes": ["UNDELIV"],
        },
        "replies": {
            "url": f"{base}/replies?since={{{{ since_utc }}}}",
            "list": "$.replies",
            "id": "$.id",
            "from": "$.from",
            "text": "$.text",
        },
    }


@contextmanager
def in_touch(database: Path | str = ":memory:") -> Iterator[tuple[Shop, Provider, Gateway]]:
    """A shop with a message that has left, and its provider."""
    provider = Provider()
    with web_gateway(provider) as gateway:
        channel = build_channel(ChannelConfig("sms", "http", settings=table(gateway)), Path("/nowhere"))
        some = shop(database=database, channels={"sms": channel})
        some.customer("C1", name="陈晨", phone="+8613800000001")
        some.run(NOW)
        some.deliver(NOW)
        assert some.one()["status"] == "sent"
        try:
            yield some, provider, gateway
        finally:
            channel.close()


def polled(some: Shop) -> dict[str, Any]:
    """How far each kind was fetched."""
    with some.store.read() as connection:
        return {row["what"]: dict(row) for row in connection.execute(sa.select(poll)).mappings()}


def hear(some: Shop, now: str) -> Listened:
    """What `homing run` does after delivering."""
    return listen(inbox(some), at(now))


def test_receipts_and_replies_are_fetched() -> None:
    """By the ref that the message was sent with; the second time nothing is new."""
    with in_touch() as (some, provider, gateway):
        ref = gateway.hits[0].json["ref"]
        provider.pages[""] = {"reports": [{"ref": ref, "id": "m1", "status": "DELIVRD"}]}
        provider.replies = [{"id": "r1", "from": "13800000001", "text": "1"}]
        first, second = hear(some, SOON), hear(some, LATER)
        assert (first.taken.receipts, first.taken.messages, first.taken.replies) == (
            {Fate.APPLIED: 1}, {"delivered": 1}, 1,
        )  # fmt: skip
        assert not second.taken.anything
        assert some.one()["status"] == "delivered"
        assert [hit.target for hit in gateway.hits if "replies" in hit.target] == [
            "/replies?since=2026-11-20T02%3A01%3A00Z",  # three days back
            "/replies?since=2026-11-23T01%3A01%3A00Z",  # an hour before the last time
        ]


def test_page_after_page() -> None:
    """Until there is no other; the next time it goes on from there."""
    with in_touch() as (some, provider, gateway):
        ref = gateway.hits[0].json["ref"]
        provider.pages[""] = {"reports": [{"ref": "X.1", "status": "DELIVRD"}], "next": "c1"}
        provider.pages["c1"] = {"reports": [{"ref": ref, "status": "UNDELIV"}], "next": "c2"}
        provider.pages["c2"] = {"reports": [], "next": "c2"}
        heard = hear(some, SOON)
        assert heard.taken.receipts == {Fate.ORPHAN: 1, Fate.APPLIED: 1}
        assert some.one()["status"] == "failed"
        assert polled(some)["receipts"]["cursor"] == "c2"
        hear(some, LATER)
        asked = [hit.target.partition("cursor=")[2] for hit in gateway.hits if "receipts" in hit.target]
        assert asked == ["", "c1", "c2", "c2"]


def test_a_gateway_that_cannot_be_asked_is_told_of() -> None:
    """Since when and why; messages stay as they are, and the next time it is asked for all of it."""
    with in_touch() as (some, provider, gateway):
        provider.down = True
        heard = hear(some, SOON)
        assert heard.problems == [
            "receipts of `sms` could not be fetched: HTTP 503",
            "replies by `sms` could not be fetched: HTTP 503",
        ]
        hear(some, LATER)
        found = polled(some)["replies"]
        assert (found["at"], found["failed_at"], found["because"]) == (None, at(SOON), "HTTP 503")
        provider.down = False
        assert hear(some, LATER).problems == []
        assert polled(some)["replies"]["failed_at"] is None
        assert [hit.target for hit in gateway.hits if "replies" in hit.target][-1].endswith(
            "11-20T02%3A05%3A00Z"
        )


def test_killed_between_fetching_and_taking(tmp_path: Path) -> None:
    """It is fetched again, and taken once: how far was fetched is noted with what was taken."""
    with in_touch(tmp_path / "homing.db") as (some, provider, gateway):
        provider.pages[""] = {
            "reports": [{"ref": gateway.hits[0].json["ref"], "status": "DELIVRD"}],
            "next": "c1",
        }

        def killed() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            listen(inbox(some), at(SOON), killed)
        assert polled(some) == {}
        assert some.one()["status"] == "sent"
        assert hear(some, LATER).taken.messages == {"delivered": 1}


def test_a_receipt_before_the_answer() -> None:
    """E8: its gateway tells by its own name alone, which nobody knows yet; the same call finds it later."""
    with in_touch() as (some, provider, _):
        provider.pages[""] = {"reports": [{"id": "m2", "status": "DELIVRD"}]}
        assert hear(some, SOON).taken.receipts == {Fate.ORPHAN: 1}
        some.customer("C2", name="李雷", phone="+8613800000002")
        some.run(SOON)
        some.deliver(SOON)
        with some.store.write() as connection:  # what the answer would have told, had it been another
            connection.exec_driver_sql("UPDATE message SET reference = 'm2' WHERE customer = 2")
        assert hear(some, LATER).taken.messages == {"delivered": 1}
        assert [row["status"] for row in some.messages()] == ["sent", "delivered"]


def test_silence() -> None:
    """E11: after three days the message is told of, once."""
    with in_touch() as (some, _, _gateway):
        assert [hear(some, now).silent for now in (LATER, "2026-11-26 10:00", "2026-11-26 10:05")] == [
            0,
            1,
            0,
        ]
        assert some.one()["because"] == "no receipt came"


def test_many_at_once() -> None:
    """In several transactions; how many does not show."""
    with in_touch() as (some, provider, gateway):
        reports = [{"ref": f"X{number}.1", "status": "UNDELIV"} for number in range(1_100)]
        provider.pages[""] = {
            "reports": [*reports, {"ref": gateway.hits[0].json["ref"], "status": "DELIVRD"}]
        }
        provider.replies = [{"id": f"r{number}", "from": "13800000001", "text": "1"} for number in range(120)]
        heard = hear(some, SOON)
        assert heard.taken.receipts == {Fate.ORPHAN: 1_100, Fate.APPLIED: 1}
        assert heard.taken.replies == 120
        assert not hear(some, LATER).taken.anything


class TestPushed:
    """Bodies that gateways send by themselves."""

    def test_a_body(self) -> None:
        """Of either kind; twice does nothing."""
        with in_touch() as (some, _, gateway):
            ref = gateway.hits[0].json["ref"]
            body = json.dumps({"reports": [{"ref": ref, "status": "DELIVRD"}]}).encode()
            assert take_body(inbox(some), "sms", body, at(SOON), "receipts").messages == {"delivered": 1}
            assert not take_body(inbox(some), "sms", body, at(LATER), "receipts").anything
            body = json.dumps({"replies": [{"id": 1, "from": "+86 13800000001", "text": "2"}]}).encode()
            assert take_body(inbox(some), "sms", body, at(LATER)).replies == 1
            assert receipts(some).popitem()[1] == "applied"
            with some.store.read() as connection:
                assert connection.scalar(sa.select(sa.func.count()).select_from(reply)) == 1

    def test_what_cannot_be_taken(self) -> None:
        """A body that nobody can read, and a channel that reports nothing: nothing is stored."""
        with in_touch() as (some, _, _gateway):
            with pytest.raises(UnreadableBodyError):
                take_body(inbox(some), "sms", b"what?", at(SOON))
            with pytest.raises(UnknownNameError):
                take_body(inbox(some), "email", b"{}", at(SOON))
            assert receipts(some) == {}
