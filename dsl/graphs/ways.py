"""Every way between the states of a journey, and what states do, in words. Knows no picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from unicodedata import category

from dsl.model.conditions import Cond
from dsl.model.journeys import (
    Action,
    After,
    At,
    Begin,
    Emit,
    Grant,
    Journey,
    NotGranted,
    On,
    Otherwise,
    Send,
    SetAttribute,
    Split,
    Tag,
    Target,
    Task,
    TaskDone,
    Transition,
    When,
)
from dsl.source import NOWHERE
from dsl.units import Clock


@dataclass(frozen=True, slots=True)
class Way:
    """One way out: of a state, of all states of a stage (no `state`), or of all states (neither)."""

    state: str | None
    stage: str | None
    target: Target
    words: str


class Called(Protocol):
    """What things are called that ways and deeds name."""

    def of(self, kind: str, name: str | None) -> str:
        """An event, message, benefit, task or journey."""

    def attribute(self, name: str) -> str:
        """An attribute of the customer."""

    def outcome(self, task: str | None, outcome: str | None) -> str:
        """What came of a task."""


class _ByName:
    """As rules name them."""

    def of(self, _kind: str, name: str | None) -> str:
        return name or ""

    def attribute(self, name: str) -> str:
        return name

    def outcome(self, _task: str | None, outcome: str | None) -> str:
        return outcome or ""


BY_NAME: Called = _ByName()


def ways(journey: Journey, called: Called = BY_NAME) -> tuple[Way, ...]:
    """All of them, each once, in the order of the rules."""
    return tuple(dict.fromkeys(_ways(journey, called)))


def _ways(journey: Journey, called: Called) -> Iterator[Way]:
    for state in journey.states:
        for transition in state.transitions:
            owner = state.name if transition.scope == "state" else None
            stage = None if transition.scope == "journey" else state.stage
            yield Way(owner, stage, transition.target, _words(transition, called))


def deed(action: Action, called: Called = BY_NAME) -> str:
    """What a state does on entry, in a few words."""
    match action:
        case Send():
            text = f"send {called.of('message', action.message)}"
        case Task():
            text = f"task {called.of('task', action.task)}"
        case Grant():
            text = f"grant {called.of('benefit', action.benefit)}"
        case SetAttribute():
            text = f"set {called.attribute(action.attribute)}"
        case Tag():
            text = f"{'untag' if action.remove else 'tag'} {action.tag}"
        case Emit():
            text = f"emit {called.of('event', action.event)}"
        case Begin():
            text = f"begin {called.of('journey', action.journey)}"
        case _:
            raise TypeError(action)
    return text


def _words(transition: Transition, called: Called) -> str:
    match transition:
        case On():
            text = f"on {called.of('event', transition.event)}{_where(transition.where)}"
        case TaskDone():
            text = (
                f"{called.of('task', transition.task)}: {called.outcome(transition.task, transition.outcome)}"
            )
        case NotGranted():
            text = f"{called.of('benefit', transition.benefit)}: else"
        case When():
            text = f"when{_source(transition.condition)}"
        case After():
            since = "" if transition.since == "state" else f" in {transition.since}"
            text = f"after {transition.duration}{since}{_clock(transition.clock)}"
        case At():
            text = f"at{_source(transition.moment)}{_clock(transition.clock)}"
        case Split():
            text = f"{(transition.high - transition.low) / 10_000:g}%"
        case Otherwise():
            text = "otherwise"
        case _:
            raise TypeError(transition)
    return text


def _where(condition: Cond | None) -> str:
    words = _source(condition)
    return words and (f" where{words}" if words.startswith(" (") else f" where ({words.strip()})")


def _source(condition: Cond | None) -> str:
    """The words of a condition as they stand in its file."""
    if condition is None or condition.span.source == NOWHERE.source:
        return ""
    return f" {condition.span.text}"


def _clock(clock: Clock | None) -> str:
    return "" if clock is None else f" at {clock}"


def clean(text: str) -> str:
    """Without control characters and those that turn the direction of text; one space between words."""
    return " ".join(
        "".join(" " if category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else one for one in text).split()
    )
