"""The outline of a journey: what rules elsewhere may name of it. Knows nothing of conditions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dsl.source import Span
from dsl.tree.journeys import (
    Action,
    After,
    At,
    End,
    ForSubject,
    Grant,
    JourneyDecl,
    On,
    Otherwise,
    Split,
    StageDecl,
    StateDecl,
    Target,
    Task,
    Transition,
    When,
)


@dataclass(frozen=True, slots=True)
class Outline:
    """A journey by its names: `states` are full names as written, `stages` lead to their first state.

    `record` is the kind written after `for`, None for customers; it need not exist.
    """

    name: str
    record: str | None
    states: tuple[str, ...]
    stages: Mapping[str, str | None]
    outcomes: frozenset[str]
    tasks: Mapping[str, frozenset[str]]


def outline(journey: JourneyDecl) -> Outline:
    """The outline of a journey as written."""
    stages = [item for item in journey.items if isinstance(item, StageDecl)]
    states = tuple(full_name(stage, state) for stage, state in states_of(journey))
    tasks: dict[str, frozenset[str]] = {}
    for _, state in states_of(journey):
        for item in state.items:
            if isinstance(item, Task):
                words = frozenset(outcome.name.text for outcome in item.outcomes)
                tasks[item.name.text] = tasks.get(item.name.text, frozenset()) | words
    return Outline(
        name=journey.name.text,
        record=subject(journey),
        states=states,
        stages={stage.name.text: _first_state(stage) for stage in reversed(stages)},
        outcomes=frozenset(target.outcome.text for target in targets_of(journey) if isinstance(target, End)),
        tasks=tasks,
    )


def subject(journey: JourneyDecl) -> str | None:
    """The record kind that a journey names after `for`; None for customers."""
    for item in journey.items:
        if isinstance(item, ForSubject):
            return None if item.subject.text == "customer" else item.subject.text
    return None


def states_of(journey: JourneyDecl) -> Iterator[tuple[StageDecl | None, StateDecl]]:
    """Every state with its stage, as written."""
    for item in journey.items:
        if isinstance(item, StateDecl):
            yield None, item
        elif isinstance(item, StageDecl):
            yield from ((item, state) for state in item.items if isinstance(state, StateDecl))


def full_name(stage: StageDecl | None, state: StateDecl) -> str:
    """`hello`, or `contact.hello` in a stage."""
    return state.name.text if stage is None else f"{stage.name.text}.{state.name.text}"


def targets_of(journey: JourneyDecl) -> Iterator[Target]:
    """Every target written in a journey."""
    for item in journey.items:
        if isinstance(item, StageDecl):
            for inner in item.items:
                yield from _targets(inner)
        elif isinstance(item, (StateDecl, Transition)):
            yield from _targets(item)


def _first_state(stage: StageDecl) -> str | None:
    return next((full_name(stage, item) for item in stage.items if isinstance(item, StateDecl)), None)


def _targets(item: Transition | Action | StateDecl) -> Iterator[Target]:
    match item:
        case StateDecl():
            for inner in item.items:
                yield from _targets(inner)
        case On() | When() | After() | At() | Otherwise():
            yield item.target
        case Split():
            yield from (share.target for share in item.shares)
        case Task():
            yield from (outcome.target for outcome in item.outcomes if outcome.target is not None)
        case Grant(otherwise=target) if target is not None:
            yield target


def state_places(journey: JourneyDecl) -> dict[str, Span]:
    """Where each state is named, by full name."""
    return {full_name(stage, state): state.name.span for stage, state in reversed([*states_of(journey)])}
