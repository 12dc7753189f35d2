"""Events in conditions: which are among which others, and what that says of their counts and times."""

from collections.abc import Callable, Iterable, Iterator

from dsl.model.conditions import (
    NUMBER,
    TIME,
    Aggregate,
    Compare,
    Cond,
    Const,
    EventField,
    Events,
    EventWindow,
    EverWindow,
    LastWindow,
    Now,
    SinceWindow,
)
from dsl.reasoning.durations import at_most
from dsl.reasoning.moments import begin
from dsl.reasoning.order import Order

Implies = Callable[[Cond, Cond], bool]
"""Whether the first condition on an event can hold only where the second one does."""

_MOST = 8  # sorts of events that are weighed against each other
_SCOPES = ("entry", "stage", "state")


def counted(events: Events) -> Aggregate:
    """How many there are."""
    return Aggregate("count", events, None, NUMBER)


def relate(terms: Iterable[Cond], order: Order, implies: Implies) -> None:
    """Place counts and times of events beside each other; `terms` are those that are known."""
    aggregates = [term for term in terms if isinstance(term, Aggregate)]
    for term in aggregates:
        if term.function not in {"count", "sum"}:
            order.at_most(None, counted(term.events), -1)
    everything = tuple(dict.fromkeys(term.events for term in aggregates))[:_MOST]
    for one in everything:
        for other in everything:
            if one != other and among(one, other, implies):
                order.at_most(counted(one), counted(other))
    for term in aggregates:
        if term.field is None and term.function in {"first", "last"}:
            _time(term, everything, order, implies)
        elif term.function == "sum" and _none(term.events, order):
            order.at_most(term, None)
            order.at_most(None, term)


def among(one: Events, other: Events, implies: Implies) -> bool:
    """Whether every event of one kind and window is certainly one of the others."""
    return (
        one.event == other.event
        and _window_within(one.window, other.window)
        and _where_within(one, other, implies)
    )


def inside(events: Events) -> Iterator[Cond]:
    """What is known of the time of an event by the window that it lies in."""
    at = EventField(events.event, "at", TIME)
    yield Compare("<=", at, Now())
    start = begin(events.window)
    if start is not None:
        yield Compare(">" if start[1] else ">=", at, start[0])


def at_least_one(cond: Cond) -> Events | None:
    """The events of which a comparison says that there are some."""
    match cond:
        case Compare(">=", Aggregate(function="count") as count, Const(value=float(number))) if number > 0:
            return count.events
        case Compare(">", Aggregate(function="count") as count, Const(value=float(number))) if number >= 0:
            return count.events
        case Compare("=", Aggregate(function="count") as count, Const(value=float(number))) if number > 0:
            return count.events
    return None


def _where_within(one: Events, other: Events, implies: Implies) -> bool:
    if other.where is None or one.where == other.where:
        return True
    return one.where is not None and implies(one.where, other.where)


def _window_within(one: EventWindow, other: EventWindow) -> bool:
    match one, other:
        case _, EverWindow():
            return True
        case LastWindow(duration=short), LastWindow(duration=long):
            return at_most(short, long)
        case SinceWindow(scope=late), SinceWindow(scope=early):
            return _SCOPES.index(late) >= _SCOPES.index(early)
    return False


def _time(term: Aggregate, others: Iterable[Events], order: Order, implies: Implies) -> None:
    """The last (or first) event beside windows in which there is an event, or none."""
    for events in others:
        start = begin(events.window)
        if start is None:
            continue
        if term.function == "last" and _some(events, order) and among(events, term.events, implies):
            order.at_most(start[0], term, strict=start[1])
        same = term.events.event == events.event
        if same and _none(events, order) and _where_within(term.events, events, implies):
            order.at_most(term, start[0], strict=not start[1])


def _some(events: Events, order: Order) -> bool:
    most = order.most(None, counted(events))
    return most is not None and most[0] < 0


def _none(events: Events, order: Order) -> bool:
    most = order.most(counted(events), None)
    return most is not None and most[0] <= 0
