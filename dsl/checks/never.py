"""Conditions that no customer can meet."""

from collections.abc import Iterator
from dataclasses import replace

from dsl.checks.clashes import clash, quoted
from dsl.checks.conditions import Wanted, children, wanted
from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.conditions import (
    Aggregate,
    And,
    Choose,
    Cond,
    Ended,
    Events,
    Inside,
    LastWindow,
    Named,
    Occurs,
    Or,
)
from dsl.model.journeys import Split
from dsl.reasoning.events import inside
from dsl.units import Duration
from dsl.wording import Phrase, say

_EVERYBODY = 1_000_000  # millionths: 100%


def check_never(subject: Subject) -> Iterator[Diagnostic]:
    """`never-true`."""
    alone = frozenset(name for name, journey in subject.model.journeys.items() if journey.record is None)
    for item in wanted(subject.model):
        yield from _Look(alone).at(item)
    yield from _nobodys_shares(subject)
    yield from _all_held_out(subject)


class _Look:
    """A look at one condition and all that it is made of, the innermost first."""

    def __init__(self, alone: frozenset[str]) -> None:
        self._alone = alone

    def at(self, item: Wanted) -> Iterator[Diagnostic]:
        """What is wrong in a condition, or in the arms of a value."""
        if item.so is None:
            yield from self._within(item.cond, ())
        else:
            yield from self._whole(item.cond, item.so, before=item.before)

    def _whole(
        self, cond: Cond, so: Phrase, facts: tuple[Cond, ...] = (), before: tuple[Cond, ...] = ()
    ) -> Iterator[Diagnostic]:
        found = tuple(self._within(cond, facts))
        why = None if found else clash(cond, facts, before, self._alone)
        if why is not None:
            message = say("{so}: {reason}.", so=so, reason=why.reason)
            found = (Diagnostic("never-true", "warning", why.span, message, why.hint, why.also),)
        yield from found

    def _within(self, cond: Cond, facts: tuple[Cond, ...]) -> Iterator[Diagnostic]:
        """Inside a condition: the sides of an `or`, the arms of a `choose`, what is asked of events."""
        match cond:
            case Named():
                return
            case And(operands=operands):
                for operand in operands:
                    others = tuple(other for other in operands if other is not operand)
                    yield from self._within(operand, (*facts, *others))
            case Or(operands=operands):
                for operand in operands:
                    yield from self._whole(operand, say("This side of the `or` adds nobody"), facts)
            case Choose():
                yield from self._arms(cond)
            case _:
                yield from self._events(cond)
                for child in children(cond):
                    yield from self._within(child, ())

    def _arms(self, choose: Choose) -> Iterator[Diagnostic]:
        before: tuple[Cond, ...] = ()
        for test, value in choose.arms:
            yield from self._whole(test, say("No customer ever comes to this arm"), before=before)
            yield from self._within(value, ())
            before = (*before, test)
        if choose.otherwise is not None:
            yield from self._within(choose.otherwise, ())

    def _events(self, cond: Cond) -> Iterator[Diagnostic]:
        if _no_time(cond):
            message = say("{this} says nothing: a window of no time holds nothing.", this=quoted(cond.span))
            yield Diagnostic(
                "never-true", "warning", cond.span, message, say("Give it a length, such as `30 days`.")
            )
        if isinstance(cond, (Occurs, Aggregate)) and cond.events.where is not None:
            so = say("There is never such a `{event}`", event=cond.events.event)
            facts = tuple(replace(fact, span=cond.span) for fact in inside(cond.events))
            yield from self._whole(cond.events.where, so, facts)


def _no_time(cond: Cond) -> bool:
    """Whether a condition looks into a window without any length."""
    match cond:
        case Occurs(events=Events(window=LastWindow(duration=duration))):
            return duration.amount == 0
        case Aggregate(events=Events(window=LastWindow(duration=duration))):
            return duration.amount == 0
        case Inside(duration=duration) | Ended(duration=Duration() as duration):
            return duration.amount == 0
    return False


def _nobodys_shares(subject: Subject) -> Iterator[Diagnostic]:
    """Arms of a split that get 0%."""
    for journey in subject.model.journeys.values():
        for state in journey.states:
            for item in state.transitions:
                if isinstance(item, Split) and item.low == item.high:
                    message = say("Nobody goes this way: its share is 0%.")
                    hint = say("Give it a share, or take it out.")
                    yield Diagnostic("never-true", "warning", item.span, message, hint)


def _all_held_out(subject: Subject) -> Iterator[Diagnostic]:
    for journey in subject.model.journeys.values():
        if journey.holdout == _EVERYBODY:
            message = say("Everybody is held out: nobody gets anything of this journey.")
            hint = say("Hold out a small share for comparison, such as `holdout 10%`.")
            yield Diagnostic("never-true", "warning", journey.spans["holdout"], message, hint)
