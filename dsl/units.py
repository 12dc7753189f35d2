"""Small values that both the tree and the model use: durations, clock times of a day, days of a week."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["minute", "hour", "day", "week", "month", "year"]
UNITS: tuple[Unit, ...] = ("minute", "hour", "day", "week", "month", "year")

Period = Literal["day", "week", "month", "year"]
"""Calendar periods of caps and quotas, local time; a week begins on Monday."""

DAYS = (
    "workdays",
    "weekends",
    "holidays",
    "every day",
    "keydays",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
"""What a window may name. `workdays` are the calendar's working days, make-up days included."""


@dataclass(frozen=True, slots=True)
class Duration:
    """`amount` whole units. Months and years are calendar ones; days and weeks keep the wall clock."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"


@dataclass(frozen=True, slots=True, order=True)
class Clock:
    """A clock time of the business day in minutes after midnight, 0 to 1440 (24:00, an end only)."""

    minutes: int

    def __str__(self) -> str:
        return f"{self.minutes // 60:02}:{self.minutes % 60:02}"


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to and without `end` on the named `days` (of `DAYS`), business time."""

    days: tuple[str, ...]
    start: Clock
    end: Clock
