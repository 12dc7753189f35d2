"""States that lead to each other at once, so that a customer would go round in circles within one run."""

from collections.abc import Iterator
from dataclasses import dataclass

from dsl.checks.changes import Changes, changes_of, moves, touches
from dsl.checks.graphs import knots
from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.conditions import Cond, Not
from dsl.model.journeys import After, Grant, Journey, Otherwise, Send, Split, State, ToState, Transition, When
from dsl.names.outline import state_places
from dsl.reasoning import contradictory
from dsl.wording import say

_STEPS = 2_000  # of the search through one group of states; beyond it nothing is reported


@dataclass(frozen=True, slots=True)
class _Edge:
    """A transition taken at once, and what must hold for it."""

    target: str
    needs: tuple[Cond, ...]


def check_loops(subject: Subject) -> Iterator[Diagnostic]:
    """`instant-loop`, once for each group of states that lead to each other."""
    for journey in subject.model.journeys.values():
        places = state_places(subject.catalog.journeys[journey.name])
        for circle in _circles(journey):
            path = " → ".join((*circle, circle[0]))
            message = say("Nothing has to happen from one of these states to the next: {path}.", path=path)
            hint = say("Put time, an event or a task between them, such as `after 1 day`.")
            others = tuple(places[name] for name in circle[1:])
            yield Diagnostic("instant-loop", "error", places[circle[0]], message, hint, others)


def _circles(journey: Journey) -> Iterator[tuple[str, ...]]:
    """One circle of each group of states, whose conditions can all hold at one moment."""
    edges = {state.name: _edges(state) for state in journey.states}
    for knot in knots(_names(edges)):
        changes = changes_of(state for state in journey.states if state.name in knot)
        still = {name: _still(edges[name], knot, changes) for name in knot}
        for inner in knots(_names(still)):
            circle = _search(inner, still)
            if circle is not None:
                yield circle


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
    """The ways out of a state that are taken at once and whose conditions neither time nor events change."""
    settled = not any(isinstance(action, (Send, Grant)) for action in state.actions)
    refused: list[Cond] = []
    found = []
    for transition in state.transitions:
        needs = _needs(transition, refused, settled=settled)
        if needs is not None and isinstance(transition.target, ToState):
            found.append(_Edge(transition.target.state, needs))
        if isinstance(transition, When):
            refused.append(Not(transition.condition))
    return tuple(found)


def _needs(transition: Transition, refused: list[Cond], *, settled: bool) -> tuple[Cond, ...] | None:
    """What must hold for a transition to be taken at once; None when it waits for something."""
    match transition:
        case When(condition=test):
            return None if moves(test) else (*_steady(refused), test)
        case Split(low=low, high=high) if settled and low < high:
            return _steady(refused)
        case Otherwise() if settled:
            return _steady(refused)
        case After(duration=duration, clock=None) if settled and duration.amount == 0:
            return _steady(refused)
    return None


def _steady(conds: list[Cond]) -> tuple[Cond, ...]:
    return tuple(cond for cond in conds if not moves(cond))


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
