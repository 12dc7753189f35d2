"""What of a rule set there is to try: its states, ways out, and the leaves of its conditions."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from dsl.model.conditions import Cond
from dsl.model.journeys import Journey, On, TaskDone, Transition, When
from dsl.source import Span
from engine.explaining.leaves import dissect
from engine.plans.plan import in_a_line

What = Literal["state", "transition", "outcome", "condition"]
"""An outcome is a way out by a finished task; a condition is one that has no conditions in it."""

KINDS: tuple[What, ...] = ("state", "transition", "outcome", "condition")


class Item(NamedTuple):
    """Something in a rule file that a scenario may try: a state by its name, or what a line says."""

    what: What
    journey: str
    name: str
    file: str
    line: int


def items(journey: Journey) -> Iterator[Item]:
    """Everything of a journey; what is written once may come several times."""
    for state in journey.states:
        yield _item("state", journey, state.name, state.span)
        for transition in state.transitions:
            what: What = "outcome" if isinstance(transition, TaskDone) else "transition"
            yield _item(what, journey, in_a_line(transition.span), transition.span)
    for condition in _conditions(journey):
        for part in dissect(condition).walk():
            if part.joined is None:
                yield leaf_item(journey, part.text, part.span)


def leaf_item(journey: Journey, text: str, span: Span) -> Item:
    """A leaf of a condition, as a journey asks it: an audience's are asked by several."""
    return _item("condition", journey, text, span)


def condition_of(transition: Transition) -> Cond | None:
    """What a way out asks of facts."""
    match transition:
        case When(condition=condition) | On(where=condition):
            return condition
    return None


def _conditions(journey: Journey) -> Iterator[Cond]:
    if journey.enter is not None:
        yield journey.enter
    if journey.goal is not None:
        yield journey.goal.condition
    for transition in (transition for state in journey.states for transition in state.transitions):
        condition = condition_of(transition)
        if condition is not None:
            yield condition


def _item(what: What, journey: Journey, name: str, span: Span) -> Item:
    return Item(what, journey.name, name, span.source.name, span.line)
