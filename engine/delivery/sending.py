"""The rows of messages on their way out: claimed by a delivery, marked as being sent, given back.

A claim is a lease and can be taken over once it is over. A mark cannot: from then on nobody may send the message
again unless it is proved that it was not taken. `leaving` holds the batch under way. Knows no channel and no rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.conditions import moments
from engine.delivery.pausing import is_paused
from engine.plans.working import leaving, wanted
from engine.storage.bulk import execute_many, insert_rows
from engine.storage.keys import Intent
from engine.storage.messages import given, is_given
from engine.storage.schema import OPEN_MESSAGE, READY_MESSAGE, message
from engine.storage.states import MessageStatus

CLAIM_LEASE = 30_000  # milliseconds
SEND_LEASE = 120_000  # milliseconds; longer than any call may take

KEY = Intent._fields
_ASKED = (*KEY, "state", "created_at", "status", "until", "refused", "approved")
_STORED = (
    "channel", "subject", "text", "address", "state", "status", "because", "attempt", "epoch", "refused", "approved",
    "begun_at", "counted_at", "settled", "resend",
)  # fmt: skip


def claim(connection: sa.Connection, now: int, most: int, channel: int, *, again: bool) -> int:
    """Claim messages that may leave by a channel, those of one customer together as far as they go; how many.

    `again`: those in doubt as well whose time has come, since the gateway knows their keys.
    """
    rows = _claimable(READY_MESSAGE, now, channel).limit(most)
    claimed = _fill_leaving(connection, rows.with_for_update(skip_locked=True))
    if again and not claimed:
        rows = _claimable(_in_status(MessageStatus.UNKNOWN), now, channel)
        rows = rows.where(message.c.until.is_not(None)).limit(most)
        claimed = _fill_leaving(connection, rows.with_for_update(skip_locked=True))
    if claimed:
        values = {"epoch": leaving.c.epoch, "lease_until": now + CLAIM_LEASE}
        connection.execute(message.update().values(values).where(_same(leaving)))
    return claimed


def _claimable(status: sa.ColumnElement[bool], now: int, channel: int) -> sa.Select[Any]:
    due = sa.or_(message.c.until.is_(None), message.c.until <= now)
    free = sa.or_(message.c.lease_until.is_(None), message.c.lease_until <= now)
    rows = sa.select(*_columns(KEY), message.c.epoch + moments.integer(1))
    rows = rows.where(status, message.c.channel == channel, due, free, sa.not_(is_paused()))
    return rows.order_by(message.c.until, *_columns(KEY))


def any_to_send(connection: sa.Connection, now: int) -> bool:
    """Whether anything is ready, hangs, or is to be asked about."""
    doubtful = sa.and_(_in_status(MessageStatus.UNKNOWN), message.c.until <= now)
    on_their_way = (READY_MESSAGE, _in_status(MessageStatus.SENDING), doubtful)
    return any(
        connection.scalar(sa.select(message.c.customer).where(one).limit(1)) is not None
        for one in on_their_way
    )


def channels_of_ready(connection: sa.Connection, now: int) -> list[int]:
    """The channels by which something wants to leave: ready, or in doubt and to be tried again."""
    own = (_in_status(MessageStatus.UNKNOWN), message.c.until <= now, message.c.channel.is_not(None))
    found = set(connection.scalars(sa.select(message.c.channel).where(*own).distinct()))
    # One after the other by the index: DISTINCT would read all that is ready.
    following = sa.select(sa.func.min(message.c.channel)).where(
        READY_MESSAGE, message.c.channel > sa.bindparam("last")
    )
    last = -1
    while (last := connection.scalar(following, {"last": last})) is not None:
        found.add(last)
    return sorted(found)


def release_claims(connection: sa.Connection) -> None:
    """Give back what deliveries that are no more had claimed."""
    statuses = (MessageStatus.READY, MessageStatus.UNKNOWN)
    for status in statuses:
        claimed = sa.and_(_in_status(status), message.c.lease_until.is_not(None))
        connection.execute(message.update().where(claimed).values(lease_until=None))


def hanging(connection: sa.Connection, now: int | None, identities: sa.Table) -> Sequence[Any]:
    """Messages whose sending nobody recorded, with the customer's id as `identity`.

    `now` None: all that are being sent; else those whose lease is over by then.
    """
    over = [] if now is None else [message.c.lease_until <= now]
    return _with_identity(connection, identities, _in_status(MessageStatus.SENDING), *over)


def in_doubt(connection: sa.Connection, now: int, identities: sa.Table) -> Sequence[Any]:
    """Messages in doubt about which it is time to ask again, with the customer's id as `identity`."""
    return _with_identity(connection, identities, _in_status(MessageStatus.UNKNOWN), message.c.until <= now)


