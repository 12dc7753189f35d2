"""The business time zone: instants to local days, clock times and periods, and back.

Instants are integer milliseconds UTC, days integer days since 1970-01-01. Everything is arithmetic on a
table of the zone's offsets from 2000 to 2100; before and after, the first and the last offset hold, so that
a zone that has changed no clock since 2000 is plain arithmetic. Knows neither what time it is nor what day is
a holiday.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dsl.units import Clock, Duration, Period
from engine.errors import EngineError, UsageError
from engine.wording import say

SECOND = 1_000  # milliseconds
MINUTE = 60_000  # milliseconds
HOUR = 3_600_000  # milliseconds
DAY = 86_400_000  # milliseconds

_ELAPSED = {"minute": MINUTE, "hour": HOUR}
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # the wall clock's own epoch
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_MILLISECOND, _NONE = timedelta(milliseconds=1), timedelta()
_STRIDE = 6 * 24 * 3600  # seconds; no zone has ever changed its clock and changed it back within six days


class UnknownZoneError(EngineError):
    """There is no time zone of that name."""


class BadTimeError(UsageError):
    """A text is no date or time."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone by its IANA name; UnknownZoneError when there is none."""

    name: str
    _starts: tuple[int, ...] = field(init=False, compare=False, repr=False)
    _walls: tuple[int, ...] = field(init=False, compare=False, repr=False)
    _offsets: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        steps = _offset_steps(self.name)
        offsets = tuple(offset for _, offset in steps)
        # A wall clock time belongs to the new offset from here on: what a gap skips and what a fold repeats
        # first is read by the old one.
        walls = tuple(start + max(old, new) for (start, new), old in zip(steps[1:], offsets, strict=False))
        object.__setattr__(self, "_starts", tuple(start for start, _ in steps[1:]))
        object.__setattr__(self, "_walls", walls)
        object.__setattr__(self, "_offsets", offsets)

    def transitions(self) -> tuple[tuple[int, int], ...]:
        """Every offset in milliseconds with the instant from which it holds; the first from 2000."""
        return tuple(zip((_instant(_FIRST), *self._starts), self._offsets, strict=True))

    def wall(self, instant: int) -> int:
        """What the local clock shows, in milliseconds since it showed 1970-01-01 00:00."""
        return instant + self._offset(instant)

    def instant_of_wall(self, wall: int) -> int:
        """When the local clock shows that: the first of two; a time that a gap skips moves on by the gap."""
        return wall - self._offsets[bisect_right(self._walls, wall)]

    def day(self, instant: int) -> int:
        """The local day."""
        return (instant + self._offset(instant)) // DAY

    def midnight(self, day: int) -> int:
        """The instant at which a local day begins."""
        return self.instant_of_wall(day * DAY)

    def local(self, instant: int) -> datetime:
        """The local date and time, aware of its offset."""
        offset = timedelta(milliseconds=self._offset(instant))
        return (_EPOCH + timedelta(milliseconds=instant)).astimezone(timezone(offset))

    def instant(self, wall: datetime) -> int:
        """The instant of a naive local date and time; see `instant_of_wall`."""
        return self.instant_of_wall((wall - _NAIVE_EPOCH) // timedelta(milliseconds=1))

    def at(self, day: int, clock: Clock) -> int:
        """A clock time of a day; 24:00 is the next day's beginning."""
        return self.instant_of_wall(day * DAY + clock.minutes * MINUTE)

    def clock_on_day(self, instant: int, clock: Clock) -> int:
        """That clock time on the local day of an instant."""
        return self.at(self.day(instant), clock)

    def first_clock(self, instant: int, clock: Clock) -> int:
        """The first such clock time at or after an instant."""
        today = self.clock_on_day(instant, clock)
        return today if today >= instant else self.at(self.day(instant) + 1, clock)

    def shift(self, instant: int, duration: Duration, *, back: bool = False) -> int:
        """An instant moved: minutes and hours elapse, longer units keep the wall clock, months clamp."""
        amount = -duration.amount if back else duration.amount
        if duration.unit in _ELAPSED:
            return instant + amount * _ELAPSED[duration.unit]
        day, rest = divmod(self.wall(instant), DAY)
        return self.instant_of_wall(_moved_day(day, duration, amount) * DAY + rest)

    def shift_day(self, day: int, duration: Duration, *, back: bool = False) -> int:
        """A day moved by days or longer units; minutes and hours move it by the whole days in them."""
        amount = -duration.amount if back else duration.amount
        if duration.unit in _ELAPSED:
            return day + amount * _ELAPSED[duration.unit] // DAY
        return _moved_day(day, duration, amount)

    def counts_since(self, instant: int, per: Duration | Period) -> int:
        """The first instant that counts against a limit of so many `per` a period, at an instant."""
        return (
            self.shift(instant, per, back=True) + 1
            if isinstance(per, Duration)
            else self.period_start(instant, per)
        )

    def period_start(self, instant: int, period: Period) -> int:
        """The first instant of the calendar day, week (from Monday), month or year."""
        return self.midnight(_period_days(self.day(instant), period)[0])

    def period_end(self, instant: int, period: Period) -> int:
        """The first instant after that period."""
        return self.midnight(_period_days(self.day(instant), period)[1])

    def changes(self, first: int, last: int) -> tuple[int, ...]:
        """The instants from `first` up to and without `last` at which the clock is changed."""
        return self._starts[bisect_left(self._starts, first) : bisect_left(self._starts, last)]

    def iso(self, instant: int) -> str:
        """ISO 8601 with offset; milliseconds only when there are some."""
        return self.local(instant).isoformat(timespec="milliseconds" if instant % SECOND else "seconds")

    def on_the_wall(self, instant: int) -> str:
        """Date and time of day to the minute, as rules are written: `2026-03-02 09:00`."""
        return self.local(instant).strftime("%Y-%m-%d %H:%M")

    def _offset(self, instant: int) -> int:
        return self._offsets[bisect_right(self._starts, instant)]


def weekday(day: int) -> int:
    """0 for Monday to 6 for Sunday."""
    return (day + 3) % 7


def day_of(value: date) -> int:
    """A date as a day number."""
    return value.toordinal() - _EPOCH_ORDINAL


def date_of(day: int) -> date:
    """A day number as a date."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def parse_time(text: str, zone: Zone) -> int:
    """The instant that a person means: a date, a date and a time, or ISO 8601 with an offset.

    Without an offset it is business time; a date alone is its midnight. BadTimeError for anything else.
    """
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadTimeError(
            say("{text!r} is no time", text=text),
            say('write "2026-10-01", "2026-10-01 09:30" or "2026-10-01T09:30+08:00"'),
        ) from None
    return zone.instant(value) if value.tzinfo is None else _instant(value)


def _instant(value: datetime) -> int:
    return (value - _EPOCH) // timedelta(milliseconds=1)


def _moved_day(day: int, duration: Duration, amount: int) -> int:
    if duration.unit in _DAYS:
        return day + amount * _DAYS[duration.unit]
    start = date_of(day)
    year, month = divmod(start.year * 12 + start.month - 1 + amount * _MONTHS[duration.unit], 12)
    year = min(max(year, MINYEAR), MAXYEAR)
    return day_of(date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])))


@lru_cache(maxsize=1024)
def _period_days(day: int, period: Period) -> tuple[int, int]:
    if period == "day":
        return day, day + 1
    if period == "week":
        monday = day - weekday(day)
        return monday, monday + 7
    first = date_of(day).replace(day=1)
    if period == "year":
        first = first.replace(month=1)
    start = day_of(first)
    return start, _moved_day(start, Duration(1, period), 1)


@lru_cache(maxsize=64)
def _offset_steps(name: str) -> tuple[tuple[int, int], ...]:
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZoneError(
            say("there is no time zone {name!r}", name=name),
            say('write an IANA name, such as "Asia/Shanghai"'),
        ) from None
    return tuple((second * SECOND, offset // _MILLISECOND) for second, offset in _steps(zone))


def _steps(zone: ZoneInfo) -> Iterator[tuple[int, timedelta]]:
    """Every second at which another offset begins, the first second of 2000 before all."""
    before, last = int(_FIRST.timestamp()), int(_LAST.timestamp())
    offset = _utc_offset(before, zone)
    yield before, offset
    for second in range(before + _STRIDE, last, _STRIDE):
        while _utc_offset(second, zone) != offset:
            before = _change(zone, before, second)
            offset = _utc_offset(before, zone)
            yield before, offset
        before = second


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second between two at which the offset is not that of the earlier one."""
    offset = _utc_offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _utc_offset(middle, zone) == offset:
            before = middle
        else:
            after = middle
    return after


def _utc_offset(second: int, zone: ZoneInfo) -> timedelta:
    return datetime.fromtimestamp(second, zone).utcoffset() or _NONE
