"""When a cron line fires between two instants, found by looking at every local minute of every day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.oracle import moments

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def fires_between(line: str, after: datetime, until: datetime, zone: ZoneInfo) -> bool:
    """Whether the line fires at an instant t with after < t <= until."""
    minutes, hours, *_ = line.split()
    for day in moments.days_between(moments.day_of(after, zone), moments.day_of(until, zone)):
        if not matches_day(line, day):
            continue
        for hour in numbers(hours, 0, 23):
            for minute in numbers(minutes, 0, 59):
                wall = datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001  # the local clock
                if after < moments.instant_of(wall, zone) <= until:
                    return True
    return False


def matches_day(line: str, day: date) -> bool:
    """Whether the line fires on a date; with a day of month and a day of week either is enough."""
    _, _, of_month, months, of_week = line.lower().split()
    if day.month not in numbers(months, 1, 12, _MONTHS):
        return False
    month_day = day.day in numbers(of_month, 1, 31)
    week_day = day.isoweekday() % 7 in {number % 7 for number in numbers(of_week, 0, 7, _DAYS)}
    if of_month == "*" or of_week == "*":
        return month_day and week_day
    return month_day or week_day


def numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    """The numbers that one field of a cron line means."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            start, end = low, high
        else:
            start = _number(first, low, names)
            end = _number(last, low, names) if last else (high if step else start)
        found |= set(range(start, end + 1, int(step or 1)))
    return found


def _number(word: str, low: int, names: tuple[str, ...]) -> int:
    return names.index(word) + low if word in names else int(word)


MINUTE = timedelta(minutes=1)
