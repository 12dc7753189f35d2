"""How long durations are, in minutes of wall-clock time, and which of two is longer."""

from typing import NamedTuple

from dsl.reasoning.terms import MINUTES_OF_DAY
from dsl.units import Duration

_IN_FAMILY = {"minute": 1, "hour": 60, "day": 1, "week": 7, "month": 1, "year": 12}
_FAMILY = {
    "minute": "minutes",
    "hour": "minutes",
    "day": "days",
    "week": "days",
    "month": "months",
    "year": "months",
}

_CLOCK_CHANGE = 120  # minutes that a wall clock may be set forward or back
_MONTH = 30.436875  # days
_OF_MONTHS = 3  # days that some months may be longer or shorter than as many average ones


class Extent(NamedTuple):
    """The least and the greatest number of minutes."""

    least: int
    most: int


def family(duration: Duration) -> tuple[str, int]:
    """Durations of one family are exactly comparable: minutes, days, months."""
    return _FAMILY[duration.unit], duration.amount * _IN_FAMILY[duration.unit]


def extent(duration: Duration) -> Extent:
    """How many minutes later the clock on the wall says it is."""
    kind, amount = family(duration)
    if kind == "minutes":
        return Extent(amount - _CLOCK_CHANGE, amount + _CLOCK_CHANGE)
    if kind == "days":
        return Extent(amount * MINUTES_OF_DAY, amount * MINUTES_OF_DAY)
    days = int(amount * _MONTH)
    return Extent((days - _OF_MONTHS) * MINUTES_OF_DAY, (days + 1 + _OF_MONTHS) * MINUTES_OF_DAY)


def at_most(one: Duration, other: Duration) -> bool:
    """Whether one duration is certainly no longer than another."""
    (kind, amount), (other_kind, other_amount) = family(one), family(other)
    if kind == other_kind:
        return amount <= other_amount
    return extent(one).most <= extent(other).least
