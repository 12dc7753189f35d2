"""A shop whose gateway gives receipts, and what it tells of its messages."""

from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.channels.protocol import Heard, Receipt, Reply, Says
from engine.inbox.receipts import tell_silence
from engine.inbox.taking import Inbox, Taken, look_again, take_heard
from engine.storage.inbox_tables import receipt
from engine.storage.states import Fate
from engine.storage.values import Surroundings
from tests.deliveries import RULES, SHANGHAI, Gateway, Shop, at, shop


def shop_with_receipts(rules: str = RULES, database: Path | str = ":memory:") -> Shop:
    """A shop whose channels give receipts."""
    return shop(rules, database, {"sms": Gateway(receipts=True), "wecom": Gateway(receipts=True)})


def sent(rules: str = RULES, now: str = "2026-11-23 10:00", **attributes: object) -> Shop:
    """One with a message that has left by sms."""
    some = shop_with_receipts(rules)
    some.customer("C1", **({"name": "陈晨", "phone": "+8613800000001"} | attributes))
    some.run(now)
    some.deliver(now)
    return some


def inbox(some: Shop) -> Inbox:
    """What takes what comes back for it."""
    model = some.plan.world.model
    return Inbox(some.store, model, Surroundings(SHANGHAI, "CN"), some.channels)


def ref_of(some: Shop, channel: str = "sms") -> str:
    """The name of the last attempt that a gateway got."""
    gateway = some.channels[channel]
    assert isinstance(gateway, Gateway)
    return gateway.got[-1].ref


def told(says: Says, identity: str = "1", **more: Any) -> Receipt:
    """A receipt."""
    return Receipt(**({"id": identity, "ref": None, "reference": None, "says": says} | more))


def hear(some: Shop, now: str, *receipts: Receipt, channel: str = "sms") -> Counter[str]:
    """Take receipts; what came of them, in words."""
    return _words(take(some, now, Heard(receipts), channel).receipts)


def answer(some: Shop, now: str, *replies: Reply, channel: str = "sms") -> int:
    """Take replies; how many were new."""
    return take(some, now, Heard(replies=replies), channel).replies


def take(some: Shop, now: str, heard: Heard, channel: str = "sms") -> Taken:
    """Take what a body says."""
    with some.store.write() as connection:
        return take_heard(connection, inbox(some), channel, heard, at(now))


def again(some: Shop, now: str, channel: str = "sms") -> Counter[str]:
    """Look for the messages of receipts that had none."""
    with some.store.write() as connection:
        return _words(look_again(connection, inbox(some), channel, at(now)).receipts)


def silence(some: Shop, now: str) -> int:
    """Say of which messages no receipt came."""
    with some.store.write() as connection:
        return tell_silence(connection, "sms", at(now), always=True)


def receipts(some: Shop) -> dict[str, str]:
    """The fates of stored receipts, by id."""
    with some.store.read() as connection:
        rows = connection.execute(sa.select(receipt.c.id, receipt.c.fate)).all()
    return {row.id: Fate(row.fate).name.lower() for row in rows}


def _words(fates: Counter[Fate]) -> Counter[str]:
    return Counter({fate.name.lower(): count for fate, count in fates.items()})
