"""Every condition of a rule set, with what follows when nobody meets it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from dsl.model.conditions import Cond, Events
from dsl.model.journeys import Emit, Journey, On, SetAttribute, State, When
from dsl.model.model import Cap, Model, Policy
from dsl.source import Span
from dsl.wording import Phrase, say


@dataclass(frozen=True, slots=True)
class Wanted:
    """A condition that somebody should be able to meet, and what follows when nobody is (`so`).

    `before`: conditions whose customers are gone when this one is asked. Without `so` it is a value, whose arms and
    events alone are looked at.
    """

    cond: Cond
    so: Phrase | None = None
    before: tuple[Cond, ...] = ()


def wanted(model: Model) -> Iterator[Wanted]:
    """Every condition and value as written; those of audiences and values where they are declared."""
    for name, body in model.audiences.items():
        yield Wanted(body, say("Nobody is ever in the audience `{name}`", name=name))
    for body in model.values.values():
        yield Wanted(body)
    for policy in model.policies.values():
        yield from _of_policy(policy)
    for journey in model.journeys.values():
        yield from _of_journey(journey)


def children(cond: Cond) -> Iterator[Cond]:
    """What a condition or value is made of; conditions on events are no part of it."""
    for field in fields(cond):
        value = getattr(cond, field.name)
        if isinstance(value, Cond):
            yield value
        elif isinstance(value, tuple) and not isinstance(value, Events):
            yield from _in_tuple(value)


def _in_tuple(items: tuple[object, ...]) -> Iterator[Cond]:
    for item in items:
        if isinstance(item, Cond):
            yield item
        elif isinstance(item, tuple):
            yield from _in_tuple(item)


def _of_policy(policy: Policy) -> Iterator[Wanted]:
    before: list[Cap] = []
    for cap in policy.caps:
        if cap.condition is not None:
            others = tuple(other.condition for other in before if other.condition is not None)
            yield Wanted(cap.condition, say("This line never counts"), others)
            before.append(cap)
    for review in policy.reviews:
        if review.condition is not None:
            yield Wanted(review.condition, say("Nothing is ever held for `{role}`", role=review.role))


def _of_journey(journey: Journey) -> Iterator[Wanted]:
    if journey.enter is not None:
        yield Wanted(journey.enter, say("Nobody ever enters the journey `{name}`", name=journey.name))
    if journey.goal is not None:
        yield Wanted(journey.goal.condition, say("Nobody ever reaches the goal"))
    if journey.rank is not None:
        yield Wanted(journey.rank)
    seen: set[Span] = set()
    for state in journey.states:
        yield from _of_actions(state)
        yield from _of_transitions(state, seen)


def _of_actions(state: State) -> Iterator[Wanted]:
    for action in state.actions:
        if isinstance(action, SetAttribute):
            yield Wanted(action.value)
        elif isinstance(action, Emit):
            yield from (Wanted(value) for _, value in action.values)


def _of_transitions(state: State, seen: set[Span]) -> Iterator[Wanted]:
    """Those of outer scopes once, and not again for each state."""
    for transition in state.transitions:
        if transition.span in seen:
            continue
        seen.add(transition.span)
        if isinstance(transition, When):
            yield Wanted(transition.condition, say("This transition is never taken"))
        elif isinstance(transition, On) and transition.where is not None:
            yield Wanted(transition.where, say("There is never such a `{event}`", event=transition.event))
