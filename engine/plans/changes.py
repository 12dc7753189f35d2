"""The change set: who may behave differently than at the run before, and in which journeys, by ranges on indexes.

A run costs what changed, not what is stored. When a release is new, everybody is in it; whom a condition can only be
asked of in person, `engine.running.asking` adds.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from dsl.model.known_events import RECORDED_BY_ENGINE
from engine.calendars.zone import Zone
from engine.conditions import moments
from engine.conditions.happenings import happening
from engine.conditions.moments import Sql
from engine.conditions.world import BEFORE, BEFORE_SEQ, NOW, Clockwork, World
from engine.plans.circles import EVERY, WAITING, Circles, in_journey
from engine.plans.crossings import Crossing, Passing
from engine.plans.lines import Column
from engine.plans.watching import Watches
from engine.plans.working import due
from engine.storage.declared import Declared, column_name
from engine.storage.schema import OPEN_MESSAGE, Instant, calendar_day, changed, enrolment, message
from engine.storage.states import MessageStatus

_EVERY = moments.integer(EVERY).label("circle")
_UNDECIDED = (MessageStatus.WAITING, MessageStatus.HELD)


def ranges(watches: Watches, clock: Clockwork, zone: Zone) -> dict[str, int]:
    """The parameters of `collect` for one run: the places of the crossings name them."""
    values: dict[str, int] = {}
    for place, crossing in enumerate(watches.crossings):
        low, high = crossing.swept(clock.before_at, clock.now, zone)
        values |= {f"low_{place}": low, f"high_{place}": high}
    return values


def collect(world: World, watches: Watches, circles: Circles) -> sa.Insert:
    """Fill `due` with the change set."""
    waiting = moments.integer(circles.number([WAITING]))
    arms: list[sa.Select[Any]] = [
        sa.select(changed.c.customer, _EVERY).where(changed.c.seq > moments.integer(0)),
        sa.select(enrolment.c.customer, _own_circle(world, circles)).where(enrolment.c.wake_at <= NOW),
        *(_overdue(status, waiting) for status in _UNDECIDED),
    ]
    for kind in sorted(watches.kinds.keys() - RECORDED_BY_ENGINE):
        rows, circle = world.tables.events[kind].alias(), circles.number(watches.kinds[kind])
        own = sa.select(rows.c.customer, moments.integer(circle))
        arms += [own.where(rows.c.seq > BEFORE_SEQ), own.where(rows.c.at > BEFORE, rows.c.at <= NOW)]
    for place, (crossing, scopes) in enumerate(watches.crossings.items()):
        arms.append(_crossed(world, crossing, place, moments.integer(circles.number(scopes))))
    return into_due(arms)


def collect_waiting() -> sa.Insert:
    """Fill `due` with those alone whose waiting messages may go now, or are given up."""
    return into_due([_overdue(status, _EVERY) for status in _UNDECIDED])


def into_due(arms: Sequence[sa.Select[Any]]) -> sa.Insert:
    """Fill `due` with what queries find: customers, each with a circle."""
    # UNION would make SQLite read whole tables in the order of customers, to merge them.
    customer, circle = sa.union_all(*arms).subquery().c
    return due.insert().from_select(["customer", "circle"], sa.select(customer, circle).distinct())


def _own_circle(world: World, circles: Circles) -> Sql:
    """The circle of an enrolment's journey alone."""
    names = world.model.journeys
    numbers = {world.number("journey", name): circles.number(in_journey(name)) for name in names}
    if not numbers:
        return _EVERY
    arms = {journey: moments.integer(circle) for journey, circle in numbers.items()}
    return sa.case(arms, value=enrolment.c.journey, else_=_EVERY)


def _overdue(status: MessageStatus, circle: Sql) -> sa.Select[Any]:
    """Messages that may go now, or are given up."""
    own = (OPEN_MESSAGE, message.c.status == moments.integer(status), message.c.until <= NOW)
    return sa.select(message.c.customer, circle).where(*own)


