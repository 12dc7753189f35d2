"""Times of the next days as people say them: "14:30", "tomorrow 9:00", "明天 9:00", "12-13", "+2h"."""

import re
from collections.abc import Mapping
from datetime import date

from dsl.units import Clock, Duration, Unit
from engine.calendars.zone import BadTimeError, Zone, date_of, day_of, parse_time
from engine.wording import say

EXAMPLES = say('write "14:30", "tomorrow 9:00", "12-13 14:00", "+2h", or a date and a time in full')

_MORNING = Clock(10 * 60)
"""What is meant by a day without a time."""

_DAYS = {"today": 0, "今天": 0, "tomorrow": 1, "明天": 1, "后天": 2}
_UNITS: Mapping[str, Unit] = {"m": "minute", "h": "hour", "d": "day", "w": "week"}
_LATER = re.compile(r"\+\s*(\d{1,4})\s*([mhdw])")
_SOON = re.compile(
    r"(?P<word>[^\W\d]+)?(?:(?:(?P<year>\d{4})-)?(?P<month>\d{1,2})-(?P<day>\d{1,2}))?"
    r"\s*(?:(?P<hour>\d{1,2}):(?P<minute>\d{2}))?"
)


def parse_soon(text: str, zone: Zone, now: int) -> int:
    """The instant after `now` that a person means, in business time.

    A day without a time is its 10:00, a time without a day the next such time, a day without a year the next such day.
    What `parse_time` reads is read too. BadTimeError for anything else, and for what has passed.
    """
    words = text.strip().lower()
    if later := _LATER.fullmatch(words):
        return zone.shift(now, Duration(int(later[1]), _UNITS[later[2]]))
    try:
        found = _day_and_clock(words, zone, now)
        instant = parse_time(text, zone) if found is None else found
    except (ValueError, BadTimeError):  # there is no such day or time
        raise BadTimeError(say("{text!r} is no time", text=text), EXAMPLES) from None
    if instant <= now:
        raise BadTimeError(say("{time} has passed", time=zone.iso(instant)), EXAMPLES)
    return instant


def _day_and_clock(words: str, zone: Zone, now: int) -> int | None:
    found = _SOON.fullmatch(words)
    if not words or found is None or (found["word"] and (found["word"] not in _DAYS or found["month"])):
        return None
    clock = _MORNING if found["hour"] is None else _clock(int(found["hour"]), int(found["minute"]))
    if found["word"]:
        return zone.at(zone.day(now) + _DAYS[found["word"]], clock)
    if found["month"] is None:
        return zone.first_clock(now + 1, clock)
    month, day = int(found["month"]), int(found["day"])
    year = int(found["year"] or date_of(zone.day(now)).year)
    instant = zone.at(day_of(date(year, month, day)), clock)
    if instant > now or found["year"]:
        return instant
    return zone.at(day_of(date(year + 1, month, day)), clock)


def _clock(hour: int, minute: int) -> Clock:
    if hour > 23 or minute > 59:
        raise ValueError
    return Clock(hour * 60 + minute)
