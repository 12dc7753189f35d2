"""Moments as rules write them: a root (now, a date, a stored value) and the shifts that are applied to it.

Knows how a shift is undone: from a span of instants to all that may have been shifted into it. Knows no condition.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from dsl.model import conditions as c
from dsl.units import Duration
from engine.calendars.zone import DAY, HOUR, Zone, date_of

Step = tuple[Duration, bool]
"""A shift: the duration and whether it goes back."""

Span = tuple[int, int]
"""The first and the last instant."""

_MONTH_SLACK = 4 * DAY
_CLOCK_SLACK = 25 * HOUR
_MONTHS = ("month", "year")
_ELAPSED = ("minute", "hour")


@dataclass(frozen=True, slots=True)
class Column:
    """A stored date or time: the `at` or a field of an event kind, an attribute, a record's field, a journey's end."""

    owner: Literal["event", "customer", "record", "enrolment"]
    kind: str
    name: str
    date: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A root and its shifts, the first one first. `returns`: not the root itself but its next yearly return."""

    root: Column | Literal["now", "today"] | datetime | date
    steps: tuple[Step, ...] = ()
    returns: bool = False

    @property
    def moves(self) -> bool:
        """Whether it moves with the clock, the same for everybody."""
        return isinstance(self.root, str)

    @property
    def column(self) -> Column | None:
        """The stored value it comes from."""
        return self.root if isinstance(self.root, Column) else None

    def at(self, instant: int, zone: Zone) -> int:
        """Where a line without a column lies in a run at an instant."""
        moved = _start(self.root, instant, zone)
        for duration, back in self.steps:
            moved = zone.shift(moved, duration, back=back)
        return moved


def _start(root: Column | Literal["now", "today"] | datetime | date, instant: int, zone: Zone) -> int:
    match root:
        case "now":
            return instant
        case "today":
            return zone.midnight(zone.day(instant))
        case datetime():
            return zone.instant(root)
        case date():
            return zone.instant(datetime.combine(root, time()))
    raise TypeError(root)


def lines(node: c.Cond) -> tuple[Line, ...] | None:
    """The lines that a date or time may be; None when it is nothing so simple."""
    match node:
        case c.Named(body=inner) | c.Midnight(operand=inner):
            return lines(inner)
        case c.Shift():
            found = lines(node.operand)
            step = (node.duration, node.back)
            return found and tuple(Line(item.root, (*item.steps, step), item.returns) for item in found)
        case c.NextReturn():
            return _returns(lines(node.operand))
        case c.Choose():
            every = [lines(value) for value in choices(node)]
            return None if None in every else tuple(item for found in every for item in found or ())
        case _:
            root = _root(node)
            return None if root is None else (Line(root),)


def choices(node: c.Choose) -> list[c.Cond]:
    """The values that a `choose` may give."""
    return [value for _, value in node.arms] + ([node.otherwise] if node.otherwise else [])


def _returns(found: tuple[Line, ...] | None) -> tuple[Line, ...] | None:
    if found is None or any(item.steps or item.returns or item.column is None for item in found):
        return None
    return tuple(Line(item.root, returns=True) for item in found)


def _root(node: c.Cond) -> Column | Literal["now", "today"] | datetime | date | None:
    match node:
        case c.Now():
            return "now"
        case c.Today():
            return "today"
        case c.Const(value=datetime() | date() as value):
            return value
        case _:
            return _column(node)


def _column(node: c.Cond) -> Column | None:
    match node:
        case c.Attribute():
            return Column("customer", "", node.name, node.type.kind == "date")
        case c.RecordField():
            return Column("record", node.record, node.name, node.type.kind == "date")
        case c.EventField():
            return Column("event", node.event, node.name, node.type.kind == "date")
        case c.Aggregate():
            return Column("event", node.events.event, node.field or "at", node.type.kind == "date")
        case _:
            return None


def undone(span: Span, steps: tuple[Step, ...], zone: Zone) -> Span:
    """A span that holds whatever the steps shift into `span`.

    A little more around the ends of months, which several days are shifted to, and around changes of the clock.
    """
    for duration, back in reversed(steps):
        before = sorted(zone.shift(instant, duration, back=not back) for instant in span)
        slack = _slack(duration, span, zone) + _slack(duration, (before[0], before[1]), zone)
        span = before[0] - slack, before[1] + slack
    return span


def _slack(duration: Duration, span: Span, zone: Zone) -> int:
    if duration.unit in _ELAPSED:
        return 0
    slack = _CLOCK_SLACK if zone.changes(span[0] - 2 * DAY, span[1] + 2 * DAY) else 0
    if duration.unit in _MONTHS and _near_end_of_month(zone.day(span[0]), zone.day(span[1])):
        slack += _MONTH_SLACK
    return slack


def _near_end_of_month(first: int, last: int) -> bool:
    return last - first > 27 or any(date_of(day).day >= 28 for day in range(first, last + 1))
