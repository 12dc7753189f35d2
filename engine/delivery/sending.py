"""The rows of messages on their way out: claimed by a delivery, marked as being sent, given back.

A claim is a lease and can be taken over once it is over. A mark cannot: from then on nobody may send the message
again unless it is proved that it was not taken. `leaving` holds the batch under way. Knows no channel and no rule.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.conditions import moments
from engine.delivery.pausing import is_paused
from engine.permits.outbox import BROUGHT
from engine.plans.statement import Statement, kept
from engine.plans.working import leaving, not_wanted, wanted
from engine.storage.bulk import execute_many, insert_rows
from engine.storage.keys import Intent
from engine.storage.messages import given, in_status, is_given
from engine.storage.schema import READY_MESSAGE, Instant, message
from engine.storage.states import MessageStatus

CLAIM_LEASE = 30_000  # milliseconds
SEND_LEASE = 120_000  # milliseconds; longer than any call may take

KEY = Intent._fields


class Stored(NamedTuple):
    """What a delivery knows of a message, from its row; `identity`: the customer's id."""

    channel: int | None
    subject: str | None
    text: str
    address: str
    state: int
    status: int
    because: str | None
    attempt: int
    epoch: int
    refused: int
    approved: bool
    begun_at: int | None
    counted_at: int | None
    settled: bool
    resend: int
    edition: int | None
    piloted: bool
    identity: str


_STORED = Stored._fields[:-1]


def claim(connection: sa.Connection, now: int, most: int, channel: int, *, again: bool) -> int:
    """Claim messages that may leave by a channel, those of one customer together as far as they go; how many.

    `again`: those in doubt as well whose time has come, since the gateway knows their keys.
    """
    values = {"now": now, "most": most, "channel": channel, "lease": now + CLAIM_LEASE}
    clear_leaving(connection).run(connection, {})
    claimed = _take_ready(connection).run(connection, values).rowcount
    if again and claimed < 1:
        claimed = _take_doubtful(connection).run(connection, values).rowcount
    if claimed > 0:
        _claim(connection).run(connection, values)
    return max(claimed, 0)


def _claimable(status: sa.ColumnElement[bool]) -> sa.Select[Any]:
    due = sa.or_(message.c.until.is_(None), message.c.until <= _given("now"))
    free = sa.or_(message.c.lease_until.is_(None), message.c.lease_until <= _given("now"))
    rows = sa.select(*_columns(KEY), message.c.epoch + moments.integer(1))
    rows = rows.where(status, message.c.channel == _given("channel"), due, free, sa.not_(is_paused()))
    rows = rows.order_by(message.c.until, *_columns(KEY)).limit(_given("most"))
    return rows.with_for_update(skip_locked=True)


@kept
def _take_ready() -> sa.Insert:
    return leaving.insert().from_select([*KEY, "epoch"], _claimable(READY_MESSAGE))


@kept
def _take_doubtful() -> sa.Insert:
    rows = _claimable(in_status(MessageStatus.UNKNOWN)).where(message.c.until.is_not(None))
    return leaving.insert().from_select([*KEY, "epoch"], rows)


@kept
def _claim() -> sa.Update:
    return (
        message.update()
        .values(epoch=leaving.c.epoch, lease_until=_given("lease"))
        .where(same_message(leaving))
    )


@kept
def clear_leaving() -> sa.Delete:
    """No batch is under way."""
    return leaving.delete()


def any_to_send(connection: sa.Connection, now: int) -> bool:
    """Whether anything is ready, hangs, or is to be asked about."""
    return any(any_of(connection).rows(connection, {"now": now}) for any_of in (_ready, _sent, _doubtful))


@kept
def _ready() -> sa.Select[Any]:
    return sa.select(message.c.customer).where(READY_MESSAGE).limit(1)


@kept
def _sent() -> sa.Select[Any]:
    return sa.select(message.c.customer).where(in_status(MessageStatus.SENDING)).limit(1)


