"""Which facts a rule set listens to, and which moments make its conditions change by the passing of time alone.

For every time-dependent condition this names the column whose values decide and the range that the boundary sweeps
between two runs: for `visit within last 90 days` the visits in (p - 90 days, now - 90 days]. A range may be too wide,
never too narrow: the change set is who *may* behave differently. What cannot be put as a range makes everybody count,
once a day (`daily`) or at every run (`always`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from typing import Literal

from dsl import conditions as c
from dsl.journey_model import At, Journey, On, When
from dsl.model import Model, Policy
from dsl.units import Duration
from engine.calendars.zone import Zone

Step = tuple[Duration, bool]
"""A shift: the duration and whether it goes back."""

HOUR = 3_600_000
_MONTH_SLACK = 4 * 24 * HOUR
_CLOCK_SLACK = 2 * HOUR


@dataclass(frozen=True, slots=True)
class Column:
    """A stored date or time: the `at` or a field of an event kind, an attribute, or a record's field."""

    owner: Literal["event", "customer", "record"]
    kind: str
    name: str
    date: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """Customers whose `column` lies where the boundary went between two runs.

    The boundary is the run's moment moved by `steps`, widened by `slack` ms; `days` set: it moves at midnights only
    and is `days` (lowest, highest) local days away from the run's.
    """

    column: Column
    steps: tuple[Step, ...] = ()
    months: bool = False
    days: tuple[int, int] | None = None

    def swept(self, before: int, now: int, zone: Zone) -> tuple[int, int]:
        """The range (low, high] of the column's own values; empty when low >= high."""
        if self.days is not None:
            low, high = self._swept_days(before, now, zone)
            return (low, high) if self.column.date else (zone.midnight(low + 1) - 1, zone.midnight(high + 1))
        slack = _MONTH_SLACK if self.months else _slack(self.steps, zone)
        low, high = _moved(before, self.steps, zone) - slack, _moved(now, self.steps, zone) + slack
        return (zone.day(low), zone.day(high)) if self.column.date else (low - 1, high)

    def _swept_days(self, before: int, now: int, zone: Zone) -> tuple[int, int]:
        first, last = zone.day(before), zone.day(now)
        if first == last or self.days is None:
            return 0, 0
        return first + self.days[0] - 2, last + self.days[1] + 1


def _moved(instant: int, steps: tuple[Step, ...], zone: Zone) -> int:
    for duration, back in steps:
        instant = zone.shift(instant, duration, back=back)
    return instant


def _slack(steps: tuple[Step, ...], zone: Zone) -> int:
    """Undoing a shift by the wall clock may be off by what the clock was changed."""
    return 0 if len(zone.transitions()) == 1 or not steps else _CLOCK_SLACK


@dataclass(frozen=True, slots=True)
class Fixed:
    """A date or time written in the rules: everybody may behave differently when the run's moment, moved, passes it."""

    value: datetime | date
    steps: tuple[Step, ...]
    months: bool

    def passed(self, before: int, now: int, zone: Zone) -> bool:
        """Whether it lies between two runs."""
        value = self.value if isinstance(self.value, datetime) else datetime.combine(self.value, time())
        slack = _MONTH_SLACK if self.months else _slack(self.steps, zone)
        low, high = _moved(before, self.steps, zone) - slack, _moved(now, self.steps, zone) + slack
        return low <= zone.instant(value) <= high


@dataclass(slots=True)
class Watches:
    """What a rule set listens to. `membership`: some condition asks where people are in journeys."""

    kinds: set[str] = field(default_factory=set)
    crossings: set[Crossing] = field(default_factory=set)
    fixed: set[Fixed] = field(default_factory=set)
    daily: bool = False
    always: bool = False
    membership: bool = False
    ended_within: set[tuple[str, Duration]] = field(default_factory=set)


def watches(model: Model) -> Watches:
    """Everything that the journeys of a model listen to, and what their policies ask of those who wait."""
    found = Watches()
    for policy in model.policies.values():
        for condition in policy_conditions(policy):
            _watch(condition, found)
    for journey in model.journeys.values():
        for condition in journey_conditions(journey):
            _watch(condition, found)
        for kind in _listened(journey):
            found.kinds.add(kind)
    return found


def journey_conditions(journey: Journey) -> Iterator[c.Cond]:
    """The conditions that a run evaluates for a journey as facts and time change."""
    if journey.enter is not None:
        yield journey.enter
    if journey.goal is not None:
        yield journey.goal.condition
    for state in journey.states:
        for transition in state.transitions:
            if isinstance(transition, When):
                yield transition.condition
            elif isinstance(transition, At):
                yield transition.moment


def policy_conditions(policy: Policy) -> Iterator[c.Cond]:
    """The conditions that decide whether a message that waits or is held still has to."""
    for condition in (*(cap.condition for cap in policy.caps), *(item.condition for item in policy.reviews)):
        if condition is not None:
            yield condition


def _listened(journey: Journey) -> Iterator[str]:
    for state in journey.states:
        for transition in state.transitions:
            if isinstance(transition, On):
                yield transition.event


def parts(node: c.Cond) -> Iterator[c.Cond]:
    """A node and every node in it, those in `where` of events too."""
    yield node
    for slot in fields(node):
        if slot.name != "span":
            yield from _nodes(getattr(node, slot.name))


