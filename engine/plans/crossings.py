"""What passes by as time goes on between two runs: the values of a column, or what is the same for everybody.

A range may be too wide, never too narrow: the change set is who *may* behave differently. It is empty when nothing
was passed.
"""

from dataclasses import dataclass
from math import ceil, floor

from engine.calendars.zone import Zone
from engine.plans.lines import Column, Line, Span, Step, undone

_NOTHING = (0, 0)
_YEAR = 366  # days


@dataclass(frozen=True, slots=True)
class Crossing:
    """Those whose `column`, shifted by `steps`, lies where `moving` went between two runs.

    `returns`: not the column itself is shifted but its next yearly return. `days`: what is compared are days, and the
    boundary lies so many after today.
    """

    column: Column
    moving: Line
    steps: tuple[Step, ...] = ()
    returns: bool = False
    days: float | None = None

    def swept(self, before: int, now: int, zone: Zone) -> Span:
        """The range (low, high] of the column's own values, or of the days of its return; (0, 0) for none."""
        span = self._span(before, now, zone)
        if span is None:
            return _NOTHING
        low, high = undone(span, self.steps, zone)
        if self.returns:
            last = zone.day(high)
            return max(zone.day(low - 1), last - _YEAR), last
        return (zone.day(low - 1), zone.day(high)) if self.column.date else (low - 1, high)

    def _span(self, before: int, now: int, zone: Zone) -> Span | None:
        if self.days is not None:
            first, last = zone.day(before), zone.day(now)
            span = zone.midnight(ceil(first + self.days)), zone.midnight(floor(last + self.days) + 1) - 1
            return span if first < last else None
        ends = self.moving.at(before, zone), self.moving.at(now, zone)
        return (min(ends), max(ends)) if ends[0] != ends[1] else None


@dataclass(frozen=True, slots=True)
class Passing:
    """Those whose yearly return of `column` has passed: the next one is a year later."""

    column: Column
    returns: bool = True

    def swept(self, before: int, now: int, zone: Zone) -> Span:
        """The range (low, high] of the days of the return."""
        low, high = zone.day(before) - 1, zone.day(now) - 1
        return max(low, high - _YEAR), high


@dataclass(frozen=True, slots=True)
class Common:
    """A comparison of two moments that no customer has a part in: its answer changes for everybody at once.

    `days`: days are compared, and `one` lies so many after `other` at the boundary.
    """

    one: Line
    other: Line
    days: float | None = None

    def changed(self, before: int, now: int, zone: Zone) -> bool:
        """Whether another answer holds than at the run before."""
        return self._order(before, zone) != self._order(now, zone)

    def _order(self, instant: int, zone: Zone) -> int:
        one, other = self.one.at(instant, zone), self.other.at(instant, zone)
        apart = one - other if self.days is None else zone.day(one) - zone.day(other) - self.days
        return (apart > 0) - (apart < 0)
