"""Calendar arithmetic in SQL: the same answers as `engine.calendars.zone`, for columns instead of single instants.

Instants are integer milliseconds UTC, walls milliseconds since 1970-01-01T00:00 on the business clock, days integer
days since 1970-01-01. Months and years need the table `calendar_day` and are missing outside its years (FIRST_DAY).
Knows nothing of rules.
"""

from calendar import monthrange
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from dsl.units import Clock, Duration
from engine.calendars.zone import Zone
from engine.storage.schema import calendar_day, zone_step

Sql = sa.ColumnElement[Any]

DAY = 86_400_000
MINUTE = 60_000
_ELAPSED = {"minute": MINUTE, "hour": 60 * MINUTE}
_WALL = {"day": DAY, "week": 7 * DAY}
_MONTHS = {"month": 1, "year": 12}
_BIAS = 1_000_000
"""Days added before a division, so that what is divided is never negative (SQL rounds towards zero)."""

FOR_EVER = 2**53

EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


@cache
def calendar_rows() -> list[tuple[int, int, int]]:
    """The rows of `calendar_day`: day, month, day of the month."""
    found: list[tuple[int, int, int]] = []
    for month in range(FIRST_DAY.year * 12, LAST_DAY.year * 12 + 12):
        first = (date(month // 12, month % 12 + 1, 1) - EPOCH).days
        found += [(first + day, month, day + 1) for day in range(monthrange(month // 12, month % 12 + 1)[1])]
    return found


def integer(value: Sql | int) -> Sql:
    """A literal written into the statement itself: constants of a zone or a rule are not parameters."""
    return sa.literal_column(str(value), sa.BigInteger()) if isinstance(value, int) else value


def floor_day(wall: Sql) -> Sql:
    """The day of a wall time."""
    return (wall + integer(_BIAS * DAY)) // integer(DAY) - integer(_BIAS)


def wall(zone: Zone, instant: Sql) -> Sql:
    """The wall time of an instant."""
    return instant + _offset(zone, instant, "since")


def instant_of_wall(zone: Zone, at: Sql) -> Sql:
    """The instant of a wall time: the first of two, and moved on by the gap where the clock skips it."""
    return at - _offset(zone, at, "wall_since")


def _offset(zone: Zone, at: Sql, column: str) -> Sql:
    """The offset in force: a constant where the clock is never changed, else looked up in `zone_step`.

    Under a name of its own each time: one look-up may stand inside another.
    """
    steps = zone.transitions()
    if len(steps) == 1:
        return integer(steps[0][1])
    rows = zone_step.alias()
    since = rows.c[column]
    latest = sa.select(rows.c.offset).where(since <= at).order_by(since.desc()).limit(1)
    return _of_its_own(latest, rows)


def _of_its_own(query: sa.Select[Any], *tables: sa.FromClause) -> Sql:
    """A look-up in these tables alone: whatever else it names belongs to a query around it, however far out."""
    return query.correlate_except(*tables).scalar_subquery()


def zone_rows(zone: Zone) -> list[dict[str, int]]:
    """The rows of `zone_step`: a wall time belongs to the new offset only past what is skipped or repeated."""
    steps = zone.transitions()
    before = [steps[0][1], *(offset for _, offset in steps)]
    rows = [
        {"since": since, "wall_since": since + max(offset, previous), "offset": offset}
        for (since, offset), previous in zip(steps, before, strict=False)
    ]
    rows[0] |= {"since": -FOR_EVER, "wall_since": -FOR_EVER}
    return rows


def local_day(zone: Zone, instant: Sql) -> Sql:
    """The local day of an instant."""
    return floor_day(wall(zone, instant))


def midnight(zone: Zone, day: Sql) -> Sql:
    """The instant at which a local day begins."""
    return instant_of_wall(zone, day * integer(DAY))


def shift(zone: Zone, instant: Sql, duration: Duration, *, back: bool) -> Sql:
    """`instant` moved by a duration: hours elapse, days keep the wall clock, months clamp to their end."""
    amount = -duration.amount if back else duration.amount
    if duration.unit in _ELAPSED:
        return instant + integer(amount * _ELAPSED[duration.unit])
    if len(zone.transitions()) == 1 and duration.unit in _WALL:
        return instant + integer(amount * _WALL[duration.unit])
    at = wall(zone, instant)
    if duration.unit in _WALL:
        return instant_of_wall(zone, at + integer(amount * _WALL[duration.unit]))
    day = floor_day(at)
    moved = shift_months(day, integer(amount * _MONTHS[duration.unit]))
    return instant_of_wall(zone, moved * integer(DAY) + (at - day * integer(DAY)))


def shift_months(day: Sql, months: Sql) -> Sql:
    """A day moved by calendar months, clamped to the end of the month."""
    start, end = calendar_day.alias(), calendar_day.alias()
    return _same_day(day, start, end, start.c.month + months)


def in_year(day: Sql, year: Sql) -> Sql:
    """The return of a day in a year; 29 February falls on the 28th in a common one."""
    start, end = calendar_day.alias(), calendar_day.alias()
    return _same_day(day, start, end, year * integer(12) + start.c.month % integer(12))


def _same_day(day: Sql, start: sa.FromClause, end: sa.FromClause, month: Sql) -> Sql:
    """The day of `end` in a month that has the number of the day of `start` in its own, or the month's last one."""
    chosen = sa.select(end.c.day).select_from(start.join(end, end.c.month == month))
    # The last one by its index; max() would read all days before it.
    last = chosen.where(start.c.day == day, end.c.dom <= start.c.dom).order_by(end.c.dom.desc()).limit(1)
    return _of_its_own(last, start, end)


def first_clock(zone: Zone, instant: Sql, clock: Clock) -> Sql:
    """The first such clock time at or after an instant."""
    today = floor_day(wall(zone, instant)) * integer(DAY) + integer(clock.minutes * MINUTE)
    this, following = instant_of_wall(zone, today), instant_of_wall(zone, today + integer(DAY))
    return sa.case((this >= instant, this), else_=following)


def clock_on_day(zone: Zone, instant: Sql, clock: Clock) -> Sql:
    """That clock time on the local day of an instant."""
    return instant_of_wall(zone, local_day(zone, instant) * integer(DAY) + integer(clock.minutes * MINUTE))


class least(sa.sql.functions.GenericFunction[int]):  # noqa: N801  # SQL's name of it
    """The smallest of several values, none of them missing."""

    inherit_cache = True
    type = sa.BigInteger()


@compiles(least, "sqlite")
def _least_in_sqlite(element: least, compiler: SQLCompiler, **how: Any) -> str:
    return f"min({compiler.process(element.clauses, **how)})"
