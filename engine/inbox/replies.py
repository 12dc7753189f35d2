"""What customers write back: each stored once, an event to rules, tied to the message that it answers, kept to.

What may be an opt-out, and what no rule listens for, is put down for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.channels.protocol import Reply
from engine.inbox.matching import Meant, Search
from engine.inbox.questions import Asking, Heard, Questions
from engine.inbox.senders import Senders
from engine.people.optouts import OptOut
from engine.people.replies import opt_out_by_reply
from engine.people.reviews import Question, ask
from engine.people.suppression import suppress
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
"""Milliseconds after a message within which a reply that names none is taken as an answer to it.

One that its journey waits for is taken as an answer however late it comes.
"""

_HOUR = 3_600_000
_MOST_LOOKED_AT, _MOST_ASKED = 50, 5  # messages of one customer, journeys of theirs

_event = sa.table(
    "event_replied",
    *(
        sa.column(name)
        for name in ("seq", "customer", "at", "digest", "text", "message", "channel", "journey")
    ),
)


class Writer(NamedTuple):
    """Whose reply it is. `record`: about which of their things, if that is known; else 0."""

    number: int
    identity: str
    record: int = 0


def take_replies(senders: Senders, channel: str, replies: Sequence[Reply], now: int) -> int:
    """Take replies, in the transaction under way; how many are new.

    Each is everybody's who has that address, and the customer's whose message it names.
    """
    if not replies:
        return 0
    senders.keep_index()
    taking = _taking(senders, channel, now)
    return sum(taking.take(one) for one in replies)


def take_from(senders: Senders, channel: str, one: Reply, writer: Writer, now: int) -> bool:
    """Take a reply of a customer who is known, as if by the channel; whether it is new."""
    return _taking(senders, channel, now).take(one, writer)


def _taking(senders: Senders, channel: str, now: int) -> "_Taking":
    symbols = load_symbols(senders.connection)
    questions = Questions(senders.connection, senders.model, symbols, senders.surroundings)
    return _Taking(senders, symbols, questions, channel, symbols.find("channel", channel), now)


class _Left(NamedTuple):
    """A message that has left. `named`: the reply names it."""

    intent: Intent
    message: int
    at: int
    named: bool = False

    @property
    def asking(self) -> Asking:
        """The run through a journey that sent it."""
        return Asking(self.intent.journey, self.intent.record)


class _Answer(NamedTuple):
    """What a reply answers, if anything, and who listens for it. `asked`: that message's journey waited for it."""

    to: _Left | None
    asked: bool
    heard: Heard

    @property
    def is_lost(self) -> bool:
        """Whether no rule makes anything of it: what names a message is for its journey alone."""
        if self.heard.elsewhere or self.asked:
            return False
        return (self.to is not None and self.to.named) or not self.heard.asking


