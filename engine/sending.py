"""The rows of messages on their way out: claimed by a delivery, marked as being sent, given back.

A claim is a lease and can be taken over once it is over. A mark cannot: from then on nobody may send the message
again unless it is proved that it was not taken. Knows no channel and no rule.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine import moments
from engine.keys import Intent
from engine.schema import OPEN_MESSAGE, message
from engine.states import MessageStatus
from engine.working import wanted

CLAIM_LEASE = 30_000  # milliseconds
SEND_LEASE = 120_000  # milliseconds; longer than any call may take

KEY = Intent._fields
_MINE = [message.c[name] == sa.bindparam(f"its_{name}") for name in KEY]
_ASKED = [*KEY, "state", "created_at", "status", "until", "refused", "approved"]


class Claim(NamedTuple):
    """A message that this delivery may bring on its way, as long as nobody has raised the epoch."""

    intent: Intent
    epoch: int


def in_status(status: MessageStatus) -> sa.ColumnElement[bool]:
    """The open messages of one status, in the words that let the index serve."""
    return sa.and_(OPEN_MESSAGE, message.c.status == moments.integer(status))


def claim(connection: sa.Connection, now: int, most: int) -> list[Claim]:
    """Claim messages that are ready, those of one customer together as far as they go."""
    due = sa.or_(message.c.until.is_(None), message.c.until <= now)
    free = sa.or_(message.c.lease_until.is_(None), message.c.lease_until <= now)
    rows = connection.execute(
        sa.select(*_columns(KEY), message.c.epoch)
        .where(in_status(MessageStatus.READY), due, free)
        .order_by(message.c.until, *_columns(KEY))
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    claims = [Claim(Intent(*row[:-1]), row[-1] + 1) for row in rows]
    lease = now + CLAIM_LEASE
    change(connection, (({"epoch": item.epoch, "lease_until": lease}, item.intent) for item in claims))
    return claims


def release_claims(connection: sa.Connection) -> None:
    """Give back what deliveries that are no more had claimed."""
    claimed = sa.and_(in_status(MessageStatus.READY), message.c.lease_until.is_not(None))
    connection.execute(message.update().where(claimed).values(lease_until=None))


def ask_about(connection: sa.Connection, claims: Sequence[Claim], identities: sa.Table) -> dict[Intent, Any]:
    """Put claimed messages into `wanted`, for the gate; their rows, with the customer's id as `identity`.

    Left out are those that somebody else has claimed or taken back since. While the gate is asked they do not
    count themselves.
    """
    same = [*_MINE, message.c.status == MessageStatus.READY, message.c.epoch == sa.bindparam("its_epoch")]
    rows = sa.select(*_columns(_ASKED)).where(*same)
    values = [_key_values(item.intent) | {"its_epoch": item.epoch} for item in claims]
    connection.execute(wanted.insert().from_select(_ASKED, rows), values)
    found = connection.execute(_stored(identities)).all()
    stored = {Intent(*row[: len(KEY)]): row for row in found}
    change(connection, (({"counted_at": None}, intent) for intent in stored))
    return stored


def _stored(identities: sa.Table) -> sa.Select[Any]:
    names = (
        "channel",
        "subject",
        "text",
        "attempt",
        "epoch",
        "refused",
        "approved",
        "message",
        "policy",
        "state",
    )
    same = sa.and_(*(message.c[name] == wanted.c[name] for name in KEY))
    return sa.select(*_columns(KEY), *_columns(names), identities.c.id.label("identity")).select_from(
        wanted.join(message, same).join(identities, identities.c.customer == wanted.c.customer)
    )


def still_sending(connection: sa.Connection, claims: Iterable[Claim]) -> set[Intent]:
    """Those of the claims that are marked as being sent, by this very claim."""
    mine = {item.intent: item.epoch for item in claims}
    rows = connection.execute(
        sa.select(*_columns(KEY), message.c.epoch).where(in_status(MessageStatus.SENDING)).with_for_update()
    )
    found = (Claim(Intent(*row[:-1]), row[-1]) for row in rows)
    return {item.intent for item in found if mine.get(item.intent) == item.epoch}


def change(connection: sa.Connection, changes: Iterable[tuple[dict[str, Any], Intent]]) -> None:
    """Write values to messages; every change names the same columns."""
    rows = [values | _key_values(intent) for values, intent in changes]
    if rows:
        names = [name for name in rows[0] if not name.startswith("its_")]
        update = message.update().values({name: sa.bindparam(name) for name in names})
        connection.execute(update.where(*_MINE), rows)


def _columns(names: Iterable[str]) -> list[sa.Column[Any]]:
    return [message.c[name] for name in names]


def _key_values(intent: Intent) -> dict[str, Any]:
    return {f"its_{name}": value for name, value in zip(KEY, intent, strict=True)}
