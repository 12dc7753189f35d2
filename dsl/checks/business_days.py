"""Which sorts of days there can be, and what the words for days mean of them. Knows no dates of public holidays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Literal

from dsl.model.model import Calendar
from dsl.units import DAYS, Window

WEEKDAYS = DAYS[-7:]
_LONGEST = 400  # days of one line of the calendar that are looked at: a year has every weekday

Sort = Literal["workday", "weekend", "holiday"]


@dataclass(frozen=True, slots=True)
class Day:
    """A sort of day: its weekday, 0 for Monday; what it is in the business calendar; whether it is a key day."""

    weekday: int
    sort: Sort
    keyday: bool

    def matches(self, word: str) -> bool:
        """Whether a word of `dsl.units.DAYS` means such a day."""
        match word:
            case "every day":
                return True
            case "workdays" | "weekends" | "holidays":
                return f"{self.sort}s" == word
            case "keydays":
                return self.keyday
        return WEEKDAYS[self.weekday] == word


def possible_days(calendar: Calendar) -> tuple[Day, ...]:
    """The sorts of days that the calendar may have; a country's public calendar may have any."""
    named = set(_named(calendar))
    sorts: set[tuple[int, Sort]] = {(weekday, _usual(weekday)) for weekday in range(7)}
    if calendar.country is not None:
        sorts |= {(weekday, "workday") for weekday in range(7)} | {
            (weekday, "holiday") for weekday in range(7)
        }
    sorts |= {(weekday, "holiday") for weekday, kind in named if kind == "closed"}
    sorts |= {(weekday, "workday") for weekday, kind in named if kind == "workday"}
    keydays = {weekday for weekday, kind in named if kind == "keyday"}
    return tuple(
        Day(weekday, sort, keyday)
        for (weekday, sort), keyday in product(sorted(sorts), (False, True))
        if not keyday or weekday in keydays
    )


def meet(one: Window, other: Window, days: tuple[Day, ...]) -> bool:
    """Whether two windows are ever open together on one of those days."""
    return max(one.start, other.start) < min(one.end, other.end) and any(
        _open(one, day) and _open(other, day) for day in days
    )


def without(days: tuple[Day, ...], never: tuple[str, ...]) -> tuple[Day, ...]:
    """The days that none of the words means."""
    return tuple(day for day in days if not any(map(day.matches, never)))


def without_made_up(days: tuple[Day, ...]) -> tuple[Day, ...]:
    """The days but Saturdays and Sundays on which work is made up for."""
    return tuple(day for day in days if day.sort != "workday" or _usual(day.weekday) == "workday")


def _open(window: Window, day: Day) -> bool:
    return any(map(day.matches, window.days))


def _usual(weekday: int) -> Sort:
    return "weekend" if weekday >= 5 else "workday"


def _named(calendar: Calendar) -> Iterator[tuple[int, str]]:
    """The weekdays of the days that the rules name, with what they are called."""
    for item in calendar.special:
        for number in range(min((item.last - item.first).days + 1, _LONGEST)):
            day: date = item.first + timedelta(days=number)
            yield day.weekday(), item.kind
