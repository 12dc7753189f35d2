"""The rows of messages on their way out: claimed by a delivery, marked as being sent, given back.

A claim is a lease and can be taken over once it is over. A mark cannot: from then on nobody may send the message
again unless it is proved that it was not taken. `leaving` holds the batch under way. Knows no channel and no rule.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from engine.conditions import moments
from engine.plans.working import leaving, wanted
from engine.storage.bulk import execute_many
from engine.storage.keys import Intent
from engine.storage.schema import OPEN_MESSAGE, message
from engine.storage.states import MessageStatus

CLAIM_LEASE = 30_000  # milliseconds
SEND_LEASE = 120_000  # milliseconds; longer than any call may take

KEY = Intent._fields
_ASKED = (*KEY, "state", "created_at", "status", "until", "refused", "approved")
_STORED = ("channel", "subject", "text", "address", "attempt", "epoch", "refused", "approved", "state")


def claim(connection: sa.Connection, now: int, most: int) -> int:
    """Claim messages that are ready, those of one customer together as far as they go; how many."""
    due = sa.or_(message.c.until.is_(None), message.c.until <= now)
    free = sa.or_(message.c.lease_until.is_(None), message.c.lease_until <= now)
    rows = sa.select(*_columns(KEY), message.c.epoch + moments.integer(1))
    rows = rows.where(_in_status(MessageStatus.READY), due, free).limit(most)
    rows = rows.order_by(message.c.until, *_columns(KEY)).with_for_update(skip_locked=True)
    claimed = _fill_leaving(connection, rows)
    if claimed:
        values = {"epoch": leaving.c.epoch, "lease_until": now + CLAIM_LEASE}
        connection.execute(message.update().values(values).where(_same(leaving)))
    return claimed


def any_to_send(connection: sa.Connection) -> bool:
    """Whether anything is ready, or hangs."""
    on_their_way = (_in_status(status) for status in (MessageStatus.READY, MessageStatus.SENDING))
    return any(
        connection.scalar(sa.select(message.c.customer).where(one).limit(1)) is not None
        for one in on_their_way
    )


def release_claims(connection: sa.Connection) -> None:
    """Give back what deliveries that are no more had claimed."""
    claimed = sa.and_(_in_status(MessageStatus.READY), message.c.lease_until.is_not(None))
    connection.execute(message.update().where(claimed).values(lease_until=None))


def hanging(connection: sa.Connection, now: int | None, identities: sa.Table) -> Sequence[Any]:
    """Messages whose sending nobody recorded, with the customer's id as `identity`, and put into `leaving`.

    `now` None: all that are being sent; else those whose lease is over by then.
    """
    rows = sa.select(*_columns((*KEY, "epoch"))).where(_in_status(MessageStatus.SENDING))
    if now is not None:
        rows = rows.where(message.c.lease_until <= now)
    return _stored(connection, leaving, identities) if _fill_leaving(connection, rows) else []


def ask_about(connection: sa.Connection, identities: sa.Table) -> Sequence[Any]:
    """Put the claimed messages into `wanted`, for the gate; their rows, with the customer's id as `identity`.

    Left out are those that somebody else has claimed or taken back since. While the gate is asked they do not
    count themselves.
    """
    mine = sa.and_(_same(leaving), message.c.epoch == leaving.c.epoch)
    rows = sa.select(*_columns(_ASKED)).select_from(leaving.join(message, mine))
    ready = message.c.status == moments.integer(MessageStatus.READY)
    connection.execute(wanted.insert().from_select(list(_ASKED), rows.where(ready)))
    connection.execute(message.update().values(counted_at=None).where(_same(wanted)))
    return _stored(connection, wanted, identities)


def mark(connection: sa.Connection, now: int) -> None:
    """Mark what is in `wanted` as being sent: the point from which on it may have left."""
    values: dict[str, Any] = {
        "status": int(MessageStatus.SENDING),
        "because": None,
        "until": None,
        "attempt": message.c.attempt + moments.integer(1),
        "lease_until": now + SEND_LEASE,
        "counted_at": now,
        "changed_at": now,
    }
    connection.execute(message.update().values(values).where(_same(wanted)))


def leave_out(connection: sa.Connection, intents: Iterable[Intent]) -> None:
    """Take messages out of `wanted`."""
    same = [wanted.c[name] == sa.bindparam(f"its_{name}") for name in KEY]
    execute_many(connection, wanted.delete().where(*same), [_its(intent) for intent in intents])


def still_sending(connection: sa.Connection) -> set[Intent]:
    """Those in `leaving` that are marked as being sent by this very claim."""
    mine = sa.and_(_same(leaving), message.c.epoch == leaving.c.epoch)
    rows = sa.select(*_columns(KEY)).select_from(leaving.join(message, mine))
    marked = message.c.status == moments.integer(MessageStatus.SENDING)
    return {Intent(*row) for row in connection.execute(rows.where(marked).with_for_update(of=message))}


def change(connection: sa.Connection, changes: Iterable[tuple[dict[str, Any], Intent]]) -> None:
    """Write values to messages; every change names the same columns in the same order."""
    rows = [values | _its(intent) for values, intent in changes]
    if rows:
        names = [name for name in rows[0] if not name.startswith("its_")]
        same = [message.c[name] == sa.bindparam(f"its_{name}") for name in KEY]
        update = message.update().values({name: sa.bindparam(name) for name in names}).where(*same)
        execute_many(connection, update, rows)


def _fill_leaving(connection: sa.Connection, rows: sa.Select[Any]) -> int:
    connection.execute(leaving.delete())
    return max(connection.execute(leaving.insert().from_select([*KEY, "epoch"], rows)).rowcount, 0)


def _in_status(status: MessageStatus) -> sa.ColumnElement[bool]:
    """The open messages of one status, in the words that let the index serve."""
    return sa.and_(OPEN_MESSAGE, message.c.status == moments.integer(status))


def _stored(connection: sa.Connection, batch: sa.Table, identities: sa.Table) -> Sequence[Any]:
    rows = sa.select(*_columns(KEY), *_columns(_STORED), identities.c.id.label("identity")).select_from(
        batch.join(message, _same(batch)).join(identities, identities.c.customer == batch.c.customer)
    )
    return connection.execute(rows).all()


def _same(batch: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(*(message.c[name] == batch.c[name] for name in KEY))


def _columns(names: Iterable[str]) -> list[sa.Column[Any]]:
    return [message.c[name] for name in names]


def _its(intent: Intent) -> dict[str, Any]:
    return {f"its_{name}": value for name, value in zip(KEY, intent, strict=True)}