def _with_identity(
    connection: sa.Connection, identities: sa.Table, *which: sa.ColumnElement[bool]
) -> Sequence[Any]:
    rows = sa.select(*_columns((*KEY, *_STORED)), identities.c.id.label("identity"))
    rows = rows.join(identities, identities.c.customer == message.c.customer).where(*which)
    return connection.execute(rows).all()


def ask_about(connection: sa.Connection, identities: sa.Table) -> Sequence[Any]:
    """Put the claimed messages into `wanted`, for the gate; their rows, with the customer's id as `identity`.

    Left out are those that somebody else has claimed or taken back since. While the gate is asked they do not
    count themselves.
    """
    mine = sa.and_(_same(leaving), message.c.epoch == leaving.c.epoch)
    rows = sa.select(*_columns(_ASKED)).select_from(leaving.join(message, mine))
    still = message.c.status.in_(
        [moments.integer(status) for status in (MessageStatus.READY, MessageStatus.UNKNOWN)]
    )
    rows = rows.where(still, sa.not_(is_paused()))
    connection.execute(wanted.insert().from_select(list(_ASKED), rows))
    own = sa.select(*_columns(KEY), *_columns(_STORED), identities.c.id.label("identity")).select_from(
        wanted.join(message, _same(wanted)).join(identities, identities.c.customer == wanted.c.customer)
    )
    found = connection.execute(own).all()
    connection.execute(message.update().values(counted_at=None).where(_same(wanted)))
    return found


def overwhelmed(connection: sa.Connection, since: int, most: int) -> Mapping[int, int]:
    """The customers in `wanted` who have had `most` messages or more since an instant, and how many."""
    had = sa.func.count()
    rows = sa.select(message.c.customer, had).where(
        message.c.customer.in_(sa.select(wanted.c.customer)),
        message.c.counted_at > since,
        message.c.status.between(MessageStatus.SENDING, MessageStatus.DELIVERED),
    )
    found = connection.execute(rows.group_by(message.c.customer).having(had >= most))
    return {row[0]: row[1] for row in found}


def mark(connection: sa.Connection, now: int) -> None:
    """Mark what is in `wanted` as being sent: the point from which on it may have left."""
    values: dict[str, Any] = {
        "status": int(MessageStatus.SENDING),
        "because": None,
        "until": None,
        "attempt": message.c.attempt + moments.integer(1),
        "lease_until": now + SEND_LEASE,
        "begun_at": sa.func.coalesce(message.c.begun_at, now),
        "counted_at": now,
        "changed_at": now,
    }
    connection.execute(message.update().values(values).where(_same(wanted)))


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
    connection.execute(leaving.delete())
    insert_rows(connection, leaving, names, claims)
    mine = (_same(leaving), message.c.epoch == leaving.c.epoch, message.c.status == moments.integer(status))
    rows = sa.select(*(leaving.c[name] for name in names)).select_from(leaving.join(message, sa.and_(*mine)))
    found = {tuple(row) for row in connection.execute(rows.with_for_update(of=message))}
    return set(claims) - found if len(found) < len(claims) else set()


def _fill_leaving(connection: sa.Connection, rows: sa.Select[Any]) -> int:
    connection.execute(leaving.delete())
    return max(connection.execute(leaving.insert().from_select([*KEY, "epoch"], rows)).rowcount, 0)


def _in_status(status: MessageStatus) -> sa.ColumnElement[bool]:
    """The open messages of one status, in the words that let the index serve."""
    return sa.and_(OPEN_MESSAGE, message.c.status == moments.integer(status))


def _same(batch: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(*(message.c[name] == batch.c[name] for name in KEY))


def _columns(names: Iterable[str]) -> list[sa.Column[Any]]:
    return [message.c[name] for name in names]