@kept
def _doubtful() -> sa.Select[Any]:
    due = (in_status(MessageStatus.UNKNOWN), message.c.until <= _given("now"))
    return sa.select(message.c.customer).where(*due).limit(1)


def channels_of_ready(connection: sa.Connection, now: int) -> list[int]:
    """The channels by which something wants to leave: ready, or in doubt and to be tried again."""
    found = {channel for (channel,) in _doubtful_channels(connection).rows(connection, {"now": now})}
    following, last = _following_channel(connection), -1
    while (last := following.rows(connection, {"last": last})[0][0]) is not None:
        found.add(last)
    return sorted(found)


@kept
def _doubtful_channels() -> sa.Select[Any]:
    own = (in_status(MessageStatus.UNKNOWN), message.c.until <= _given("now"))
    return sa.select(message.c.channel).where(*own, message.c.channel.is_not(None)).distinct()


@kept
def _following_channel() -> sa.Select[Any]:
    """One after the other by the index: DISTINCT would read all that is ready."""
    after = message.c.channel > sa.bindparam("last", required=True)
    return sa.select(sa.func.min(message.c.channel)).where(READY_MESSAGE, after)


def give_back(connection: sa.Connection) -> None:
    """Let go of what this delivery has claimed and not marked; what somebody else has claimed since stays theirs."""
    mine = (same_message(leaving), message.c.epoch == leaving.c.epoch, message.c.lease_until.is_not(None))
    for status in (MessageStatus.READY, MessageStatus.UNKNOWN):
        connection.execute(message.update().values(lease_until=None).where(*mine, in_status(status)))


def release_claims(connection: sa.Connection) -> None:
    """Give back what deliveries that are no more had claimed."""
    statuses = (MessageStatus.READY, MessageStatus.UNKNOWN)
    for status in statuses:
        claimed = sa.and_(in_status(status), message.c.lease_until.is_not(None))
        connection.execute(message.update().where(claimed).values(lease_until=None))


def hanging(connection: sa.Connection, now: int | None, identities: sa.Table) -> list[tuple[Intent, Stored]]:
    """Messages whose sending nobody recorded. `now` None: all that are being sent; else those whose lease is over."""
    over = [] if now is None else [message.c.lease_until <= now]
    return _stored(connection, identities, in_status(MessageStatus.SENDING), *over)


def in_doubt(connection: sa.Connection, now: int, identities: sa.Table) -> list[tuple[Intent, Stored]]:
    """Messages in doubt about which it is time to ask again."""
    return _stored(connection, identities, in_status(MessageStatus.UNKNOWN), message.c.until <= now)


def _stored(
    connection: sa.Connection, identities: sa.Table, *which: sa.ColumnElement[bool]
) -> list[tuple[Intent, Stored]]:
    rows = sa.select(*_columns((*KEY, *_STORED)), identities.c.id)
    rows = rows.join(identities, identities.c.customer == message.c.customer).where(*which)
    return [_apart(row) for row in connection.execute(rows)]


def _apart(row: Sequence[Any]) -> tuple[Intent, Stored]:
    return Intent._make(row[: len(KEY)]), Stored._make(row[len(KEY) :])


def ask_about(connection: sa.Connection, identities: sa.Table) -> dict[tuple[int, ...], Stored]:
    """Put the claimed messages into `wanted`, for the gate; what is stored of them, by their intents.

    Left out are those that somebody else has claimed or taken back since.
    """
    _want(connection).run(connection, {})
    rows = _wanted_of(identities)(connection).rows(connection, {})
    return {row[: len(KEY)]: Stored._make(row[len(KEY) :]) for row in rows}


@kept
def _want() -> sa.Insert:
    mine = sa.and_(same_message(leaving), message.c.epoch == leaving.c.epoch)
    rows = sa.select(*_columns(BROUGHT)).select_from(leaving.join(message, mine))
    still = [moments.integer(status) for status in (MessageStatus.READY, MessageStatus.UNKNOWN)]
    rows = rows.where(message.c.status.in_(still), sa.not_(is_paused()))
    return wanted.insert().from_select(list(BROUGHT), rows)


