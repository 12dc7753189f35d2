"""Times in minutes, as limits count them and as people say them."""

from collections.abc import Mapping

from dsl.reasoning.durations import extent, family
from dsl.reasoning.terms import MINUTES_OF_DAY
from dsl.units import Duration, Period
from dsl.wording import Phrase, say_number

_PERIODS: Mapping[Period, int] = {"day": 1, "week": 7, "month": 28, "year": 365}


def shortest(time: Period | Duration) -> int:
    """The least that a duration or a period of the calendar can be, in minutes."""
    return extent(time).least if isinstance(time, Duration) else _PERIODS[time] * MINUTES_OF_DAY


def apart(minutes: int, gap: Duration) -> int:
    """How far apart two messages are at most, as a gap counts it: days and longer ones by the calendar."""
    if family(gap)[0] == "minutes":
        return minutes
    return -(-minutes // MINUTES_OF_DAY) * MINUTES_OF_DAY


def time_words(minutes: int) -> Phrase:
    """A time as people say it: in days, in hours below a day, in minutes below an hour."""
    if minutes >= MINUTES_OF_DAY:
        return say_number("{n} day", "{n} days", n=minutes // MINUTES_OF_DAY)
    if minutes >= 60:
        return say_number("{n} hour", "{n} hours", n=minutes // 60)
    return say_number("{n} minute", "{n} minutes", n=minutes)
