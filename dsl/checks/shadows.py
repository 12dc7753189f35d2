"""Transitions that are never taken, since another one of the same state always comes first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dsl.checks.clashes import quoted
from dsl.checks.subject import Subject
from dsl.checks.timers import clearly_earlier, no_later
from dsl.diagnostics import Diagnostic
from dsl.model.conditions import FLAG, Cond, Const, Events, EverWindow, Not, Occurs
from dsl.model.journeys import After, At, Grant, On, Otherwise, Send, Split, State, TaskDone, Transition, When
from dsl.reasoning import conflict
from dsl.slugs import Severity
from dsl.source import Span
from dsl.wording import Phrase, Series, say

_TRUE = Const(True, FLAG)
_ALL = 1_000_000  # the end of the last share of a split
_MOST = 12  # transitions before one that are weighed together


@dataclass(frozen=True, slots=True)
class _Shadow:
    """Which transitions come first, and why; not `always`: unless no run comes in between."""

    by: tuple[Transition, ...]
    why: Phrase
    hint: Phrase
    always: bool = True


def check_shadows(subject: Subject) -> Iterator[Diagnostic]:
    """`shadowed-transition`. One of an outer scope is told when it is so in each of its states."""
    alone = frozenset(name for name, journey in subject.model.journeys.items() if journey.record is None)
    for journey in subject.model.journeys.values():
        found: dict[Span, list[_Shadow | None]] = {}
        for state in journey.states:
            look = _Look(state, alone)
            for number, transition in enumerate(state.transitions):
                known = found.setdefault(transition.span, [])
                if None not in known:
                    known.append(look.shadow(number))
        yield from _told(found)


def _told(found: Mapping[Span, list[_Shadow | None]]) -> Iterator[Diagnostic]:
    for span, shadows in found.items():
        sure = [shadow for shadow in shadows if shadow is not None]
        if len(sure) < len(shadows):
            continue
        places = dict.fromkeys(by.span for shadow in sure for by in shadow.by)
        severity: Severity = "warning" if all(shadow.always for shadow in sure) else "info"
        yield _diagnostic(span, sure[0], tuple(places), severity)


def _diagnostic(span: Span, shadow: _Shadow, places: tuple[Span, ...], severity: Severity) -> Diagnostic:
    names = tuple(map(quoted, places))
    first = names[0] if len(names) == 1 else say("one of {names}", names=Series(names))
    if severity == "info":
        message = say(
            "{this} is hardly ever taken: {first} {why}.", this=quoted(span), first=first, why=shadow.why
        )
    else:
        message = say("{this} is never taken: {first} {why}.", this=quoted(span), first=first, why=shadow.why)
    return Diagnostic("shadowed-transition", severity, span, message, shadow.hint, places)


class _Look:
    """A look at the transitions of one state."""

    def __init__(self, state: State, alone: frozenset[str]) -> None:
        self._state = state
        self._alone = alone
        self._waits = any(isinstance(action, (Send, Grant)) for action in state.actions)

    def shadow(self, number: int) -> _Shadow | None:
        """What always comes before the transition of that number."""
        transition = self._state.transitions[number]
        earlier = self._state.transitions[:number]
        if isinstance(transition, Split) and _told_before(transition, earlier):
            return None
        return (
            self._conditions(transition, earlier)
            or self._at_once(transition, earlier)
            or self._timers(transition, earlier, self._state.transitions[number + 1 :])
        )

    def _conditions(self, transition: Transition, earlier: tuple[Transition, ...]) -> _Shadow | None:
        """Earlier conditions of which one holds whenever this transition could be taken."""
        asked = [item for item in earlier if _refused(item, transition) is not None][-_MOST:]
        refused = [_refused(item, transition) or _TRUE for item in asked]
        parts = conflict((*_needs(transition), *map(Not, refused)), self._alone)
        needs = len(_needs(transition))
        owners = sorted({part.owner for part in parts})
        by = tuple(asked[owner - needs] for owner in owners if owner >= needs)
        if not by:
            return None
        if isinstance(transition, On) and all(isinstance(item, On) for item in by):
            why = say("takes every event that would lead here")
        elif owners[0] < needs:
            why = say("holds whenever this one would be taken, and comes first")
        else:
            why = say("holds for everybody, and comes first")
        return _Shadow(by, why, _swap(transition, by))

    def _at_once(self, transition: Transition, earlier: tuple[Transition, ...]) -> _Shadow | None:
        """An `otherwise` or `split`, which takes everybody as soon as the state is settled.

        A task has not been done by then, wherever its outcomes stand.
        """
        before = self._state.transitions if isinstance(transition, TaskDone) else earlier
        first = next((item for item in before if _takes_all(item)), None)
        if first is None:
            return None
        settled = isinstance(transition, (Otherwise, Split)) or (
            isinstance(transition, After) and transition.since == "state"
        )
        if self._waits and not settled:
            return None
        hint = say("Take one of the two out, or give the first one a condition: `when …`.")
        return _Shadow((first,), say("takes everybody at once"), hint)

    def _timers(
        self, transition: Transition, earlier: tuple[Transition, ...], later: tuple[Transition, ...]
    ) -> _Shadow | None:
        if not isinstance(transition, (After, At)):
            return None
        hint = say("Give this one a shorter time, or take it out.")
        for item in earlier:
            if isinstance(item, (After, At)) and no_later(item, transition):
                return _Shadow((item,), say("is always due by then, and comes first"), hint)
        for item in later:
            if (
                isinstance(item, After)
                and isinstance(transition, After)
                and clearly_earlier(item, transition)
            ):
                why = say("is due before it, so that it is left to runs that come too late")
                return _Shadow((item,), why, hint, always=False)
        return None


def _swap(transition: Transition, by: tuple[Transition, ...]) -> Phrase:
    """What comes of writing a transition before the one that always wins, and of taking it out."""
    here, there = _where_to(transition), _where_to(by[0])
    if len(by) > 1 or not here or not there:
        return say("Write the narrower one first, or take this one out.")
    if here == there:
        return say("Both lead to `{target}`: take this one out.", target=there)
    return say(
        "As it is, who meets both goes to `{there}`, and so it stays when you take this one out. "
        "If they should go to `{here}`, write this one above the other.",
        there=there,
        here=here,
    )


def _where_to(transition: Transition) -> str:
    """The target as written, empty where a line names none or several."""
    parts = transition.span.text.split("->")
    return " ".join(parts[1].split()) if len(parts) == 2 else ""


def _takes_all(item: Transition) -> bool:
    return isinstance(item, Otherwise) or (isinstance(item, Split) and item.low < item.high)


def _told_before(share: Split, earlier: tuple[Transition, ...]) -> bool:
    """Whether a share that nobody takes is told otherwise: with the first of its split, or as `never-true`."""
    before = earlier[-1] if earlier else None
    return share.low == share.high or (isinstance(before, Split) and before.high < _ALL)


def _needs(transition: Transition) -> tuple[Cond, ...]:
    """What holds when a transition can be taken."""
    match transition:
        case When(condition=condition):
            return (condition,)
        case On(event=event, where=where):
            happened = Occurs(Events(event, where, EverWindow()))
            return (happened,) if where is None else (where, happened)
    return ()


def _refused(item: Transition, transition: Transition) -> Cond | None:
    """What fails when an earlier transition was not taken; None when that says nothing."""
    match item:
        case When(condition=condition):
            return condition
        case On(event=event, where=where) if isinstance(transition, On) and transition.event == event:
            return where or _TRUE
    return None
