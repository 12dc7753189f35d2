"""What the journal says has left and the database knows nothing of: it is an older copy, or has lost commits.

Messages that are there, or come to be, become `unknown` instead of leaving again; until then their keys are kept. Where
numbers of records may have changed with the copy, the same text to the same address counts as the same message.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.calendars.zone import Zone
from engine.delivery.journal import Journal, Line, digest_of, last_batch, lines_after, set_last_batch
from engine.delivery.marking import Posted
from engine.reasons import LEFT
from engine.storage.audit import By, Deed, record
from engine.storage.bulk import insert_rows, rows_by_key
from engine.storage.customers import customer
from engine.storage.keys import Intent, install_key, intent_key, resent_key
from engine.storage.messages import is_message
from engine.storage.schema import OPEN_MESSAGE, message, unseen
from engine.storage.states import MessageStatus
from engine.storage.symbols import Symbols, load_symbols

_LOST_WITHIN = 7 * 86_400_000  # milliseconds
"""A database that was taken as it is may have lost what it did so long ago, and no longer."""


def take_in(connection: sa.Connection, journal: Journal, zone: Zone, by: By) -> int:
    """Take in, in the transaction under way, the batches of which the database knows nothing; how many messages."""
    known = last_batch(connection, journal.id)
    if known >= journal.last:
        return 0
    return take_lines(connection, journal.id, list(lines_after(journal.path, journal.id, known)), zone, by)


def take_in_again(connection: sa.Connection, journal: Journal, zone: Zone, by: By) -> int:
    """The same for a database of which nobody knows what it has lost: line by line, whatever it says of batches."""
    return _keep(connection, journal.id, lost(connection, journal), zone, by)


def lost(connection: sa.Connection, journal: Journal) -> list[Line]:
    """The lines of the last week that tell of attempts which the database does not hold. Reads all its messages."""
    lines = list(lines_after(journal.path, journal.id, 0))
    recent = {line.key: line for line in lines if line.at >= lines[-1].at - _LOST_WITHIN}
    if not recent:
        return []
    for key, _, row in _keys(connection, load_symbols(connection)):
        if key in recent and _holds(row, recent[key]):
            del recent[key]
    return list(recent.values())


def _holds(row: Any, line: Line) -> bool:
    """Whether a message is as the attempt left it: on its way or beyond, or ready again since it was not taken."""
    tried = row.attempt + (row.status == MessageStatus.READY and row.because is not None)
    return bool(row.status >= MessageStatus.SENDING or tried >= line.attempt)


def take_lines(connection: sa.Connection, journal: str, lines: Sequence[Line], zone: Zone, by: By) -> int:
    """The same for lines of a journal, wherever they were kept; those that the database knows are passed over."""
    known = last_batch(connection, journal)
    return _keep(connection, journal, [line for line in lines if line.batch > known], zone, by)


def _keep(connection: sa.Connection, journal: str, lines: Sequence[Line], zone: Zone, by: By) -> int:
    if not lines:
        return 0
    missing = {line.key: line for line in lines}
    rows = [(key, line.digest, line.at, line.channel, line.attempt) for key, line in missing.items()]
    insert_rows(connection, unseen, [column.name for column in unseen.c], rows, passing_over=True)
    meet(connection, zone)
    last = max(lines[-1].batch, last_batch(connection, journal))
    set_last_batch(connection, journal, last)
    record(connection, by, Deed("journal taken in", what=f"{len(lines)} attempts"))
    return len(lines)


def meet(connection: sa.Connection, zone: Zone) -> None:
    """Messages that may still go and have left already hang from now on, as if their delivery had just died."""
    symbols = load_symbols(connection)
    for intent, row, line in _open_ones(connection, symbols):
        if row.status < MessageStatus.SENDING:
            channel = symbols.find("channel", line.channel) or row.channel
            tried = {"channel": channel, "attempt": max(line.attempt, row.attempt)}
            _hangs(connection, intent, tried, line.at, zone)
        connection.execute(unseen.delete().where(unseen.c.key == line.key))


def any_unseen(connection: sa.Connection) -> bool:
    """Whether there are any such messages."""
    return bool(connection.scalar(sa.select(sa.exists(sa.select(unseen.c.key)))))


def among(connection: sa.Connection, secret: str, posted: Sequence[Posted]) -> Mapping[Intent, int]:
    """Which of some messages about to leave have left already, and when; what they were is forgotten with that."""
    by_key = {one.outgoing.key: one.intent for one in posted}
    found = {
        by_key[row.key]: row for row in rows_by_key(connection, tuple(unseen.c), unseen.c.key, sorted(by_key))
    }
    by_digest = {
        digest_of(secret, one.outgoing): one.intent
        for one in posted
        if one.intent.record and one.intent not in found
    }
    for row in rows_by_key(connection, tuple(unseen.c), unseen.c.digest, sorted(by_digest)):
        found.setdefault(by_digest[row.digest], row)
    for row in found.values():
        connection.execute(unseen.delete().where(unseen.c.key == row.key))
    return {intent: row.at for intent, row in found.items()}


def _open_ones(connection: sa.Connection, symbols: Symbols) -> list[tuple[Intent, Any, Any]]:
    """The messages of the database that may still go and of which the journal tells, with what it tells."""
    left = {row.key: row for row in connection.execute(sa.select(unseen))}
    rows = _keys(connection, symbols, OPEN_MESSAGE)
    return [(intent, row, left[key]) for key, intent, row in rows if key in left]


def _keys(
    connection: sa.Connection, symbols: Symbols, *which: sa.ColumnElement[bool]
) -> Iterator[tuple[str, Intent, Any]]:
    """Messages by the keys that gateways know."""
    secret = install_key(connection)
    rows = sa.select(
        *(message.c[name] for name in Intent._fields),
        message.c.status, message.c.resend, message.c.attempt, message.c.channel, message.c.because,
        customer.c.id,
    ).join(customer, customer.c.customer == message.c.customer)  # fmt: skip
    for row in connection.execute(rows.where(*which)).all():
        intent = Intent(*row[: len(Intent._fields)])
        yield (
            resent_key(intent_key(secret, symbols.name(intent.journey), row.id, intent), row.resend),
            intent,
            row,
        )


def _hangs(
    connection: sa.Connection, intent: Intent, tried: Mapping[str, int | None], at: int, zone: Zone
) -> None:
    values = {
        "status": int(MessageStatus.SENDING),
        "because": LEFT(at=zone.iso(at)),
        "until": None,
        "lease_until": 0,
        "begun_at": at,
        "counted_at": at,
        "changed_at": at,
    }
    connection.execute(message.update().where(*is_message(intent)).values({**values, **tried}))