def _crossed(world: World, crossing: Crossing | Passing, place: int, circle: Sql) -> sa.Select[Any]:
    low = sa.bindparam(f"low_{place}", type_=Instant, required=True)
    high = sa.bindparam(f"high_{place}", type_=Instant, required=True)
    rows, customer, value = stored(world, crossing.column)
    own = sa.select(customer, circle).select_from(rows)
    if crossing.returns:
        return own.where(value.in_(_returning(value, low, high)))
    return own.where(value > low, value <= high)


def stored(world: World, column: Column) -> tuple[sa.FromClause, Sql, Sql]:
    """The rows that hold a column, their customer and its value."""
    if column.owner == "event":
        found = happening(world, column.kind)
        return found.rows, found.customer, found.column(column.name)
    if column.owner == "enrolment":
        own = enrolment.alias()
        return own, own.c.customer, own.c[column.name]
    table = _table(world.tables, column).alias()
    return table, table.c.customer, table.c[column_name(column.name)]


def _returning(value: Sql, low: Sql, high: Sql) -> sa.Select[Any]:
    """The days that return on one of these: the same days of the years of values, and 29 February on the 28th.

    Years are numbers of `calendar_day` too. All its years would be three hundred for each day of a long gap.
    """
    returns, years, days = calendar_day.alias(), calendar_day.alias(), calendar_day.alias()
    of_year = moments.integer(12)
    eve = sa.and_(returns.c.month % of_year == moments.integer(1), returns.c.dom == moments.integer(28))
    until = sa.case((eve, moments.integer(29)), else_=returns.c.dom)
    return sa.select(days.c.day).where(
        returns.c.day > low,
        returns.c.day <= high,
        years.c.day >= _year_of_the_first(value),
        years.c.day <= _year_of_the_last(value),
        days.c.month == years.c.day * of_year + returns.c.month % of_year,
        days.c.dom >= returns.c.dom,
        days.c.dom <= until,
    )


def _year_of_the_first(value: Sql) -> sa.ScalarSelect[Any]:
    days, first = calendar_day.alias(), sa.select(sa.func.min(value)).correlate(None).scalar_subquery()
    year = sa.select(days.c.month // moments.integer(12)).where(days.c.day >= first)
    return year.order_by(days.c.day).limit(1).scalar_subquery()


def _year_of_the_last(value: Sql) -> sa.ScalarSelect[Any]:
    days, last = calendar_day.alias(), sa.select(sa.func.max(value)).correlate(None).scalar_subquery()
    year = sa.select(days.c.month // moments.integer(12)).where(days.c.day <= last)
    return year.order_by(days.c.day.desc()).limit(1).scalar_subquery()


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


_LOGGED = {"sent": "sent_at", "delivered": "delivered_at", "failed": "failed_at"}


def watch_indexes(tables: Declared, watches: Watches) -> list[sa.Index]:
    """The indexes that serve the crossings of a rule set: one per watched date or time."""
    columns = {crossing.column for crossing in watches.crossings}
    found = {index.name: index for index in (_watch_index(tables, column) for column in columns) if index}
    return [index for _, index in sorted(found.items(), key=lambda item: str(item[0]))]


def entry_index() -> sa.Index:
    """The index that serves journeys which count who came in: by journey and time."""
    own = enrolment.to_metadata(sa.MetaData()).c
    return sa.Index("enrolment_by_entry", own.journey, own.entered_at)


def _watch_index(tables: Declared, column: Column) -> sa.Index | None:
    """None when every table of its kind has one anyway."""
    if column.owner == "enrolment":
        return _partial_index(enrolment, column.name)
    if column.owner == "event" and column.kind in _LOGGED:
        return _partial_index(message, _LOGGED[column.kind])
    if column.owner == "event" and column.name == "at":
        return None
    table = tables.events[column.kind] if column.owner == "event" else _table(tables, column)
    own = table.c[column_name(column.name)]
    known = (index for index in table.indexes if index.name == _name(own))
    return next(known, None) or sa.Index(_name(own), own)


def _partial_index(table: sa.Table, name: str) -> sa.Index:
    """An index of what is not null in a fixed table; described beside it, since not every rule set needs it."""
    own = table.to_metadata(sa.MetaData()).c[name]
    some = own.is_not(None)
    return sa.Index(_name(own), own, sqlite_where=some)


def _name(column: sa.Column[Any]) -> str:
    return f"{column.table.name}_by_{column.name}"