@dataclass(frozen=True, slots=True)
class _Taking:
    senders: Senders
    symbols: Symbols
    questions: Questions
    channel: str
    number: int | None
    now: int

    @property
    def connection(self) -> sa.Connection:
        return self.senders.connection

    def take(self, one: Reply, writer: Writer | None = None) -> bool:
        """Take a reply; whether it is new. `writer`: whose it is, whatever address it has."""
        identity = self._identity(one)
        if identity is None:
            return False
        address = self.senders.read(one.sender)
        row: dict[str, Any] = {"channel": self.channel, "id": identity, "sender": address, "text": one.text}
        row |= {"answers": one.answers, "at": one.at, "taken_at": self.now}
        self.connection.execute(reply.insert().values(row))
        named = self._named(one)
        people = {number: Writer(number, name) for number, name in self.senders.customers(address)}
        if named is not None:
            people[named.intent.customer] = Writer(named.intent.customer, named.row["identity"])
        if writer is not None:
            people[writer.number] = writer
        if not people and self.senders.surroundings.keywords.meaning(one.text) == "optout":
            suppress(self.connection, self.senders.kind, address, self._at(one), BY_REPLY())
        for person in sorted(people.values()):
            is_theirs = named is not None and named.intent.customer == person.number
            self._take_for(person, one, identity, address, named if is_theirs else None)
        return True

    def _at(self, one: Reply) -> int:
        return self.now if one.at is None else min(one.at, self.now)

    def _take_for(self, person: Writer, one: Reply, identity: str, address: str, named: Meant | None) -> None:
        """What a reply does for one of those whose it is."""
        at = self._at(one)
        seq = self._happened(person, identity, at, one.text)
        answer = self._answer(person, seq, at, self._left(person, address, named))
        self._tie(person, identity, seq, answer)
        meaning = self.senders.surroundings.keywords.meaning(one.text)
        if meaning == "optout":
            said = OptOut(person.number, person.identity, None, at, BY_REPLY())
            opt_out_by_reply(self.connection, self.symbols, said, By(f"channel {self.channel}", self.now))
        if meaning == "unclear" or (meaning == "none" and answer.is_lost):
            intent, unclear = answer.to and answer.to.intent, meaning == "unclear"
            question = Question(person.number, one.text, at, unclear, self.channel, identity, intent)
            ask(self.connection, question, self.now)

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

    def _left(self, person: Writer, address: str, named: Meant | None) -> list[_Left]:
        """The messages that a reply may answer, the one it names or the latest first, each journey's latest."""
        if named is not None:
            return [_Left(named.intent, named.row["message"], named.row["sent_at"] or 0, named=True)]
        left: Any = sa.func.coalesce(message.c.sent_at, message.c.counted_at)
        own = (message.c.customer == person.number, message.c.channel == self.number)
        statuses = message.c.status.between(MessageStatus.SENDING, MessageStatus.FAILED)
        rows = sa.select(*(message.c[name] for name in Intent._fields), message.c.message, left.label("at"))
        rows = rows.where(*own, message.c.address == address, statuses, left <= self.now)
        if person.record:
            rows = rows.where(message.c.record == person.record)
        found: dict[Asking, _Left] = {}
        for *intent, number, at in self.connection.execute(rows.order_by(left.desc()).limit(_MOST_LOOKED_AT)):
            one = _Left(Intent(*intent), number, at)
            found.setdefault(one.asking, one)
        return list(found.values())

    def _answer(self, person: Writer, seq: int, at: int, left: Sequence[_Left]) -> _Answer:
        """The latest message whose journey waits for this reply; else the last one that left, not too long ago."""
        first = None
        for one in left[:_MOST_ASKED]:
            self._tell(seq, one)
            heard = self.questions.heard(person.number, seq, self.now)
            if one.asking in heard.asking:
                return _Answer(one, asked=True, heard=heard)
            first = first or _Answer(one, asked=False, heard=heard)
        if first is not None and first.to is not None and first.to.named:
            return first
        recent = left[0] if left and left[0].at >= at - ANSWERED_WITHIN else None
        self._tell(seq, recent)
        return _Answer(recent, asked=False, heard=self.questions.heard(person.number, seq, self.now))

    def _happened(self, person: Writer, identity: str, at: int, text: str) -> int:
        row: dict[str, Any] = {
            "seq": take(self.connection, 1),
            "customer": person.number,
            "at": at,
            "text": text,
        }
        row |= {"digest": reply_digest(self.channel, identity), "channel": self.channel}
        self.connection.execute(_event.insert().values(row))
        return int(row["seq"])

    def _tell(self, seq: int, left: _Left | None) -> None:
        """Write into the event which message it answers: rules may ask for that."""
        names: dict[str, str | None] = {"message": None, "journey": None}
        if left is not None:
            names = {
                "message": self.symbols.name(left.message),
                "journey": self.symbols.name(left.intent.journey),
            }
        self.connection.execute(_event.update().where(_event.c.seq == seq).values(names))

    def _tie(self, person: Writer, identity: str, seq: int, answer: _Answer) -> None:
        own = {"customer": person.number, "channel": self.channel, "id": identity, "seq": seq}
        left = answer.to
        row: dict[str, Any] = own | {"asked": answer.asked or (left is not None and left.named)}
        if left is not None:
            row |= {name: value for name, value in left.intent._asdict().items() if name != "customer"}
        self.connection.execute(reply_of.insert().values(row))
