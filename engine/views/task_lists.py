"""Which tasks, in which order: what is open is read by index, a page at a time. Knows nothing of what a task says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.conditions import moments
from engine.errors import UnknownNameError
from engine.people.tasks import is_task
from engine.storage.keys import Intent, intent_in
from engine.storage.schema import task
from engine.storage.staff_tables import DEADLINE, OPEN_TASK
from engine.storage.states import TaskStatus
from engine.views.places import Part, for_roles
from engine.views.window import Window
from engine.wording import say

_CHUNK = 1_000  # keys fetched at once


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks. Nothing given: all of them. `assignee`: whose; `overdue_at`: those that were due by then.

    `limit`: at most so many, `after` an intent: those that follow it, whatever has become of it since; `skip`: not the
    first so many. `roles`: for these, or for anybody; `free_for`: those that nobody else has. `pressing`: what is
    overdue comes first, then what is due today; such lists know no `after`.
    """

    statuses: frozenset[TaskStatus] = field(default_factory=frozenset)
    role: str | None = None
    customer: int | None = None
    assignee: str | None = None
    overdue_at: int | None = None
    limit: int | None = None
    after: Intent | None = None
    skip: int = 0
    roles: frozenset[str] | None = None
    free_for: str | None = None
    pressing: bool = False


def keys_in_order(window: Window, now: int, wanted: Wanted) -> Iterator[Intent]:
    """The keys of the tasks that are wanted, open ones first, as far as they are taken."""
    left, skip = wanted.limit, wanted.skip
    for stretch in _stretches(window, now, wanted):
        rows = stretch.rows.where(*_conditions(window, wanted))
        if skip and (here := _count(window, rows)) <= skip:
            skip -= here
            continue
        page = rows.order_by(*stretch.order).limit(left).offset(skip or None)
        skip, given = 0, 0
        for row in window.connection.execute(page.execution_options(yield_per=_CHUNK)):
            given += 1
            yield intent_in(row)
        if left is not None and (left := left - given) == 0:
            return


def number_of(window: Window, wanted: Wanted) -> int:
    """How many tasks that is, on all pages."""
    rows = sa.select(task.c.customer).where(_in_status(wanted), *_conditions(window, wanted))
    return _count(window, rows)


class _Stretch(NamedTuple):
    """A part of a list that an index holds in order, or that is sorted."""

    rows: sa.Select[Any]
    order: tuple[sa.ColumnElement[Any], ...]


_KEYS = sa.select(*task.primary_key.columns)
_ORDER: tuple[sa.ColumnElement[Any], ...] = (DEADLINE, task.c.created_at, *task.primary_key.columns)
"""Among tasks of one rank: those due first, then the oldest."""


def _stretches(window: Window, now: int, wanted: Wanted) -> Iterator[_Stretch]:
    """What is open, then the rest; from a place in one of them on."""
    order = (task.c.rank.desc().nulls_last(), *_ORDER)
    last = None if wanted.after is None else _place(window, wanted.after)
    is_open, closed = _sides(wanted)
    if is_open and not (closed and last is not None and last.status != TaskStatus.OPEN):
        onward = () if last is None else (_beyond(last),)
        for own in _urgencies(window, now) if wanted.pressing else ((),):
            yield _Stretch(_KEYS.where(OPEN_TASK, *own, *onward), order)
        last = None
    if closed:
        onward = () if last is None else (_closed_beyond(last),)
        yield _Stretch(_KEYS.where(task.c.status.in_(closed), *onward), (task.c.status, *order))


def _sides(wanted: Wanted) -> tuple[bool, list[int]]:
    """Whether open tasks are wanted, and of which other statuses."""
    if wanted.overdue_at is not None:
        return not wanted.statuses or TaskStatus.OPEN in wanted.statuses, []
    statuses = wanted.statuses or frozenset(TaskStatus)
    return TaskStatus.OPEN in statuses, sorted(int(one) for one in statuses if one is not TaskStatus.OPEN)


def _in_status(wanted: Wanted) -> sa.ColumnElement[bool]:
    is_open, closed = _sides(wanted)
    if not closed:
        return OPEN_TASK if is_open else sa.false()
    return sa.or_(OPEN_TASK, task.c.status.in_(closed)) if is_open else task.c.status.in_(closed)


def _urgencies(window: Window, now: int) -> Iterator[tuple[sa.ColumnElement[bool], ...]]:
    """What is overdue, what is due today, the rest."""
    begin, end = moments.integer(now), moments.integer(window.zone.midnight(window.zone.day(now) + 1))
    yield (task.c.due_at < begin,)
    yield task.c.due_at >= begin, task.c.due_at < end
    yield (end <= DEADLINE,)


def _place(window: Window, intent: Intent) -> sa.Row[Any]:
    """Where a task stands, or stood; UnknownNameError when there is none."""
    columns = (task.c.status, task.c.rank, DEADLINE.label("deadline"), task.c.created_at)
    query = sa.select(*columns, *task.primary_key.columns).where(*is_task(intent))
    row = window.connection.execute(query).one_or_none()
    if row is None:
        raise UnknownNameError(say("there is no task {id!r}", id=intent.id), say("`homing tasks` lists them"))
    return row


def _beyond(last: sa.Row[Any]) -> sa.ColumnElement[bool]:
    """That a task comes after a place: by its rank, or as the rest of the order has it."""
    values = (last.deadline, last.created_at, *intent_in(last))
    alike = sa.and_(
        task.c.rank.is_not_distinct_from(last.rank),
        sa.tuple_(*_ORDER) > sa.tuple_(*map(moments.integer, values)),
    )
    if last.rank is None:
        return alike
    return sa.or_(task.c.rank < last.rank, task.c.rank.is_(None), alike)


def _closed_beyond(last: sa.Row[Any]) -> sa.ColumnElement[bool]:
    return sa.or_(task.c.status > last.status, sa.and_(task.c.status == last.status, _beyond(last)))


def _count(window: Window, rows: sa.Select[Any]) -> int:
    return window.connection.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0


def _conditions(window: Window, wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.role is not None:
        yield task.c.role == window.symbols.find("role", wanted.role)
    if wanted.customer is not None:
        yield task.c.customer == wanted.customer
    if wanted.assignee is not None:
        yield task.c.assignee == wanted.assignee
    if wanted.free_for is not None:
        yield sa.or_(task.c.assignee.is_(None), task.c.assignee == wanted.free_for)
    yield from for_roles(window, Part(wanted.roles), task.c.role)
    if wanted.overdue_at is not None:
        yield task.c.due_at < wanted.overdue_at
