"""States that nothing leads to, and states that nothing leads out of."""

from collections.abc import Iterator

from dsl.checks.graphs import closure, following, targets
from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.lowering.targets import LOST
from dsl.model.journeys import Begin, Journey, State, ToState
from dsl.names.outline import state_places
from dsl.source import Span
from dsl.wording import say


def check_flow(subject: Subject) -> Iterator[Diagnostic]:
    """`unreachable-state` and `no-way-out`."""
    begun = {
        action.journey
        for journey in subject.model.journeys.values()
        for state in journey.states
        for action in state.actions
        if isinstance(action, Begin)
    }
    for journey in subject.model.journeys.values():
        decl = subject.catalog.journeys[journey.name]
        places = state_places(decl)
        if journey.enter is None and journey.name not in begun:
            yield _nobody_begins(journey.name, decl.name.span)
        if not any(target == LOST for state in journey.states for target in targets(state)):
            yield from (_nothing_leads_to(name, places[name]) for name in _unreachable(journey))
        yield from (_stuck(state, places[state.name]) for state in journey.states if not _leaves(state))


def _nobody_begins(name: str, place: Span) -> Diagnostic:
    message = say(
        "Nobody ever comes into the journey `{name}`: it has no `enter when`, and no state begins it.",
        name=name,
    )
    hint = say("Write `enter when …` into it, or `begin {name}` into a state of another journey.", name=name)
    return Diagnostic("unreachable-state", "warning", place, message, hint)


def _unreachable(journey: Journey) -> Iterator[str]:
    """States that cannot be entered; of those that lead to each other the first, not what follows from it."""
    edges = {state.name: following(state) for state in journey.states}
    first = journey.states[0].name if journey.states else ""
    left = [name for name in edges if name not in closure(first, edges) | {first}]
    while left:
        led_to = {target for name in left for target in edges[name] if target != name}
        root = next((name for name in left if name not in led_to), left[0])
        yield root
        covered = closure(root, edges) | {root}
        left = [name for name in left if name not in covered]


def _nothing_leads_to(name: str, place: Span) -> Diagnostic:
    message = say("Nothing leads to the state `{name}`.", name=name)
    hint = say("Write `-> {name}` where it should come next, or remove the state.", name=name)
    return Diagnostic("unreachable-state", "warning", place, message, hint)


def _leaves(state: State) -> bool:
    return any(target != ToState(state.name) for target in targets(state))


def _stuck(state: State, place: Span) -> Diagnostic:
    message = say("Nothing leads out of the state `{name}`: who comes here stays for good.", name=state.name)
    hint = say("Write what comes next, such as `after 30 days -> end over`.")
    return Diagnostic("no-way-out", "warning", place, message, hint)