def _nodes(value: object) -> Iterator[c.Cond]:
    if isinstance(value, c.Cond):
        yield from parts(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif isinstance(value, c.Events) and value.where is not None:
        yield from parts(value.where)


def _watch(condition: c.Cond, found: Watches) -> None:
    for node in parts(condition):
        for family in (_watch_events, _watch_times, _watch_membership):
            family(node, found)


def _watch_events(node: c.Cond, found: Watches) -> None:
    if not isinstance(node, c.Occurs | c.Aggregate):
        return
    found.kinds.add(node.events.event)
    if isinstance(node.events.window, c.LastWindow):
        at = Column("event", node.events.event, "at", date=False)
        found.crossings.add(Crossing(at, ((node.events.window.duration, True),)))


def _watch_membership(node: c.Cond, found: Watches) -> None:
    if isinstance(node, c.InJourney | c.Ended):
        found.membership = True
    if isinstance(node, c.Ended) and node.duration is not None:
        found.ended_within.add((node.journey, node.duration))


def _watch_times(node: c.Cond, found: Watches) -> None:
    match node:
        case c.Compare():
            _watch_compare(node.left, node.right, found)
        case c.Between():
            _watch_compare(node.subject, node.low, found)
            _watch_compare(node.subject, node.high, found)
        case c.OneOf():
            for item in node.items:
                _watch_compare(node.subject, item, found)
        case c.Inside():
            now = c.Now()
            _watch_compare(node.subject, now, found)
            edge = c.Shift(now, node.duration, back=node.direction == "last")
            _watch_compare(node.subject, edge, found)
        case _:
            pass


def _watch_compare(left: c.Cond, right: c.Cond, found: Watches) -> None:
    """Where time alone can change the answer of one comparison."""
    if not (_timely(left) or _timely(right)):
        return
    if c.type_of(left).kind not in ("date", "time"):
        _watch_numbers(left, right, found)
        return
    one, other = _line(left), _line(right)
    if one is None or other is None:
        found.always = True
    else:
        _watch_lines(one, other, found)


def _timely(node: c.Cond) -> bool:
    moving = (c.Now, c.Today, c.DaysSince, c.DaysUntil, c.NextReturn)
    return any(isinstance(part, moving) for part in parts(node))


def _watch_numbers(left: c.Cond, right: c.Cond, found: Watches) -> None:
    """`days since x` against a number; anything more involved is looked at once a day."""
    for counted, limit in ((left, right), (right, left)):
        counted_, limit_ = _bare(counted), _bare(limit)
        if isinstance(counted_, c.DaysSince | c.DaysUntil) and isinstance(limit_, c.Const):
            line = _line(counted_.operand)
            if line is not None and isinstance(line.root, Column) and not line.steps:
                _watch_days(counted_, limit_, line.root, found)
                return
    found.daily = True


def _watch_days(counted: c.DaysSince | c.DaysUntil, limit: c.Const, root: Column, found: Watches) -> None:
    value = int(limit.value) if isinstance(limit.value, int | float) else 0
    away = -value if isinstance(counted, c.DaysSince) else value
    found.crossings.add(Crossing(root, days=(away - 1, away + 1)))


@dataclass(frozen=True, slots=True)
class _Line:
    """A moment as a root and shifts: `now`, `today`, one written in the rules, or a column."""

    root: Column | Literal["now", "today"] | datetime | date
    steps: tuple[Step, ...] = ()


def _line(node: c.Cond) -> _Line | None:
    """The root and shifts of a date or time; None when it is nothing so simple."""
    match node:
        case c.Named() | c.Midnight():
            return _line(node.body if isinstance(node, c.Named) else node.operand)
        case c.Shift():
            inner = _line(node.operand)
            return None if inner is None else _Line(inner.root, (*inner.steps, (node.duration, node.back)))
        case c.Now():
            return _Line("now")
        case c.Today():
            return _Line("today")
        case c.Const(value=datetime() | date() as value):
            return _Line(value)
        case _:
            column = _column(node)
            return None if column is None else _Line(column)


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


def _watch_lines(one: _Line, other: _Line, found: Watches) -> None:
    """The run's moment on one side: the other is crossed when that, less the other's shifts, passes by."""
    moving, still = (one, other) if isinstance(one.root, str) else (other, one)
    if not isinstance(moving.root, str):
        found.always = True
        return
    undone: tuple[Step, ...] = tuple((duration, not back) for duration, back in reversed(still.steps))
    months = any(duration.unit in ("month", "year") for duration, _ in still.steps)
    if isinstance(still.root, str):
        found.always = found.always or moving.root != still.root
        found.daily = True  # `today` against a shifted `today`: the answer is everybody's
    elif not isinstance(still.root, Column):
        found.fixed.add(Fixed(still.root, (*moving.steps, *undone), months))
        found.daily = found.daily or moving.root == "today"
    elif moving.root == "today":
        found.crossings.add(_by_days(still.root, (*moving.steps, *undone)))
    else:
        found.crossings.add(Crossing(still.root, (*moving.steps, *undone), months))


_LONGEST: dict[str, int] = {"minute": 0, "hour": 0, "day": 1, "week": 7, "month": 31, "year": 366}
_SHORTEST: dict[str, int] = {"minute": 0, "hour": 0, "day": 1, "week": 7, "month": 28, "year": 365}


def _by_days(column: Column, steps: tuple[Step, ...]) -> Crossing:
    """Bounds in days for a boundary that moves at midnight."""
    low = high = 0
    for duration, back in steps:
        near, far = _SHORTEST[duration.unit] * duration.amount, _LONGEST[duration.unit] * duration.amount
        spare = 1 + duration.amount // 24 if duration.unit in ("minute", "hour") else 0
        low += (-far if back else near) - spare
        high += (-near if back else far) + spare
    return Crossing(column, days=(low - 1, high + 1))


def _bare(node: c.Cond) -> c.Cond:
    return _bare(node.body) if isinstance(node, c.Named) else node
