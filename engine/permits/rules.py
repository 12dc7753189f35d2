"""What the rules say about each `send`, made ready for the gate: one SendRule per `send` of the model.

Knows neither customers nor time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Literal, NamedTuple

from dsl.model.conditions import Cond
from dsl.model.journeys import Journey, Send, State
from dsl.model.model import Cap, Message, Model, Policy, SendWindow
from dsl.source import NOWHERE, Span
from dsl.units import Duration, Period, Window
from engine.calendars.business_days import BusinessDays
from engine.permits.limits import FrequencyCap, Gap, KeyDays, Limit, NeverOn, OpenWindows
from engine.permits.reach import Doubt, Reachable
from engine.plans.editions import Edition, edition_of
from engine.reasons import SILENT, UNCLEAR


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule line in words, and its place."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """A person must look when condition number `condition` holds (None: always)."""

    role: str
    rule: Rule
    condition: int | None = None


class Watch(NamedTuple):
    """The lines of a policy that watch a message, and what they watch; None where they watch nothing."""

    sample: Rule
    pilot: Rule
    stop: Rule
    edition: Edition | None


@dataclass(frozen=True, slots=True, eq=False)
class SendRule:
    """Everything the gate must know of one `send`. Compared by identity, so that facts are cheap to compare.

    `via`: the channels to try that the message has a variant for. `counts`: the policies whose messages
    count in this one's caps and gap. `conditions`: what must be known of the customer, in the order of
    `Facts.conditions`. `exceptions`: the limits in force instead of `limits` when that condition holds, the
    first that does. `record`: the kind of record that caps per record count by. `awaits`: the benefits that its own
    state grants, where its text names one.
    """

    journey: str
    state: str
    send: Send
    policy: Policy
    via: tuple[str, ...]
    counts: tuple[str, ...]
    record: str | None
    days: BusinessDays
    conditions: tuple[Cond, ...]
    reviews: tuple[ReviewRule, ...]
    reach: Reachable
    limits: tuple[Limit, ...]
    exceptions: tuple[tuple[int, tuple[Limit, ...]], ...]
    consent: Rule
    give_up: Rule
    watch: Watch
    awaits: tuple[str, ...] = ()

    def limits_for(self, conditions: tuple[bool, ...]) -> tuple[Limit, ...]:
        """The limits in force for customers of whom these conditions hold."""
        return next((limits for number, limits in self.exceptions if conditions[number]), self.limits)

    def reviews_for(self, conditions: tuple[bool, ...]) -> tuple[ReviewRule, ...]:
        """The reviews that are due."""
        return tuple(item for item in self.reviews if item.condition is None or conditions[item.condition])


SendKey = tuple[str, str, int]
"""Journey, full name of the state, number of the action."""


def send_rules(model: Model, days: BusinessDays) -> Mapping[SendKey, SendRule]:
    """The rule of every `send` of a model."""
    return {
        (journey.name, state.name, action.number): send_rule(model, days, journey, state, action)
        for journey in model.journeys.values()
        for state in journey.states
        for action in state.actions
        if isinstance(action, Send)
    }


def send_rule(model: Model, days: BusinessDays, journey: Journey, state: State, send: Send) -> SendRule:
    """The rule of one `send`."""
    policy, message = model.policies[send.policy], model.messages[send.message]
    keydays, conditions = KeyDays(days, policy.extra_on_keydays), _conditions(policy)
    reach, calendar = _reach(policy, days), _calendar(policy, send, days)
    people = (reach, *_doubt(model, policy))
    general = [_cap(cap, keydays) for cap in policy.caps if cap.condition is None]
    return SendRule(
        journey=journey.name,
        state=state.name,
        send=send,
        policy=policy,
        via=tuple(channel for channel in send.via if message.variant(channel) is not None),
        counts=counted_policies(model, policy.name),
        record=journey.record,
        days=days,
        conditions=conditions,
        reviews=_reviews(policy, send, conditions),
        reach=reach,
        limits=(*people, *general, *_gap(policy, keydays), *calendar),
        exceptions=tuple(
            (
                conditions.index(cap.condition),
                (*people, _cap(cap, keydays), *_gap(policy, keydays, cap), *calendar),
            )
            for cap in policy.caps
            if cap.condition is not None
        ),
        consent=_line(policy, "consent", "require consent"),
        give_up=_line(policy, "give up", f"give up after {policy.give_up}"),
        watch=watch_of(policy, message),
    )


def counted_policies(model: Model, policy: str) -> tuple[str, ...]:
    """A policy and those that `count with` it."""
    return (policy, *sorted(name for name, item in model.policies.items() if policy in item.count_with))


def marketing(model: Model) -> frozenset[str]:
    """The policies of marketing: what needs consent. Rules in which nothing does make no difference: all are."""
    consenting = frozenset(name for name, policy in model.policies.items() if policy.consent)
    return consenting or frozenset(model.policies)


def worded(span: Span, otherwise: str) -> str:
    """The words of a rule as they stand in its file, on one line; `otherwise` for what stands in none."""
    return " ".join(span.text.split()) or otherwise


def _line(policy: Policy, word: str, otherwise: str) -> Rule:
    span = policy.spans.get(word, NOWHERE)
    return Rule(worded(span, otherwise), span if span.text else policy.span)


def watch_of(policy: Policy, message: Message) -> Watch:
    """What a policy watches of a message."""
    return Watch(
        _line(policy, "sample", "sample"),
        _line(policy, "pilot", "pilot"),
        _line(policy, "stop", "stop at"),
        edition_of(policy, message),
    )


def _reach(policy: Policy, days: BusinessDays) -> Reachable:
    rule = Rule(SILENT(), policy.span)
    if policy.silent is not None:
        rule = _line(policy, "silent", f"silent {policy.silent} after optout")
    return Reachable(rule.text, rule.span, policy.silent, policy.consent, days.zone)


def _doubt(model: Model, policy: Policy) -> tuple[Limit, ...]:
    if policy.name not in marketing(model):
        return ()
    return (Doubt(UNCLEAR(), _line(policy, "consent", "").span),)


def _conditions(policy: Policy) -> tuple[Cond, ...]:
    written = [cap.condition for cap in policy.caps] + [review.condition for review in policy.reviews]
    return tuple(dict.fromkeys(condition for condition in written if condition is not None))


def _reviews(policy: Policy, send: Send, conditions: tuple[Cond, ...]) -> tuple[ReviewRule, ...]:
    """The send's own first, then its policy's: all of them count."""
    own = (
        [] if send.review is None else [ReviewRule(send.review, Rule(f"review by {send.review}", send.span))]
    )
    return (
        *own,
        *(
            ReviewRule(
                item.role,
                Rule(worded(item.span, f"review by {item.role}"), item.span),
                None if item.condition is None else conditions.index(item.condition),
            )
            for item in policy.reviews
        ),
    )


def _cap(cap: Cap, keydays: KeyDays) -> FrequencyCap:
    text = worded(cap.span, f"at most {cap.count} per {cap.per}")
    return FrequencyCap(text, cap.span, cap.count, cap.per, keydays)


def _gap(policy: Policy, keydays: KeyDays, cap: Cap | None = None) -> tuple[Limit, ...]:
    """The gap; none beside a conditional cap over a shorter time, which it would leave without any effect."""
    if policy.apart is None or (cap is not None and _length(cap.per) < _length(policy.apart)):
        return ()
    rule = _line(policy, "apart", f"at least {policy.apart} apart")
    return (Gap(rule.text, rule.span, policy.apart, keydays),)


_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365, "record": inf}


def _length(time: Period | Duration | Literal["record"]) -> float:
    """About how many days."""
    return time.amount * _DAYS[time.unit] if isinstance(time, Duration) else _DAYS[time]


def _calendar(policy: Policy, send: Send, days: BusinessDays) -> tuple[Limit, ...]:
    """What forbids whole days first, so that it is named before the windows that the day has not."""
    found: list[Limit] = []
    if policy.never:
        rule = _line(policy, "never", f"never on {', '.join(policy.never)}")
        found.append(NeverOn(rule.text, rule.span, policy.never, days))
    if send.during:
        text = "during " + ", ".join(_window_words(window) for window in send.during)
        found.append(OpenWindows(text, send.span, send.during, days))
    if policy.windows:
        found.append(_send_on(policy.windows, days))
    return tuple(found)


def _send_on(lines: tuple[SendWindow, ...], days: BusinessDays) -> OpenWindows:
    words = [worded(line.span, f"send on {_window_words(line.window)}") for line in lines]
    return OpenWindows(", ".join(words), lines[0].span, tuple(line.window for line in lines), days)


def _window_words(window: Window) -> str:
    return f"{', '.join(window.days)} {window.start} to {window.end}"
