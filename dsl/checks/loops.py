"""States that lead to each other at once, so that a customer would go round in circles within one run."""

from collections.abc import Iterator
from dataclasses import dataclass

from dsl.checks.changes import Changes, changes_of, moves, restless, touches
from dsl.checks.graphs import knots
from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.conditions import Compare, Cond, Not, Now, Shift
from dsl.model.journeys import (
    After,
    At,
    Grant,
    Journey,
    Otherwise,
    Send,
    Split,
    State,
    ToState,
    Transition,
    When,
)
from dsl.names.outline import state_places
from dsl.reasoning import contradictory
from dsl.source import Span
from dsl.units import Duration
from dsl.wording import say

_DAY = Duration(1, "day")
_STEPS = 500  # of the search through one group of states; beyond it nothing is reported


@dataclass(frozen=True, slots=True)
class _Edge:
    """A transition taken at once, and what must hold for it.

    `sometimes`: not by everybody at any time, but once a time has passed, or while events or time make it hold.
    """

    target: str
    needs: tuple[Cond, ...]
    sometimes: bool
    in_stage: bool = False


def check_loops(subject: Subject) -> Iterator[Diagnostic]:
    """`instant-loop`, once for each group of states that lead to each other."""
    for journey in subject.model.journeys.values():
        places = state_places(subject.catalog.journeys[journey.name])
        for circle in _circles(journey):
            yield _diagnostic(circle, tuple(places[name] for name in circle.states))


@dataclass(frozen=True, slots=True)
class _Circle:
    states: tuple[str, ...]
    sometimes: bool


def _diagnostic(circle: _Circle, places: tuple[Span, ...]) -> Diagnostic:
    path = " → ".join((*circle.states, circle.states[0]))
    hint = say("Put time, an event or a task between them, such as `after 1 day`.")
    if not circle.sometimes:
        message = say("Nothing has to happen from one of these states to the next: {path}.", path=path)
        return Diagnostic("instant-loop", "error", places[0], message, hint, places[1:])
    message = say(
        "Once the conditions hold and the times have passed, a customer goes round and round at one moment: {path}.",
        path=path,
    )
    return Diagnostic("instant-loop", "warning", places[0], message, hint, places[1:])


def _circles(journey: Journey) -> Iterator[_Circle]:
    """One circle of each group of states, whose conditions can all hold at one moment."""
    edges = {state.name: _edges(state) for state in journey.states}
    for knot in knots(_names(edges)):
        members = tuple(state for state in journey.states if state.name in knot)
        changes, one_stage = changes_of(members), len({state.stage for state in members}) == 1
        still = {
            name: tuple(edge for edge in _still(edges[name], knot, changes) if one_stage or not edge.in_stage)
            for name in knot
        }
        always = {name: tuple(edge for edge in found if not edge.sometimes) for name, found in still.items()}
        sure = [found for inner in knots(_names(always)) if (found := _search(inner, always)) is not None]
        yield from (_Circle(path, sometimes=False) for path in sure)
        if not sure:
            maybe = (found for inner in knots(_names(still)) if (found := _search(inner, still)) is not None)
            yield from (_Circle(path, sometimes=True) for path in maybe)


def _names(edges: dict[str, tuple[_Edge, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(edge.target for edge in found) for name, found in edges.items()}


def _still(edges: tuple[_Edge, ...], knot: tuple[str, ...], changes: Changes) -> tuple[_Edge, ...]:
    """The edges inside a knot whose conditions nothing on the way round can change."""
    return tuple(
        edge
        for edge in edges
        if edge.target in knot and not any(touches(changes, cond) for cond in edge.needs)
    )


def _edges(state: State) -> tuple[_Edge, ...]:
    """The ways out of a state that are taken at once, as far as nothing changes on the way round."""
    settled = not any(isinstance(action, (Send, Grant)) for action in state.actions)
    refused: list[Cond] = []
    found = []
    for transition in state.transitions:
        need = _need(transition, settled=settled)
        if need is not None and isinstance(transition.target, ToState):
            needs = (*refused, *need)
            in_stage = isinstance(transition, After) and transition.since == "stage"
            sometimes = isinstance(transition, (After, At)) or any(map(moves, need))
            found.append(_Edge(transition.target.state, needs, sometimes, in_stage))
        if isinstance(transition, When) and not restless(transition.condition):
            refused.append(Not(transition.condition))
    return tuple(found)


def _need(transition: Transition, *, settled: bool) -> tuple[Cond, ...] | None:
    """What must hold for a transition to be taken at once; None when it waits for something."""
    match transition:
        case When(condition=test) if not restless(test):
            return (test,)
        case At(moment=moment):
            return (Compare("<=", Shift(moment, _DAY, back=False), Now()),)
    return () if _unconditional(transition, settled=settled) else None


def _unconditional(transition: Transition, *, settled: bool) -> bool:
    """Whether a transition is taken at once by everybody; of those counted from stage or journey, once they are due."""
    match transition:
        case Split(low=low, high=high):
            return settled and low < high
        case Otherwise():
            return settled
        case After(since="state", duration=duration, clock=clock):
            return settled and duration.amount == 0 and clock is None
        case After():
            return True
    return False


def _search(knot: tuple[str, ...], edges: dict[str, tuple[_Edge, ...]]) -> tuple[str, ...] | None:
    """A circle through the knot whose conditions do not contradict each other."""
    waiting: list[tuple[tuple[str, ...], tuple[Cond, ...]]] = [((name,), ()) for name in reversed(knot)]
    for _ in range(_STEPS):
        if not waiting:
            return None
        path, facts = waiting.pop()
        for edge in edges[path[-1]]:
            needs = (*facts, *edge.needs)
            if edge.target not in knot or contradictory(needs):
                continue
            if edge.target == path[0]:
                return path
            if edge.target not in path:
                waiting.append(((*path, edge.target), needs))
    return None
