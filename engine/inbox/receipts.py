"""Receipts: each stored once, and applied to its message in the same transaction.

One whose message nobody knows is kept and looked at again: the answer to the call, which tells the gateway's name for
the message, may be recorded after the receipt has come.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.channels.protocol import Capabilities, Receipt
from engine.inbox.judging import changes, judged
from engine.inbox.matching import Meant, Search
from engine.people.optouts import OptOut, opt_out_by_gateway
from engine.permits.settling import settle
from engine.plans.statement import kept
from engine.reasons import BY_GATEWAY, NO_RECEIPT
from engine.storage.arrivals import mark_changed, take
from engine.storage.bulk import execute_many, insert_rows
from engine.storage.inbox_tables import ORPHANED_RECEIPT, receipt
from engine.storage.keys import Intent
from engine.storage.messages import given, is_given
from engine.storage.schema import UNANSWERED_MESSAGE, Instant, message
from engine.storage.states import Fate, MessageStatus
from engine.storage.symbols import load_symbols
from engine.storage.traffic import Left, count_left

SILENT_AFTER = 72 * 3_600_000
"""Milliseconds after which no receipt is waited for any more."""

_LOOKED_FOR = 7 * 24 * 3_600_000
"""Milliseconds for which the message of a receipt may still turn up."""

_AT_ONCE = 5_000  # receipts without a message


class By(NamedTuple):
    """By which channel something came, and what that can do."""

    channel: str
    known: Capabilities


@dataclass(frozen=True, slots=True)
class Came:
    """What came of receipts: of themselves, and to which status how many messages went. `left`: who wants no more."""

    fates: Counter[Fate] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    left: Sequence[OptOut] = ()


def take_receipts(connection: sa.Connection, by: By, receipts: Sequence[Receipt], now: int) -> Came:
    """Take receipts, in the transaction under way; what came of those that are new."""
    fresh = {one.id: one for one in receipts}
    own = (receipt.c.channel == by.channel, receipt.c.id.in_(list(fresh)))
    for known in connection.scalars(sa.select(receipt.c.id).where(*own)).all():
        del fresh[known]
    if not fresh:
        return Came()
    taking = _Taking(connection, by, now)
    applied = taking.look(list(fresh.values()))
    names = [*_STORED, "channel", "taken_at", *_FOUND]
    own_values = (by.channel, now)
    rows = [
        (*(getattr(one, name) for name in _STORED), *own_values, int(fate), *_numbers(intent))
        for one, fate, intent in applied
    ]
    insert_rows(connection, receipt, names, rows)
    return Came(Counter(fate for _, fate, _ in applied), taking.write(), taking.left)


def any_to_look_at(connection: sa.Connection, channel: str, now: int) -> bool:
    """Whether `match_again` or `tell_silence` may have anything to do: idle runs write nothing."""
    values = _waiting_since(channel, now) | {"silent_since": now - SILENT_AFTER}
    return any(one(connection).rows(connection, values) for one in (_an_orphan, _a_silent_one))


@kept
def _an_orphan() -> sa.Select[Any]:
    return sa.select(receipt.c.id).where(*_waiting()).limit(1)


@kept
def _a_silent_one() -> sa.Select[Any]:
    long_ago = message.c.sent_at <= sa.bindparam("silent_since", type_=Instant, required=True)
    return sa.select(message.c.sent_at).where(UNANSWERED_MESSAGE, long_ago).limit(1)


def _waiting() -> tuple[sa.ColumnElement[bool], ...]:
    """Receipts whose message may turn up yet."""
    since = sa.bindparam("since", type_=Instant, required=True)
    own = receipt.c.channel == sa.bindparam("channel", required=True)
    return ORPHANED_RECEIPT, receipt.c.taken_at > since, own


def _waiting_since(channel: str, now: int) -> dict[str, str | int]:
    return {"channel": channel, "since": now - _LOOKED_FOR}


def match_again(connection: sa.Connection, by: By, now: int) -> Came:
    """Look for the messages of receipts that had none, in the transaction under way; what came of those found."""
    rows = sa.select(*(receipt.c[name] for name in _STORED)).where(*_waiting()).limit(_AT_ONCE)
    found_now = connection.execute(rows, _waiting_since(by.channel, now))
    orphans = [Receipt(**row) for row in found_now.mappings()]
    if not orphans:
        return Came()
    taking = _Taking(connection, by, now)
    found = [one for one in taking.look(orphans) if one[1] is not Fate.ORPHAN]
    update = receipt.update().values({name: sa.bindparam(name) for name in _FOUND})
    update = update.where(
        receipt.c.channel == sa.bindparam("its_channel"), receipt.c.id == sa.bindparam("its_id")
    )
    values = [dict(zip(_FOUND, (int(fate), *_numbers(intent)), strict=True)) for _, fate, intent in found]
    own = [{"its_channel": by.channel, "its_id": one.id} for one, _, _ in found]
    execute_many(connection, update, [new | which for new, which in zip(values, own, strict=True)])
    return Came(Counter(fate for _, fate, _ in found), taking.write(), taking.left)


def tell_silence(connection: sa.Connection, channel: str, now: int, *, always: bool) -> int:
    """Say of messages sent long ago by a channel that no receipt came, once; they stay sent. How many.

    Not `always`: nothing is said of a channel that has never given any, though it might.
    """
    number = load_symbols(connection).find("channel", channel)
    gives = always or connection.scalar(sa.select(receipt.c.id).where(receipt.c.channel == channel).limit(1))
    if number is None or not gives:
        return 0
    late = (UNANSWERED_MESSAGE, message.c.sent_at <= now - SILENT_AFTER, message.c.channel == number)
    return connection.execute(message.update().where(*late).values(because=str(NO_RECEIPT()))).rowcount


Applied = tuple[Receipt, Fate, Intent | None]

_STORED = Receipt._fields
_FOUND = ("fate", *Intent._fields)


def _numbers(intent: Intent | None) -> tuple[int | None, ...]:
    return (None,) * len(Intent._fields) if intent is None else intent


@dataclass(slots=True)
class _Taking:
    """Receipts of one channel being applied. Rows of messages change as one receipt after the other is looked at."""

    connection: sa.Connection
    by: By
    now: int
    _before: dict[Intent, dict[str, Any]] = field(default_factory=dict)
    _after: dict[Intent, dict[str, Any]] = field(default_factory=dict)
    left: list[OptOut] = field(default_factory=list)

    def look(self, receipts: Sequence[Receipt]) -> list[Applied]:
        """What comes of each, in their order; nothing is written yet."""
        symbols = load_symbols(self.connection)
        search = Search(self.connection, symbols, symbols.find("channel", self.by.channel))
        meant = search.messages([(one.ref, one.reference) for one in receipts])
        return [self._look(one, its) for one, its in zip(receipts, meant, strict=True)]

    def _look(self, one: Receipt, its: Meant | None) -> Applied:
        if its is None:
            return one, Fate.ORPHAN, None
        intent, row = its.intent, its.row
        found = judged(row, one, its.named, remembers=self.by.known.remembers > 0)
        if found.status is not None:
            self._before.setdefault(intent, dict(row))
            row |= changes(row, one, found.status, self.now)
            self._after[intent] = row
        if one.opted_out:
            at = self.now if one.at is None else min(one.at, self.now)
            self.left.append(OptOut(intent.customer, row["identity"], self.by.channel, at, BY_GATEWAY()))
        return one, found.fate, intent

    def write(self) -> Counter[str]:
        """Write what they come to: messages, states that are settled, opt-outs; how many came to which status."""
        self._number()
        values = [
            {name: row[name] for name in _CHANGED} | {"was": self._before[intent]["status"]} | given(intent)
            for intent, row in self._after.items()
        ]
        update = message.update().values({name: sa.bindparam(name) for name in _CHANGED})
        execute_many(
            self.connection, update.where(*is_given(), message.c.status == sa.bindparam("was")), values
        )
        settle(
            self.connection,
            (intent[:5] for intent, row in self._before.items() if not row["settled"]),
            self.now,
        )
        mark_changed(self.connection, (intent.customer for intent in self._after))
        count_left(self.connection, (_left(self._before[intent], row) for intent, row in self._after.items()))
        for said in self.left:
            opt_out_by_gateway(self.connection, said, self.now)
        return Counter(MessageStatus(row["status"]).word for row in self._after.values())

    def _number(self) -> None:
        """Each new happening gets a number among the arrivals: that it was sent before what came of it."""
        wanted = list(self._happened())
        for seq, (row, name) in enumerate(wanted, take(self.connection, len(wanted)) if wanted else 0):
            row[name] = seq

    def _happened(self) -> Iterator[tuple[dict[str, Any], str]]:
        for row in self._after.values():
            if row["sent_at"] is not None and row["sent_seq"] is None:
                yield row, "sent_seq"
            if row["status"] in (MessageStatus.DELIVERED, MessageStatus.FAILED):
                yield row, "ended_seq"


def _left(before: Mapping[str, Any], row: Mapping[str, Any]) -> Left:
    """What a message that was like that adds to those that left, and to those that arrived."""
    sent = before["sent_at"] is None and row["sent_at"] is not None
    arrived = row["status"] == MessageStatus.DELIVERED != before["status"]
    return Left(row["sent_at"] or 0, row["channel"], int(sent), int(arrived))


_CHANGED = (
    "status", "because", "sent_at", "sent_seq", "delivered_at", "failed_at", "ended_seq", "counted_at", "reference",
    "until", "role", "lease_until", "settled", "changed_at", "key",
)  # fmt: skip
