"""The change set: the customers who may behave differently than at the run before, found by ranges on indexes.

A run costs what changed, not what is stored. When a release is new, or a condition can only be asked of everybody,
everybody is in it.
"""

from typing import Any

import sqlalchemy as sa

from dsl.known_events import RECORDED_BY_ENGINE
from engine.calendars.zone import Zone
from engine.conditions import moments
from engine.conditions.happenings import happening
from engine.conditions.world import BEFORE, BEFORE_SEQ, NOW, Clockwork, World
from engine.plans.watching import Column, Crossing, Watches
from engine.plans.working import due
from engine.storage.declared import Declared, column_name
from engine.storage.schema import OPEN_MESSAGE, Instant, changed, enrolment, message
from engine.storage.states import MessageStatus


def crossing_list(watches: Watches) -> list[Crossing]:
    """The crossings in a stable order: their places name their parameters."""
    return sorted(watches.crossings, key=repr)


def ranges(watches: Watches, clock: Clockwork, zone: Zone) -> dict[str, int]:
    """The parameters of `collect` for one run."""
    values: dict[str, int] = {}
    for place, crossing in enumerate(crossing_list(watches)):
        low, high = crossing.swept(clock.before_at, clock.now, zone)
        values |= {f"low_{place}": low, f"high_{place}": high}
    return values


def everybody(watches: Watches, clock: Clockwork, zone: Zone) -> bool:
    """Whether the passing of time alone may matter to anybody since the run before."""
    next_day = zone.day(clock.before_at) != zone.day(clock.now)
    passed = any(item.passed(clock.before_at, clock.now, zone) for item in watches.fixed)
    return watches.always or passed or (watches.daily and next_day)


def collect(world: World, watches: Watches) -> sa.Insert:
    """Fill `due` with the change set."""
    arms: list[sa.Select[Any]] = [
        sa.select(changed.c.customer).where(changed.c.seq > moments.integer(0)),
        sa.select(enrolment.c.customer).where(enrolment.c.wake_at <= NOW),
        *(_overdue(status) for status in (MessageStatus.WAITING, MessageStatus.HELD)),
    ]
    for kind in sorted(watches.kinds - RECORDED_BY_ENGINE):
        rows = world.tables.events[kind].alias()
        arms += [
            sa.select(rows.c.customer).where(rows.c.seq > BEFORE_SEQ),
            sa.select(rows.c.customer).where(rows.c.at > BEFORE, rows.c.at <= NOW),
        ]
    for place, crossing in enumerate(crossing_list(watches)):
        arms.append(_crossed(world, crossing.column, place))
    # UNION would make SQLite read whole tables in the order of customers, to merge them.
    found = sa.union_all(*arms).subquery()
    return due.insert().from_select(["customer"], sa.select(found.c.customer).distinct())


def _overdue(status: MessageStatus) -> sa.Select[Any]:
    """Messages that may go now, or are given up."""
    own = (OPEN_MESSAGE, message.c.status == moments.integer(status), message.c.until <= NOW)
    return sa.select(message.c.customer).where(*own)


def _crossed(world: World, column: Column, place: int) -> sa.Select[Any]:
    low = sa.bindparam(f"low_{place}", type_=Instant, required=True)
    high = sa.bindparam(f"high_{place}", type_=Instant, required=True)
    if column.owner == "event":
        rows = happening(world, column.kind)
        value = rows.column(column.name)
        return sa.select(rows.customer).select_from(rows.rows).where(value > low, value <= high)
    table = _table(world.tables, column).alias()
    value = table.c[column_name(column.name)]
    return sa.select(table.c.customer).where(value > low, value <= high)


def _table(tables: Declared, column: Column) -> sa.Table:
    return tables.customer if column.owner == "customer" else tables.records[column.kind]


def live_kinds(world: World, kinds: set[str]) -> sa.Select[Any]:
    """For each event kind that an `on` listens to: 1 when some event of it is new in this run."""
    columns = [_is_new(world, kind).label(f"live_{kind}") for kind in sorted(kinds)]
    return sa.select(sa.literal_column("1").label("one"), *columns)


def _is_new(world: World, kind: str) -> sa.ColumnElement[Any]:
    if kind in RECORDED_BY_ENGINE:
        return sa.literal_column("1")
    rows = world.tables.events[kind].alias()
    one: sa.ColumnElement[int] = sa.literal_column("1", sa.Integer)
    arrived = sa.exists(sa.select(one).select_from(rows).where(rows.c.seq > BEFORE_SEQ))
    later = world.tables.events[kind].alias()
    matured = sa.exists(sa.select(one).select_from(later).where(later.c.at > BEFORE, later.c.at <= NOW))
    return sa.case((sa.or_(arrived, matured), one), else_=sa.literal_column("0"))


def watch_indexes(tables: Declared, watches: Watches) -> list[sa.Index]:
    """The indexes that serve the crossings of a rule set: one per watched date or time."""
    columns: dict[str, sa.Column[Any]] = {}
    for crossing in watches.crossings:
        column = crossing.column
        if column.owner == "event" and (column.name == "at" or column.kind in RECORDED_BY_ENGINE):
            continue  # every event table has that one, and the message log is read by customer
        table = tables.events[column.kind] if column.owner == "event" else _table(tables, column)
        name = column_name(column.name)
        columns[f"{table.name}_by_{name}"] = table.c[name]
    return [_index(name, column) for name, column in sorted(columns.items())]


def _index(name: str, column: sa.Column[Any]) -> sa.Index:
    """The index of that name; a table knows those that were described before."""
    known = (index for index in column.table.indexes if index.name == name)
    return next(known, None) or sa.Index(name, column)
