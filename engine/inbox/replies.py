"""What customers write back: each stored once, an event to rules, and tied to the message that it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.channels.protocol import Reply
from engine.inbox.matching import Meant, Search
from engine.inbox.senders import Senders
from engine.people.optouts import OptOut
from engine.people.replies import keep_to
from engine.reasons import BY_REPLY
from engine.storage.arrivals import take
from engine.storage.audit import By
from engine.storage.digests import reply_digest
from engine.storage.inbox_tables import reply, reply_of
from engine.storage.keys import Intent
from engine.storage.schema import message
from engine.storage.states import MessageStatus
from engine.storage.symbols import Symbols, load_symbols

ANSWERED_WITHIN = 72 * 3_600_000
"""Milliseconds after a message within which a reply that names none is taken as an answer to it."""

_HOUR = 3_600_000

_event = sa.table("event_replied", *(sa.column(name) for name in ("seq", "customer", "at", "digest", "text")))


def take_replies(senders: Senders, channel: str, replies: Sequence[Reply], now: int) -> int:
    """Take replies, in the transaction under way; how many are new.

    Each is everybody's who has that address, and the customer's whose message it names.
    """
    symbols = load_symbols(senders.connection)
    if replies:
        senders.keep_index()
    taking = _Taking(senders, symbols, channel, symbols.find("channel", channel), now)
    return sum(taking.take(one) for one in replies)


@dataclass(frozen=True, slots=True)
class _Taking:
    senders: Senders
    symbols: Symbols
    channel: str
    number: int | None
    now: int

    @property
    def connection(self) -> sa.Connection:
        return self.senders.connection

    def take(self, one: Reply) -> bool:
        """Take a reply; whether it is new."""
        identity = self._identity(one)
        if identity is None:
            return False
        address = self.senders.read(one.sender)
        row: dict[str, Any] = {"channel": self.channel, "id": identity, "sender": address, "text": one.text}
        row |= {"answers": one.answers, "at": one.at, "taken_at": self.now}
        self.connection.execute(reply.insert().values(row))
        at = self.now if one.at is None else min(one.at, self.now)
        named = self._named(one)
        people = dict(self.senders.customers(address))
        if named is not None:
            people[named.intent.customer] = named.row["identity"]
        for customer, name in sorted(people.items()):
            is_theirs = named is not None and named.intent.customer == customer
            answered = named.intent if named and is_theirs else self._last_one(customer, address, at)
            self._tie(identity, customer, answered)
            self._happened(identity, customer, at, one.text)
            said = OptOut(customer, name, None, at, BY_REPLY())
            keep_to(self.connection, self.symbols, one.text, said, By(f"channel {self.channel}", self.now))
        return True

    def _identity(self, one: Reply) -> str | None:
        """The key of a reply; None when it has been taken.

        Where nothing says when it was written an equal one is the same one for an hour, by the clock here.
        """
        hour = self.now // _HOUR
        names = [one.id] if one.dated else [f"{one.id}.{hour}", f"{one.id}.{hour - 1}"]
        known = sa.select(reply.c.id).where(reply.c.channel == self.channel, reply.c.id.in_(names))
        return None if self.connection.scalar(known.limit(1)) is not None else names[0]

    def _named(self, one: Reply) -> Meant | None:
        if one.answers is None:
            return None
        search = Search(self.connection, self.symbols, self.number)
        return search.messages([(one.answers, one.answers)])[0]

    def _last_one(self, customer: int, address: str, at: int) -> Intent | None:
        """The last message that left for that address by this channel."""
        left: Any = sa.func.coalesce(message.c.sent_at, message.c.counted_at)
        own = (message.c.customer == customer, message.c.channel == self.number, message.c.address == address)
        statuses = message.c.status.between(MessageStatus.SENDING, MessageStatus.FAILED)
        rows = sa.select(*(message.c[name] for name in Intent._fields)).where(*own, statuses)
        rows = rows.where(left >= at - ANSWERED_WITHIN, left <= self.now).order_by(left.desc()).limit(1)
        found = self.connection.execute(rows).first()
        return None if found is None else Intent(*found)

    def _tie(self, identity: str, customer: int, answered: Intent | None) -> None:
        row: dict[str, Any] = {"customer": customer, "channel": self.channel, "id": identity}
        if answered is not None:
            row |= {name: value for name, value in answered._asdict().items() if name != "customer"}
        self.connection.execute(reply_of.insert().values(row))

    def _happened(self, identity: str, customer: int, at: int, text: str) -> None:
        digest = reply_digest(self.channel, identity)
        row = {
            "seq": take(self.connection, 1),
            "customer": customer,
            "at": at,
            "digest": digest,
            "text": text,
        }
        self.connection.execute(_event.insert().values(row))
