"""Limits in time: windows, days, caps and gaps. Each tells when it next lets a message pass, and no more.

`free_at(facts, at, horizon)` is `at` itself when the limit lets the message pass then, else an instant
after `at` before which it certainly does not; the search in `engine.permits.gate` goes on from there. Beyond
`horizon` nobody asks.
"""

from dataclasses import dataclass, field
from itertools import count
from typing import Literal, Protocol

from dsl.source import Span
from dsl.units import Duration, Period, Window
from engine.calendars.business_days import BusinessDays
from engine.calendars.zone import DAY, MINUTE
from engine.permits.given import Facts

FOREVER = 1 << 62
"""No instant: time alone will not help."""

Family = Literal["reach", "frequency", "calendar"]


class Limit(Protocol):
    """A rule that holds messages back for a time; `text` are its words as written."""

    @property
    def text(self) -> str: ...  # noqa: D102

    @property
    def span(self) -> Span: ...  # noqa: D102

    @property
    def family(self) -> Family: ...  # noqa: D102

    def free_at(self, facts: Facts, at: int, horizon: int) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True, eq=False)
class KeyDays:
    """What a policy gives on key days: `extra` more than the caps, and no gap. 0: nothing."""

    days: BusinessDays
    extra: int

    def holds(self, at: int) -> bool:
        """Whether the extra is given at that moment."""
        return self.extra > 0 and self.days.is_keyday(self.days.zone.day(at))

    def next(self, at: int) -> int:
        """When the next key day begins, if that means anything; FOREVER otherwise."""
        zone = self.days.zone
        day = self.days.next_keyday(zone.day(at)) if self.extra > 0 else None
        return FOREVER if day is None else zone.midnight(day)


@dataclass(frozen=True, slots=True, eq=False)
class FrequencyCap:
    """`at most N per …`: calendar periods by local date, a duration after each counted message, or the record."""

    text: str
    span: Span
    number: int
    per: Period | Duration | Literal["record"]
    keydays: KeyDays
    family: Family = field(default="frequency", init=False)

    def free_at(self, facts: Facts, at: int, horizon: int) -> int:
        """When so many of the counted ones have stopped counting that there is room for one more."""
        ends = sorted(self._ends(facts, at))
        room = self.number + (self.keydays.extra if self.keydays.holds(at) else 0)
        if len(ends) < room:
            return at
        released = ends[len(ends) - room] if room else FOREVER
        return min(released, self.keydays.next(at), horizon + 1)

    def _ends(self, facts: Facts, at: int) -> list[int]:
        """When each message that counts at that moment stops counting."""
        zone = self.keydays.days.zone
        if self.per == "record":
            return [FOREVER] * facts.in_record
        if isinstance(self.per, Duration):
            ends = (zone.shift(counted, self.per) for counted in facts.history)
            return [end for end in ends if end > at]
        start, end = zone.period_start(at, self.per), zone.period_end(at, self.per)
        return [end for counted in facts.history if start <= counted < end]


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """`at least … apart`: days and longer units by local date, from midnight on; hours by elapsed time."""

    text: str
    span: Span
    apart: Duration
    keydays: KeyDays
    family: Family = field(default="frequency", init=False)

    def free_at(self, facts: Facts, at: int, horizon: int) -> int:
        """So long after the last counted message."""
        if not facts.history or self.keydays.holds(at):
            return at
        zone, last = self.keydays.days.zone, facts.history[-1]
        if self.apart.unit in ("minute", "hour"):
            end = zone.shift(last, self.apart)
        else:
            end = zone.midnight(zone.shift_day(zone.day(last), self.apart))
        return at if at >= end else min(end, self.keydays.next(at), horizon + 1)


@dataclass(frozen=True, slots=True, eq=False)
class NeverOn:
    """`never on …`: the whole local day."""

    text: str
    span: Span
    words: tuple[str, ...]
    days: BusinessDays
    family: Family = field(default="calendar", init=False)

    def free_at(self, facts: Facts, at: int, horizon: int) -> int:  # noqa: ARG002  # a Limit
        """The beginning of the next day that is none of those."""
        zone = self.days.zone
        today = zone.day(at)
        if not self._forbidden(today):
            return at
        for day in count(today + 1):
            start = zone.midnight(day)
            if start > horizon or not self._forbidden(day):
                return start
        raise AssertionError  # days do not end

    def _forbidden(self, day: int) -> bool:
        return any(self.days.matches(day, word) for word in self.words)


@dataclass(frozen=True, slots=True, eq=False)
class OpenWindows:
    """`send on …` lines or a `during`: alternatives, each from its start up to and without its end.

    The clock on the wall decides. A window whose end is not after its start runs on into the next day.
    """

    text: str
    span: Span
    windows: tuple[Window, ...]
    days: BusinessDays
    family: Family = field(default="calendar", init=False)
    _moments: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False)

    def free_at(self, facts: Facts, at: int, horizon: int) -> int:  # noqa: ARG002  # a Limit
        """The next instant at which a window may open."""
        zone = self.days.zone
        today, since_midnight = divmod(zone.wall(at), DAY)
        if any(self._is_open(window, today, since_midnight // MINUTE) for window in self.windows):
            return at
        for day in count(today):
            for moment in self._openings(day):
                if moment > at:
                    return moment
            if zone.midnight(day) > horizon:
                return horizon + 1
        raise AssertionError  # days do not end

    def _is_open(self, window: Window, day: int, minutes: int) -> bool:
        start, end = window.start.minutes, window.end.minutes
        if start < end:
            return start <= minutes < end and self._matches(day, window)
        return (minutes >= start and self._matches(day, window)) or (
            minutes < end and self._matches(day - 1, window)
        )

    def _openings(self, day: int) -> tuple[int, ...]:
        """When a window of a day may open, in order: at its start, and where the clock is set past it or back."""
        found = self._moments.get(day)
        if found is None:
            zone = self.days.zone
            starts = [window.start for window in self.windows if self._matches(day, window)]
            moments = {zone.at(day, start) for start in starts}
            for change in zone.changes(zone.midnight(day), zone.midnight(day + 1)):
                begin = day * DAY + change - zone.wall(change)
                moments |= {change, *(begin + start.minutes * MINUTE for start in starts)}
            found = self._moments[day] = tuple(sorted(moments))
        return found

    def _matches(self, day: int, window: Window) -> bool:
        return any(self.days.matches(day, word) for word in window.days)
