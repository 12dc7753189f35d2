"""Messages that a journey plans closer to each other than their policy allows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dsl.checks.clashes import quoted
from dsl.checks.graphs import following
from dsl.checks.paths import Step, Touch
from dsl.checks.spans_of_time import shortest, time_words
from dsl.checks.subject import Subject
from dsl.checks.touches import Touches, too_close, touches
from dsl.diagnostics import Diagnostic
from dsl.model.journeys import State
from dsl.model.model import Cap
from dsl.slugs import Severity, Slug
from dsl.source import Span
from dsl.units import Duration, Period
from dsl.wording import Phrase, say

_STEPS = 2_000  # of the search for a path with too many messages
_MOST = 60  # messages of one chain

_SLUG: Slug = "cap-too-tight"
_FEWER = say("Send fewer, leave more time between them, or allow more in the policy.")
_PERIODS: Mapping[Period, Phrase] = {
    "day": say("when all of them fall in one day, it waits for the next day"),
    "week": say("when all of them fall in one week, it waits for the next week"),
    "month": say("when all of them fall in one month, it waits for the next month"),
    "year": say("when all of them fall in one year, it waits for the next year"),
}


def check_tightness(subject: Subject) -> Iterator[Diagnostic]:
    """`cap-too-tight`."""
    for found in touches(subject.model):
        if found.gap is not None:
            yield from _gaps(found, found.gap)
        for cap in found.policy.caps:
            told = _of_record(found, cap) if cap.per == "record" else _of_time(found, cap, cap.per)
            if told is not None:
                yield told


# Gaps


def _gaps(found: Touches, gap: Duration) -> Iterator[Diagnostic]:
    """Of each message the way there on which it waits longest."""
    tight = [step for step in found.steps if found.own(step.then.send) and too_close(step, gap)]
    closest = {step.then.send.span: step for step in sorted(tight, key=lambda step: too_close(step, gap))}
    yield from (_gap(found, step, gap) for step in closest.values())


def _gap(found: Touches, step: Step, gap: Duration) -> Diagnostic:
    line = found.policy.spans["apart"]
    message = say(
        "`{then}` is planned {planned} `{first}`, but {line} (policy `{policy}`): {waits}.",
        then=step.then.send.message,
        planned=_planned(step),
        first=step.first.send.message,
        line=quoted(line),
        policy=found.policy.name,
        waits=found.waiting(too_close(step, gap)),
    )
    hint = say(
        "Let {gap} or more pass before it, or send one of the two under another policy.", gap=_words(gap)
    )
    return Diagnostic(_SLUG, "warning", step.then.send.span, message, hint, (step.first.send.span, line))


def _words(gap: Duration) -> Phrase:
    return time_words(shortest(gap))


def _planned(step: Step) -> Phrase:
    if step.most == 0:
        return say("right after")
    if time_words(step.least) == time_words(step.most):
        return say("{time} after", time=time_words(step.most))
    return say("at most {time} after", time=time_words(step.most))


# Caps over time


@dataclass(frozen=True, slots=True)
class _Chain:
    """A way from one touch to another over so many steps, and the minutes that it takes at most."""

    first: Touch
    last: Touch
    minutes: int


def _of_time(found: Touches, cap: Cap, per: Period | Duration) -> Diagnostic | None:
    chains = [chain for chain in _chains(found, cap.count) if found.own(chain.last.send)]
    shortest_chain = min(chains, key=lambda chain: chain.minutes, default=None)
    if cap.count < 1 or shortest_chain is None or shortest_chain.minutes >= shortest(per):
        return None
    waits = (
        found.waiting(shortest(per) - shortest_chain.minutes) if isinstance(per, Duration) else _PERIODS[per]
    )
    often = isinstance(per, Duration) or 2 * shortest_chain.minutes <= shortest(per)
    return _too_many(found, cap, shortest_chain, waits, "warning" if often else "info")


def _chains(found: Touches, length: int) -> Sequence[_Chain]:
    """For each touch the quickest way there over so many steps."""
    best = {touch.send.span: _Chain(touch, touch, 0) for touch in found.all()}
    for _ in range(min(length, _MOST)):
        longer: dict[Span, _Chain] = {}
        for step in found.steps:
            before = best.get(step.first.send.span)
            if before is None:
                continue
            chain = _Chain(before.first, step.then, before.minutes + found.spacing(step))
            place = step.then.send.span
            if place not in longer or chain.minutes < longer[place].minutes:
                longer[place] = chain
        best = longer
    return tuple(best.values()) if length <= _MOST else ()


def _too_many(found: Touches, cap: Cap, chain: _Chain, waits: Phrase, severity: Severity) -> Diagnostic:
    message = say(
        "`{last}` is number {n} within {time}, counted from `{first}`, but {line} (policy `{policy}`): {waits}.",
        last=chain.last.send.message,
        n=cap.count + 1,
        time=time_words(chain.minutes),
        first=chain.first.send.message,
        line=quoted(cap.span),
        policy=found.policy.name,
        waits=waits,
    )
    also = (chain.first.send.span, cap.span)
    return Diagnostic(_SLUG, severity, chain.last.send.span, message, _FEWER, also)


# Caps for one record


def _of_record(found: Touches, cap: Cap) -> Diagnostic | None:
    """The message after so many on one way through the journey."""
    if found.journey.record is None or not found.journey.states:
        return None
    path = _too_long(found, cap.count)
    if path is None:
        return None
    message = say(
        "`{last}` can be number {n} for one `{record}`, but {line} (policy `{policy}`): it never goes.",
        last=path.send.message,
        n=cap.count + 1,
        record=found.journey.record,
        line=quoted(cap.span),
        policy=found.policy.name,
    )
    return Diagnostic(_SLUG, "warning", path.send.span, message, _FEWER, (cap.span,))


def _too_long(found: Touches, most: int) -> Touch | None:
    """A message of the policy that follows so many others on one way through the journey."""
    states = {state.name: state for state in found.journey.states}
    waiting: list[tuple[State, frozenset[str], int]] = [(found.journey.states[0], frozenset(), 0)]
    of_state = {name: [touch for touch in found.all() if touch.state.name == name] for name in states}
    for _ in range(_STEPS):
        if not waiting:
            return None
        state, passed, number = waiting.pop()
        for touch in of_state[state.name]:
            if number >= most and found.own(touch.send):
                return touch
            number += 1
        passed |= {state.name}
        nexts = [states[name] for name in following(state) if name in states and name not in passed]
        waiting += [(after, passed, number) for after in reversed(nexts)]
    return None
