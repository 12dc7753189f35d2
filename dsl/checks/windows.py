"""Windows of time that never open: those of a `send` beside its policy's, and a policy's beside its own days off."""

import re
from collections.abc import Iterable, Iterator

from dsl.checks.business_days import Day, meet, possible_days, without, without_made_up
from dsl.checks.clashes import quoted
from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.journeys import Send
from dsl.model.model import Policy
from dsl.source import Span
from dsl.units import Window
from dsl.wording import Phrase, Series, say

_DURING = re.compile(r"during\s.*?(?=\s+(?:via|under|review)\s|$)", re.DOTALL)


def check_windows(subject: Subject) -> Iterator[Diagnostic]:
    """`window-never-opens`."""
    days = possible_days(subject.model.calendar)
    for policy in subject.model.policies.values():
        yield from _of_policy(policy, days)
    for journey in subject.model.journeys.values():
        for action in (action for state in journey.states for action in state.actions):
            if isinstance(action, Send) and action.during and action.policy in subject.model.policies:
                yield from _of_send(action, subject.model.policies[action.policy], days)


def _of_policy(policy: Policy, days: tuple[Day, ...]) -> Iterator[Diagnostic]:
    left = without(days, policy.never)
    for item in policy.windows:
        if item.window.start >= item.window.end:  # said when it was read
            continue
        if not meet(item.window, item.window, days):
            if "holidays" not in item.window.days:  # of which `no-calendar` tells
                message = say("This window never opens: the calendar has no such day.")
                hint = say('Write the days into the `calendar`, such as `keyday "…" on 2026-05-20`.')
                yield Diagnostic("window-never-opens", "warning", item.span, message, hint)
        elif not meet(item.window, item.window, left):
            message = say("This window never opens: {never} leaves out all its days.", never=_never(policy))
            hint = say("Give the window other days, or take one of the two lines out.")
            yield Diagnostic("window-never-opens", "warning", item.span, message, hint, _never_places(policy))
    if not left and not policy.windows:
        message = say("Nothing can ever go under this policy: {never} leaves no day.", never=_never(policy))
        hint = say("Take some of its days out.")
        yield Diagnostic("window-never-opens", "warning", policy.spans["never"], message, hint)


def _of_send(send: Send, policy: Policy, days: tuple[Day, ...]) -> Iterator[Diagnostic]:
    left = without(days, policy.never)
    shut = [
        window for window in send.during if window.start < window.end and not _opens(window, policy, left)
    ]
    if not shut:
        yield from _seldom(send, policy, left)
        return
    place = _during(send.span)
    if len(shut) == len(send.during):
        message = say(
            "`{message}` can never go: {window} lies outside the times of the policy `{policy}`.",
            message=send.message,
            window=quoted(place),
            policy=policy.name,
        )
    else:
        message = say(
            "{windows} never opens: it lies outside the times of the policy `{policy}`.",
            windows=_windows(shut),
            policy=policy.name,
        )
    yield Diagnostic("window-never-opens", "warning", place, message, _allowed(policy), _places(policy))


def _seldom(send: Send, policy: Policy, left: tuple[Day, ...]) -> Iterator[Diagnostic]:
    """A time that the policy has on make-up working days alone, of which there are a few in a year."""
    if not any(_opens(window, policy, without_made_up(left)) for window in send.during):
        place = _during(send.span)
        message = say(
            "`{message}` goes on make-up working days alone: {window} is outside the times of `{policy}` else.",
            message=send.message,
            window=quoted(place),
            policy=policy.name,
        )
        yield Diagnostic("window-never-opens", "warning", place, message, _allowed(policy), _places(policy))


def _opens(window: Window, policy: Policy, left: tuple[Day, ...]) -> bool:
    return any(meet(window, item, left) for item in _lines(policy) or (window,))


def _lines(policy: Policy) -> tuple[Window, ...]:
    return tuple(item.window for item in policy.windows)


def _during(span: Span) -> Span:
    """Where a `send` says when: from `during` up to what comes after its windows."""
    found = _DURING.search(span.text)
    return span if found is None else Span(span.source, span.start + found.start(), span.start + found.end())


def _never(policy: Policy) -> str:
    return quoted(policy.spans["never"])


def _never_places(policy: Policy) -> tuple[Span, ...]:
    return (policy.spans["never"],) if policy.never else ()


def _places(policy: Policy) -> tuple[Span, ...]:
    return (*(item.span for item in policy.windows), *_never_places(policy))


def _windows(windows: Iterable[Window]) -> Series:
    return Series(tuple(f"`{', '.join(one.days)} {one.start} to {one.end}`" for one in windows))


def _allowed(policy: Policy) -> Phrase:
    """The times that there are."""
    lines = Series(tuple(quoted(place) for place in _places(policy)))
    return say("The policy says {lines}: take a time within, or change the policy.", lines=lines)
