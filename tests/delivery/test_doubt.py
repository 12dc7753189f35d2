"""Messages in doubt: what evidence settles, what is asked again, and what only a person can decide."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.channels.protocol import (
    Accepted,
    Capabilities,
    InTime,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
    Unknown,
)
from engine.delivery.recording import ASKED_AFTER, HOUR
from engine.people import doubts, optouts
from engine.storage.audit import By
from engine.storage.keys import Intent, intent_in
from engine.storage.schema import message
from engine.storage.store import open_store
from engine.storage.symbols import load_symbols
from tests.deliveries import NOW, Shop, at, shop

MINUTE = 60_000


@dataclass
class Doubtful:
    """A gateway that leaves messages in doubt and may tell later, or knows keys again."""

    answers: list[Outcome] = field(default_factory=list)
    remembers: int = 0
    known: dict[str, Outcome] = field(default_factory=dict)
    got: list[Outgoing] = field(default_factory=list)
    asked: int = 0
    meanwhile: Callable[[], None] = lambda: None

    @property
    def capabilities(self) -> Capabilities:
        """As told."""
        return Capabilities(batch=10, remembers=self.remembers)

    def send(self, batch: Sequence[Outgoing], _: InTime) -> Sequence[Outcome]:
        """The next answers; in doubt when there are none left."""
        self.got += batch
        return [self.answers.pop(0) if self.answers else Unknown("time-out") for _ in batch]

    def settled(self, keys: Collection[str]) -> Mapping[str, Outcome]:
        """What it knows."""
        self.asked += 1
        self.meanwhile()
        return {key: self.known[key] for key in keys if key in self.known}

    def close(self) -> None:
        """Nothing is held."""


def doubtful(**how: int) -> tuple[Shop, Doubtful]:
    """A shop whose only message is in doubt, and its gateway."""
    gateway = Doubtful(**how)
    some = shop(channels={"sms": gateway, "wecom": gateway})
    some.customer("C1", name="陈晨", phone="13800000001")
    some.run(NOW)
    assert some.deliver(NOW) == {"unknown": 1}
    return some, gateway


def test_the_gateway_is_asked_later_and_later() -> None:
    """After a minute first, after three days for the last time; then a person must."""
    some, gateway = doubtful()
    times = []
    while (until := some.one()["until"]) is not None:
        times.append(until - at(NOW))
        some.delivery()(until)
    assert tuple(times) == ASKED_AFTER
    assert gateway.asked == len(times)
    assert some.one()["status"] == "unknown"
    assert len(gateway.got) == 1


@pytest.mark.parametrize(
    ("evidence", "status"),
    [(Accepted("R7"), "sent"), (Rejected("dead number"), "failed"), (NotSent("never came in"), "ready")],
)
def test_evidence_settles_it(evidence: Outcome, status: str) -> None:
    """What the gateway tells for sure is recorded, and the customer goes on."""
    some, gateway = doubtful()
    gateway.known[gateway.got[0].key] = evidence
    assert some.delivery()(at(NOW) + MINUTE) == {status: 1}
    assert some.one()["status"] == status


def test_others_may_write_while_a_gateway_is_asked(tmp_path: Path) -> None:
    """No transaction is open meanwhile; what a person says in that time stands."""
    gateway = Doubtful()
    some = shop(database=tmp_path / "shop.db", channels={"sms": gateway, "wecom": gateway})
    some.customer("C1", name="陈晨", phone="13800000001")
    some.run(NOW)
    some.deliver(NOW)
    gateway.meanwhile = partial(_say_it_was_sent, tmp_path / "shop.db", at(NOW) + MINUTE)
    assert some.delivery()(at(NOW) + MINUTE) == {}
    assert (some.one()["status"], some.one()["until"]) == ("sent", None)
    some.store.close()


def _say_it_was_sent(database: Path, now: int) -> None:
    other = open_store(database)
    with other.write() as connection:
        rows = connection.execute(sa.select(*(message.c[name] for name in Intent._fields)))
        doubts.was_sent(connection, intent_in(rows.one()), By("李明", now), "它到了")
    other.close()


def test_a_key_that_the_gateway_knows_again_may_be_given_again() -> None:
    """The message stays in doubt until an attempt is answered; its state was settled at the first doubt."""
    some, gateway = doubtful(remembers=24 * HOUR)
    gateway.answers = [NotSent("connection refused"), Accepted("R1")]
    assert some.delivery()(at(NOW) + MINUTE) == {"unknown": 1}
    assert some.one()["status"] == "unknown"
    assert some.delivery()(at(NOW) + 5 * MINUTE) == {"sent": 1}
    assert [item.key for item in gateway.got] == [gateway.got[0].key] * 3
    assert len({item.ref for item in gateway.got}) == 3


def test_a_key_is_not_given_again_when_the_gateway_may_have_forgotten_it() -> None:
    """Of a day only twenty hours are used; for the last time it is ten in the evening, when nothing leaves."""
    some, gateway = doubtful(remembers=24 * HOUR)
    last = 0
    while (until := some.one()["until"]) is not None:
        last = until
        some.delivery()(until)
    assert last - at(NOW) == 12 * HOUR
    assert len(gateway.got) == 5


def test_an_optout_keeps_what_is_in_doubt_from_being_given_again() -> None:
    """And it stays in doubt: it may have been taken."""
    some, gateway = doubtful(remembers=24 * HOUR)
    with some.store.write() as connection:
        said = optouts.OptOut(1, "C1", None, at(NOW), "test")
        optouts.opt_out(connection, load_symbols(connection), said, By("test", at(NOW)))
    some.delivery()(at(NOW) + MINUTE)
    found = some.one()
    assert (found["status"], found["until"], found["because"]) == ("unknown", None, "time-out")
    assert len(gateway.got) == 1


def test_a_changed_address_keeps_it_too() -> None:
    """Under its key the gateway knows another message."""
    some, gateway = doubtful(remembers=24 * HOUR)
    some.customer("C1", phone="13800000002")
    some.delivery()(at(NOW) + MINUTE)
    assert some.one()["status"] == "unknown"
    assert len(gateway.got) == 1