@lru_cache(maxsize=8)
def _wanted_of(identities: sa.Table) -> Callable[[sa.Connection], Statement]:
    rows = wanted.join(message, same_message(wanted)).join(
        identities, identities.c.customer == wanted.c.customer
    )
    return kept(lambda: sa.select(*_columns((*KEY, *_STORED)), identities.c.id).select_from(rows))


def overwhelmed(connection: sa.Connection, since: int, most: int) -> Mapping[int, int]:
    """The customers in `wanted` who have had `most` messages or more since an instant, and how many."""
    return dict(_overwhelmed(connection).rows(connection, {"since": since, "most": most}))


@kept
def _overwhelmed() -> sa.Select[Any]:
    had = sa.func.count()
    rows = sa.select(message.c.customer, had).where(
        message.c.customer.in_(sa.select(wanted.c.customer)),
        message.c.counted_at > _given("since"),
        message.c.status.between(
            moments.integer(MessageStatus.SENDING), moments.integer(MessageStatus.DELIVERED)
        ),
        not_wanted(),
    )
    return rows.group_by(message.c.customer).having(had >= _given("most"))


def mark(connection: sa.Connection, now: int) -> None:
    """Mark what is in `wanted` as being sent: the point from which on it may have left."""
    _mark(connection).run(connection, {"now": now, "lease": now + SEND_LEASE})


@kept
def _mark() -> sa.Update:
    values: dict[str, Any] = {
        "status": moments.integer(MessageStatus.SENDING),
        "because": None,
        "until": None,
        "attempt": message.c.attempt + moments.integer(1),
        "lease_until": _given("lease"),
        "begun_at": sa.func.coalesce(message.c.begun_at, _given("now")),
        "counted_at": _given("now"),
        "changed_at": _given("now"),
    }
    return message.update().values(values).where(same_message(wanted))


def leave_out(connection: sa.Connection, intents: Iterable[Intent]) -> None:
    """Take messages out of `wanted`."""
    execute_many(connection, wanted.delete().where(*is_given(wanted)), [given(intent) for intent in intents])


def change(connection: sa.Connection, changes: Iterable[tuple[dict[str, Any], Intent]]) -> None:
    """Write values to messages; every change names the same columns in the same order."""
    rows = [values | given(intent) for values, intent in changes]
    if rows:
        names = [name for name in rows[0] if not name.startswith("its_")]
        update = message.update().values({name: sa.bindparam(name) for name in names}).where(*is_given())
        execute_many(connection, update, rows)


def gone(
    connection: sa.Connection, status: MessageStatus, claims: Sequence[tuple[int, ...]]
) -> set[tuple[int, ...]]:
    """Which of some claims, each an intent with an epoch, hold no more: somebody has changed the message since.

    `status`: the one in which the messages must still be.
    """
    names = [*KEY, "epoch"]
    clear_leaving(connection).run(connection, {})
    insert_rows(connection, leaving, names, claims)
    mine = (
        same_message(leaving),
        message.c.epoch == leaving.c.epoch,
        message.c.status == moments.integer(status),
    )
    rows = sa.select(*(leaving.c[name] for name in names)).select_from(leaving.join(message, sa.and_(*mine)))
    found = {tuple(row) for row in connection.execute(rows.with_for_update(of=message))}
    return set(claims) - found if len(found) < len(claims) else set()


def _given(name: str) -> sa.ColumnElement[int]:
    return sa.bindparam(name, type_=Instant, required=True)


def same_message(batch: sa.Table) -> sa.ColumnElement[bool]:
    """That a message is the one of a row of the batch."""
    return sa.and_(*(message.c[name] == batch.c[name] for name in KEY))


def _columns(names: Iterable[str]) -> list[sa.Column[Any]]:
    return [message.c[name] for name in names]
