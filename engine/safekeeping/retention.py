"""Old rows that nobody needs any more go, a stretch of customers at a time: what rules can see always stays.

Only the trail of moves of run-throughs that ended long ago, and the words of messages that have long been decided, are
forgotten. Rules count run-throughs and messages and ask when they were, never how somebody came from state to state or
what a message said; so enrolments, messages themselves, events, tasks, opt-outs and consents stay, and so does the
audit trail.
"""

import sqlalchemy as sa

from engine.config import Config
from engine.projects.project import Project
from engine.storage.customers import customer
from engine.storage.schema import ENDED, SUBJECT, enrolment, message, meta, visit
from engine.storage.states import MessageStatus

STRETCH = 5_000
"""Customers whose rows one transaction looks at."""

STRETCHES = 20
"""Transactions of one call; the next one goes on where it stopped."""

_DAY = 86_400_000  # milliseconds
_PLACE, _ROUND = "retention_place", "retention_round"


def forget(project: Project, now: int, stretch: int = STRETCH) -> None:
    """Go on forgetting by `[retention]`: a round over all customers once a day, some stretches of it in each call."""
    config = project.config
    if config.keep_moves is not None or config.keep_texts is not None:
        for _ in range(STRETCHES):
            with project.store.write() as connection:
                if not _forget_some(connection, config, now, stretch):
                    return


def _forget_some(connection: sa.Connection, config: Config, now: int, stretch: int) -> bool:
    """One stretch, in the transaction under way; False when this day's round is over."""
    low = _next_place(connection, now)
    if low is None:
        return False
    high = _end_of_stretch(connection, low, stretch)
    for kept, drop in ((config.keep_moves, _forget_moves), (config.keep_texts, _forget_texts)):
        if kept is not None:
            drop(connection, low, high, config.zone.shift(now, kept, back=True))
    _set(connection, _PLACE, high)
    if high is None:
        _set(connection, _ROUND, now)
    return True


def _next_place(connection: sa.Connection, now: int) -> int | None:
    """Above which customer to go on; None when this day's round is over."""
    place, done = _get(connection, _PLACE), _get(connection, _ROUND)
    if place is None and done is not None and done <= now < done + _DAY:
        return None
    return place or 0


def _end_of_stretch(connection: sa.Connection, low: int, stretch: int) -> int | None:
    """The last customer of the stretch above `low`; None: it is the last stretch."""
    some = sa.select(customer.c.customer).where(customer.c.customer > low).order_by(customer.c.customer)
    return connection.scalar(some.offset(stretch - 1).limit(1))


def _forget_moves(connection: sa.Connection, low: int, high: int | None, before: int) -> None:
    same = [visit.c[name] == enrolment.c[name] for name in SUBJECT]
    over = sa.exists().where(*same, enrolment.c.status == ENDED, enrolment.c.ended_at < before)
    connection.execute(visit.delete().where(*_within(visit, low, high), visit.c.at < before, over))


def _forget_texts(connection: sa.Connection, low: int, high: int | None, before: int) -> None:
    decided = (
        message.c.status >= MessageStatus.SENT,
        message.c.changed_at < before,
        message.c.text.is_not(None),
    )
    words = message.update().where(*_within(message, low, high), *decided)
    connection.execute(words.values(text=None, subject=None))


def _within(table: sa.Table, low: int, high: int | None) -> list[sa.ColumnElement[bool]]:
    return [table.c.customer > low, *([] if high is None else [table.c.customer <= high])]


def _get(connection: sa.Connection, key: str) -> int | None:
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == key))
    return None if found is None else int(found)


def _set(connection: sa.Connection, key: str, value: int | None) -> None:
    connection.execute(meta.delete().where(meta.c.key == key))
    if value is not None:
        connection.execute(meta.insert().values(key=key, value=str(value)))
