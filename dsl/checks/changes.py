"""What can make a condition change while nobody touches a customer: time, events, the actions of states."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass

from dsl.model.conditions import (
    Aggregate,
    Attribute,
    Cond,
    DaysSince,
    DaysUntil,
    Ended,
    Events,
    InJourney,
    Inside,
    NextReturn,
    Now,
    Occurs,
    SinceWindow,
    Tagged,
    Today,
)
from dsl.model.journeys import Emit, SetAttribute, State, Tag
from dsl.model.known_events import RECORDED_BY_ENGINE

_MOVING = (Aggregate, DaysSince, DaysUntil, Ended, InJourney, Inside, NextReturn, Now, Occurs, Today)


_OF_RUNS = RECORDED_BY_ENGINE | {"task_done", "optout", "redeemed"}


@dataclass(frozen=True, slots=True)
class Changes:
    """What the actions of some states change of the customer."""

    attributes: frozenset[str]
    tags: frozenset[str]
    events: frozenset[str]


def changes_of(states: Iterable[State]) -> Changes:
    """What the actions of these states change."""
    actions = [action for state in states for action in state.actions]
    return Changes(
        attributes=frozenset(action.attribute for action in actions if isinstance(action, SetAttribute)),
        tags=frozenset(action.tag for action in actions if isinstance(action, Tag)),
        events=frozenset(action.event for action in actions if isinstance(action, Emit)),
    )


def moves(cond: Cond) -> bool:
    """Whether time, events or other journeys can change what a condition says."""
    return any(isinstance(part, _MOVING) for part in parts(cond))


def restless(cond: Cond) -> bool:
    """Whether a condition can change within one run: by other journeys, by what is sent, by entering a state anew."""
    for part in parts(cond):
        match part:
            case InJourney() | Ended() | SinceWindow(scope="stage" | "state"):
                return True
            case Events(event=event) if event in _OF_RUNS:
                return True
    return False


def touches(changes: Changes, cond: Cond) -> bool:
    """Whether these changes can change what a condition says."""
    return any(
        (isinstance(part, Attribute) and part.name in changes.attributes)
        or (isinstance(part, Tagged) and part.tag in changes.tags)
        or (isinstance(part, Events) and part.event in changes.events)
        for part in parts(cond)
    )


def parts(cond: object) -> Iterator[object]:
    """A condition and everything it is made of, the bodies of audiences and values included."""
    yield cond
    if isinstance(cond, tuple):
        for item in cond:
            yield from parts(item)
    elif is_dataclass(cond):
        for field in fields(cond):
            if field.name != "span":
                yield from parts(getattr(cond, field.name))
