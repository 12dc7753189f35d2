"""What of a rule set there is to try: its states, ways out, and the leaves of its conditions."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from dsl.model.conditions import Cond
from dsl.model.journeys import Action, At, Emit, Journey, On, SetAttribute, TaskDone, Transition, When
from dsl.model.model import Model, Policy
from dsl.source import Span
from engine.explaining.leaves import Part, arms_of, dissect
from engine.plans.plan import in_a_line

What = Literal["state", "transition", "outcome", "condition"]
"""An outcome is a way out by a finished task; a condition is one that has no conditions in it."""

KINDS: tuple[What, ...] = ("state", "transition", "outcome", "condition")


class Owner(NamedTuple):
    """The journey or the policy that something is part of."""

    kind: Literal["journey", "policy"]
    name: str


class Item(NamedTuple):
    """Something in a rule file that a scenario may try: a state by its name, or what a line says."""

    what: What
    owner: Owner
    name: str
    file: str
    line: int


def items(model: Model) -> Iterator[Item]:
    """Everything of a rule set; what is written once may come several times."""
    for journey in model.journeys.values():
        owner = Owner("journey", journey.name)
        for state in journey.states:
            yield _item("state", owner, state.name, state.span)
            for transition in state.transitions:
                what: What = "outcome" if isinstance(transition, TaskDone) else "transition"
                yield _item(what, owner, in_a_line(transition.span), transition.span)
        yield from _leaves(owner, _conditions(journey))
    for policy in model.policies.values():
        yield from _leaves(Owner("policy", policy.name), asked_by_policy(policy))


def leaf_item(owner: Owner, text: str, span: Span) -> Item:
    """A leaf of a condition, as a journey or policy asks it: an audience's are asked by several."""
    return _item("condition", owner, text, span)


def asked_on_entry(journey: Journey) -> tuple[Part, ...]:
    """What is asked of those who might come in."""
    return () if journey.enter is None else (dissect(journey.enter),)


def asked_for_goal(journey: Journey) -> tuple[Part, ...]:
    """What is asked of those who have not reached the goal."""
    return () if journey.goal is None else (dissect(journey.goal.condition),)


def asked_for_rank(journey: Journey) -> tuple[Part, ...]:
    """What the rank of those who wait to be let in depends on."""
    return arms_of(journey.rank) if journey.rank is not None and journey.at_most is not None else ()


def asked_by(transition: Transition) -> tuple[Part, ...]:
    """What a way out asks of facts."""
    match transition:
        case When(condition=condition) | On(where=Cond() as condition):
            return (dissect(condition),)
        case At(moment=moment):
            return arms_of(moment)
    return ()


def asked_to_do(action: Action) -> tuple[Part, ...]:
    """What the values depend on that an action writes down."""
    match action:
        case SetAttribute(value=value):
            return arms_of(value)
        case Emit(values=values):
            return tuple(part for _, value in values for part in arms_of(value))
    return ()


def asked_by_policy(policy: Policy) -> tuple[Part, ...]:
    """What a policy asks about whom a message is for: the conditions of its caps and reviews."""
    written = [cap.condition for cap in policy.caps] + [review.condition for review in policy.reviews]
    return tuple(map(dissect, dict.fromkeys(condition for condition in written if condition is not None)))


def _conditions(journey: Journey) -> Iterator[Part]:
    yield from (*asked_on_entry(journey), *asked_for_goal(journey), *asked_for_rank(journey))
    for state in journey.states:
        for transition in state.transitions:
            yield from asked_by(transition)
        for action in state.actions:
            yield from asked_to_do(action)


def _leaves(owner: Owner, conditions: Iterator[Part] | tuple[Part, ...]) -> Iterator[Item]:
    for condition in conditions:
        for part in condition.walk():
            if part.joined is None:
                yield leaf_item(owner, part.text, part.span)


def _item(what: What, owner: Owner, name: str, span: Span) -> Item:
    return Item(what, owner, name, span.source.name, span.line)
