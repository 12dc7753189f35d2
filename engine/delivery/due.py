"""When a message next wants something between runs: to leave, to be tried again, asked about, let go or given up."""

import sqlalchemy as sa

from engine.storage.messages import in_status
from engine.storage.schema import breaker, message
from engine.storage.states import MessageStatus

AGAIN = 15_000
"""Milliseconds after which to look again at what should have left and did not: claimed by one who died, or paused."""

_TIMED = (MessageStatus.WAITING, MessageStatus.HELD, MessageStatus.READY, MessageStatus.UNKNOWN)


def next_message(connection: sa.Connection, after: int) -> int | None:
    """The first moment after a look at `after` at which another may find something to do; None: none is known."""
    times = [_first(status, after) for status in _TIMED]
    sending = sa.select(sa.func.min(message.c.lease_until))
    times += [
        sending.where(in_status(MessageStatus.SENDING)),
        sa.select(sa.func.min(breaker.c.open_until)).where(breaker.c.open_until > after),
    ]
    found = [connection.scalar(time) for time in times]
    if connection.scalar(sa.select(sa.or_(*(_overdue(status, after) for status in _LEAVING)))):
        found.append(after + AGAIN)
    return min((max(moment, after + 1) for moment in found if moment is not None), default=None)


_LEAVING = (MessageStatus.READY, MessageStatus.UNKNOWN)


def _first(status: MessageStatus, after: int) -> sa.Select[int]:
    return sa.select(sa.func.min(message.c.until)).where(in_status(status), message.c.until > after)


def _overdue(status: MessageStatus, after: int) -> sa.ColumnElement[bool]:
    due = message.c.until <= after
    if status is MessageStatus.READY:
        due = sa.or_(message.c.until.is_(None), due)
    return sa.exists(sa.select(message.c.status).where(in_status(status), due))
