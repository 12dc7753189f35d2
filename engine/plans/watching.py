"""Which facts a rule set listens to, and which moments make its conditions change by the passing of time alone.

For every time-dependent condition this names the column whose values decide and the range that the boundary sweeps
between two runs: for `visit within last 90 days` the visits in (p - 90 days, now - 90 days]. What cannot be put as a
range is asked of all whom the condition concerns (`Scope`), once a day or at every run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import product
from typing import Literal, NamedTuple

from dsl.model import conditions as c
from dsl.model.journeys import At, Journey, On, Task, When
from dsl.model.model import Model, Policy
from engine.calendars.zone import Zone
from engine.plans.crossings import Common, Crossing, Passing
from engine.plans.lines import Column, Line, choices, lines


class Scope(NamedTuple):
    """Whom the answer to a condition concerns.

    `enter`: who might come into the journey; `move`: who is under way in it; `goal`: who has not reached its goal;
    `rank`: who has open tasks of it; `wait`: whose messages wait or are held.
    """

    whose: Literal["enter", "move", "goal", "rank", "wait"]
    journey: str = ""


@dataclass(slots=True)
class Watches:
    """What a rule set listens to. `membership`: some condition asks where people are in journeys.

    `kinds`, `crossings`: of events, and of moments in a stable order, each with the scopes in which it may change an
    answer. `common`: what may change for all in a scope at once. `daily`, `always`: scopes with conditions whose answer
    may change for anybody at midnight, or at any time.
    """

    kinds: dict[str, set[Scope]] = field(default_factory=dict)
    crossings: dict[Crossing | Passing, set[Scope]] = field(default_factory=dict)
    common: set[tuple[Common, Scope]] = field(default_factory=set)
    daily: set[Scope] = field(default_factory=set)
    always: set[Scope] = field(default_factory=set)
    membership: bool = False

    def hear(self, kind: str, scope: Scope) -> None:
        """Listen to the events of a kind."""
        self.kinds.setdefault(kind, set()).add(scope)

    def cross(self, crossing: Crossing | Passing, scope: Scope) -> None:
        """Listen to what time passes."""
        self.crossings.setdefault(crossing, set()).add(scope)

    def asked(self, before: int, now: int, zone: Zone) -> list[Scope]:
        """The scopes in which anybody may behave differently than at the run before, by time alone."""
        changed = {scope for common, scope in self.common if common.changed(before, now, zone)}
        next_day = zone.day(before) != zone.day(now)
        return sorted(
            (self.always if now > before else set()) | changed | (self.daily if next_day else set())
        )


def watches(model: Model) -> Watches:
    """Everything that the journeys of a model listen to, and what their policies ask of those who wait."""
    found = Watches()
    for policy in model.policies.values():
        for condition in _policy_conditions(policy):
            _watch(condition, Scope("wait"), found)
    for journey in model.journeys.values():
        for scope, condition in _conditions(journey):
            _watch(condition, scope, found)
        for kind in _listened(journey):
            found.hear(kind, Scope("move", journey.name))
        if ranks_tasks(journey):
            _watch_rank(journey, found)
    return found


def ranks_tasks(journey: Journey) -> bool:
    """Whether a journey has tasks, and says which come first."""
    actions = (action for state in journey.states for action in state.actions)
    return journey.rank is not None and any(isinstance(action, Task) for action in actions)


def _watch_rank(journey: Journey, found: Watches) -> None:
    """What a rank says is a number, which days change by themselves; the conditions in it are as others are."""
    scope = Scope("rank", journey.name)
    assert journey.rank is not None  # noqa: S101  # else it ranks nothing
    _watch(journey.rank, scope, found)
    if any(isinstance(node, _MOVING) for node in _values(journey.rank)):
        found.daily.add(scope)


def _conditions(journey: Journey) -> Iterator[tuple[Scope, c.Cond]]:
    """The conditions that a run evaluates for a journey as facts and time change."""
    if journey.enter is not None:
        yield Scope("enter", journey.name), journey.enter
    if journey.goal is not None:
        yield Scope("goal", journey.name), journey.goal.condition
    for state in journey.states:
        for transition in state.transitions:
            if isinstance(transition, When):
                yield Scope("move", journey.name), transition.condition
            elif isinstance(transition, At):
                yield Scope("move", journey.name), transition.moment


def _policy_conditions(policy: Policy) -> Iterator[c.Cond]:
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


def _watch(condition: c.Cond, scope: Scope, found: Watches) -> None:
    for node in parts(condition):
        _watch_events(node, scope, found)
        _watch_membership(node, scope, found)
        for left, right in _compared(node):
            _watch_compare(left, right, scope, found)


def _watch_events(node: c.Cond, scope: Scope, found: Watches) -> None:
    if not isinstance(node, c.Occurs | c.Aggregate):
        return
    found.hear(node.events.event, scope)
    if isinstance(node.events.window, c.LastWindow):
        at = Column("event", node.events.event, "at", date=False)
        found.cross(Crossing(at, Line("now", ((node.events.window.duration, True),))), scope)


def _watch_membership(node: c.Cond, scope: Scope, found: Watches) -> None:
    # Ranks are worked out when all have moved.
    if isinstance(node, c.InJourney | c.Ended) and scope.whose != "rank":
        found.membership = True
    if isinstance(node, c.Ended) and node.duration is not None:
        ended = Column("enrolment", node.journey, "ended_at", date=False)
        found.cross(Crossing(ended, Line("now", ((node.duration, True),))), scope)


def _compared(node: c.Cond) -> Iterator[tuple[c.Cond, c.Cond]]:
    """The comparisons in a condition, not those of the conditions in it."""
    match node:
        case c.Compare():
            yield node.left, node.right
        case c.Between():
            yield node.subject, node.low
            yield node.subject, node.high
        case c.OneOf():
            for item in node.items:
                yield node.subject, item
        case c.Inside():
            yield node.subject, c.Now()
            yield node.subject, c.Shift(c.Now(), node.duration, back=node.direction == "last")
        case _:
            pass


_MOVING = (c.Now, c.Today, c.DaysSince, c.DaysUntil)
"""Values that are others as time passes."""


def _watch_compare(left: c.Cond, right: c.Cond, scope: Scope, found: Watches) -> None:
    """Where time alone can change the answer of one comparison."""
    ours, theirs = list(_values(left)), list(_values(right))
    for node in (*ours, *theirs):
        if isinstance(node, c.NextReturn):
            _watch_return(node, scope, found)
    if not any(isinstance(node, _MOVING) for node in (*ours, *theirs)):
        return
    if c.type_of(left).kind in ("date", "time"):
        _watch_moments(lines(left), lines(right), scope, found)
    else:
        _watch_counts(_terms(left), _terms(right), scope, found)


def _watch_return(node: c.NextReturn, scope: Scope, found: Watches) -> None:
    for line in lines(node) or ():
        if line.column is not None:
            found.cross(Passing(line.column), scope)
    if lines(node) is None:
        found.always.add(scope)


def _values(node: c.Cond) -> Iterator[c.Cond]:
    """A value and the values that it is made of; the conditions that choose among them are watched by themselves."""
    yield node
    match node:
        case c.Arithmetic():
            inner: tuple[c.Cond, ...] = (node.left, node.right)
        case c.Choose():
            inner = tuple(choices(node))
        case c.Named(body=operand) | c.Negative(operand=operand) | c.Midnight(operand=operand):
            inner = (operand,)
        case c.Shift(operand=operand) | c.NextReturn(operand=operand):
            inner = (operand,)
        case c.DaysSince(operand=operand) | c.DaysUntil(operand=operand):
            inner = (operand,)
        case _:
            inner = ()
    for item in inner:
        yield from _values(item)


def _watch_moments(
    ours: tuple[Line, ...] | None, theirs: tuple[Line, ...] | None, scope: Scope, found: Watches
) -> None:
    if ours is None or theirs is None:
        found.always.add(scope)
        return
    for one, other in product(ours, theirs):
        _watch_lines(one, other, None, scope, found)


def _watch_lines(one: Line, other: Line, days: float | None, scope: Scope, found: Watches) -> None:
    """One of two lines moves: the values of the other are crossed, or all at once when nobody has one of their own."""
    moving, still = (one, other) if one.moves else (other, one)
    if not moving.moves:
        return
    if still.column is not None:
        found.cross(Crossing(still.column, moving, still.steps, still.returns, days), scope)
    else:
        found.common.add((Common(still, moving, days), scope))


Term = float | tuple[Line, int]
"""A number, or the days (1) until or (-1) since a moment."""


def _watch_counts(
    ours: tuple[Term, ...] | None, theirs: tuple[Term, ...] | None, scope: Scope, found: Watches
) -> None:
    """Days since or until a moment against a number; what is more involved is looked at once a day."""
    if ours is None or theirs is None:
        found.daily.add(scope)
        return
    for one, other in product(ours, theirs):
        term, limit = (one, other) if isinstance(one, tuple) else (other, one)
        if isinstance(term, tuple) and isinstance(limit, tuple):
            found.daily.add(scope)
        elif isinstance(term, tuple) and isinstance(limit, float):
            line, way = term
            _watch_lines(Line("today"), line, way * limit, scope, found)


def _terms(node: c.Cond) -> tuple[Term, ...] | None:
    """What a number may be; None when it is nothing so simple."""
    match node:
        case c.Named(body=inner):
            return _terms(inner)
        case c.DaysSince(operand=operand) | c.DaysUntil(operand=operand):
            found, way = lines(operand), -1 if isinstance(node, c.DaysSince) else 1
            return None if found is None else tuple((line, way) for line in found)
        case c.Choose():
            every = [_terms(value) for value in choices(node)]
            return None if None in every else tuple(item for terms in every for item in terms or ())
        case _:
            number = _constant(node)
            return None if number is None else (number,)


def _constant(node: c.Cond) -> float | None:
    match node:
        case c.Const(value=int() | float() as value):
            return float(value)
        case c.Negative():
            number = _constant(node.operand)
            return None if number is None else -number
        case c.Arithmetic(operator="*"):
            left, right = _constant(node.left), _constant(node.right)
            return None if left is None or right is None else left * right
        case _:
            return None
