"""Calendar arithmetic of the reference interpreter, written as naively as zoneinfo and datetime allow.

Instants are aware datetimes in UTC. Knows no model.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dsl.units import Clock, Duration, Period

HOUR = timedelta(hours=1)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the local clock shows this naive time: the first of two; a skipped one moves on by the gap."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def wall_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the local clock shows, naive."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The local date of an instant."""
    return wall_of(instant, zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins."""
    return instant_of(datetime.combine(day, time()), zone)


def clock_on(day: date, clock: Clock, zone: ZoneInfo) -> datetime:
    """A clock time on a local day; 24:00 is the beginning of the next."""
    return instant_of(datetime.combine(day, time()) + timedelta(minutes=clock.minutes), zone)


def first_clock(instant: datetime, clock: Clock, zone: ZoneInfo) -> datetime:
    """The first such clock time at or after an instant."""
    today = day_of(instant, zone)
    moment = clock_on(today, clock, zone)
    return moment if moment >= instant else clock_on(today + timedelta(days=1), clock, zone)


def shift(instant: datetime, duration: Duration, zone: ZoneInfo, *, back: bool = False) -> datetime:
    """An instant moved: minutes and hours elapse, days and longer keep the local clock."""
    amount = -duration.amount if back else duration.amount
    if duration.unit == "minute":
        return instant + timedelta(minutes=amount)
    if duration.unit == "hour":
        return instant + timedelta(hours=amount)
    wall = wall_of(instant, zone)
    day = shift_day(wall.date(), Duration(abs(amount), duration.unit), back=amount < 0)
    return instant_of(datetime.combine(day, wall.time()), zone)


def shift_day(day: date, duration: Duration, *, back: bool = False) -> date:
    """A date moved by days, weeks, months or years; months clamp to the month's end."""
    amount = -duration.amount if back else duration.amount
    match duration.unit:
        case "day":
            return day + timedelta(days=amount)
        case "week":
            return day + timedelta(days=7 * amount)
        case "month":
            return _add_months(day, amount)
        case "year":
            return _add_months(day, 12 * amount)
    raise ValueError(duration)


def period_of(instant: datetime, period: Period, zone: ZoneInfo) -> tuple[int, ...]:
    """A name for the calendar period that an instant lies in; equal names are the same period."""
    day = day_of(instant, zone)
    match period:
        case "day":
            return (day.year, day.month, day.day)
        case "week":
            return day.isocalendar()[:2]
        case "month":
            return (day.year, day.month)
        case "year":
            return (day.year,)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every date from the first to the last, both included."""
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


def next_return(day: date, today: date) -> date:
    """The next yearly return of a date, today included; 29 February returns on 28 February."""
    this_year = _in_year(day, today.year)
    return this_year if this_year >= today else _in_year(day, today.year + 1)


def _in_year(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
