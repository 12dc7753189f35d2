"""The permit gate: may this message go now, and if not, why and until when. The only place that decides it.

Pure: everything it knows is in `Facts`, time is an argument. Previews, plans, explanations, the run and the
delivery all ask here.
"""

from collections.abc import Iterator
from functools import lru_cache, reduce
from typing import NamedTuple

from dsl.wording import listed
from engine.permits.given import Awaited, Check, Drop, Facts, Go, Hold, Verdict, Wait
from engine.permits.limits import FOREVER, Limit
from engine.permits.reach import Doubt
from engine.permits.rules import ReviewRule, Rule
from engine.reasons import BOTH, NO_ADDRESS, NO_BENEFIT, NO_CONSENT, NO_GRANT
from engine.storage.panels import panel


@lru_cache(maxsize=16_384)
def decide(facts: Facts, now: int) -> Verdict:
    """Go, wait, hold or drop.

    What time cannot mend drops first; then a review holds, so that people can decide before the window opens;
    last come the limits in time, of which the one is named that holds it longest until it may go.
    """
    for check in _standing(facts, now):
        if check.verdict is not None:
            return check.verdict
    horizon, channel = given_up_at(facts), facts.rule.reach.channel(facts, now)
    stretches = tuple(_stretches(facts, now, horizon))
    if not stretches and channel is not None:
        return _in_turn(facts, channel, now, horizon)
    limit = max(stretches, key=lambda stretch: stretch.end - stretch.start).limit
    return Wait(stretches[-1].end, limit.text, limit.span)


def explain(facts: Facts, now: int) -> tuple[Check, ...]:
    """Every rule that has a say, and whether it lets the message pass."""
    reach = facts.rule.reach
    limits = [limit for limit in _limits(facts) if limit is not reach or reach.silent is not None]
    limits = [limit for limit in limits if facts.unclear or not isinstance(limit, Doubt)]
    timed = (_timed(limit, facts, now) for limit in limits)
    return (*_standing(facts, now), *timed, *_pilot_in_turn(facts))


def given_up_at(facts: Facts) -> int:
    """The instant at which a message that has not gone is dropped."""
    rule = facts.rule
    return rule.days.zone.shift(facts.created_at, rule.policy.give_up)


def _in_turn(facts: Facts, channel: str, now: int, horizon: int) -> Verdict:
    """What nothing else keeps: it goes, with the pilot as long as that takes any, or waits for the pilot."""
    if facts.pilot == "full":
        return Wait(horizon, facts.rule.watch.pilot.text, facts.rule.watch.pilot.span)
    return Go(channel, now, piloted=facts.pilot == "open")


def _pilot_in_turn(facts: Facts) -> Iterator[Check]:
    rule = facts.rule.watch.pilot
    if facts.rule.policy.pilot is not None and facts.pilot != "failed":
        full = facts.pilot == "full"
        verdict = Wait(given_up_at(facts), rule.text, rule.span) if full else None
        yield Check(rule.text, holds=not full, verdict=verdict, span=rule.span)


def _limits(facts: Facts) -> tuple[Limit, ...]:
    return facts.rule.limits_for(facts.conditions)


class _Stretch(NamedTuple):
    """A time for which a limit holds the message."""

    start: int
    end: int
    limit: Limit


def _stretches(facts: Facts, at: int, horizon: int) -> Iterator[_Stretch]:
    """One after the other, from `at` on until every limit lets the message pass, or until it is given up."""
    limits = _limits(facts)
    while at < horizon:
        ends = [limit.free_at(facts, at, horizon) for limit in limits]
        end = min(max(ends), horizon)
        if end == at:
            return
        yield _Stretch(at, end, _holding(limits, ends, at))
        at = end


def _holding(limits: tuple[Limit, ...], ends: list[int], now: int) -> Limit:
    """The limit to name of those that hold the message now: the one that does so longest.

    Of the calendar's lines it is the first: a holiday is named before the windows that it has not.
    """
    longest = limits[ends.index(max(ends))]
    if longest.family != "calendar":
        return longest
    held = (limit for limit, end in zip(limits, ends, strict=True) if end > now)
    return next(limit for limit in held if limit.family == "calendar")


def _timed(limit: Limit, facts: Facts, now: int) -> Check:
    horizon = given_up_at(facts)
    free = limit.free_at(facts, now, horizon)
    if free == now:
        return Check(limit.text, holds=True, span=limit.span)
    until = min(_alone(limit, facts, free, horizon), horizon)
    return Check(
        limit.text, holds=False, until=until, verdict=Wait(until, limit.text, limit.span), span=limit.span
    )


def _alone(limit: Limit, facts: Facts, at: int, horizon: int) -> int:
    """When one limit by itself lets the message pass."""
    while at <= horizon and (free := limit.free_at(facts, at, horizon)) != at:
        at = free
    return at


def _standing(facts: Facts, now: int) -> Iterator[Check]:
    """What time does not mend, and what a person must decide."""
    yield _address(facts)
    if facts.rule.reach.silent is None:
        yield _optout(facts)
    if facts.rule.policy.consent:
        yield _consent(facts)
    if facts.rule.awaits:
        yield _benefit(facts)
    yield _give_up(facts, now)
    yield from _reviews(facts, now)


def _address(facts: Facts) -> Check:
    rule = facts.rule
    holds = any(True for _ in rule.reach.usable(facts))
    verdict = None if holds else Drop(NO_ADDRESS(via=listed(rule.via)), rule.send.span)
    return Check(f"via {', '.join(rule.via)}", holds=holds, verdict=verdict, span=rule.send.span)


def _optout(facts: Facts) -> Check:
    reach = facts.rule.reach
    ends = [reach.heard_from(item) for _, item in reach.usable(facts)]
    out = bool(ends) and min(ends) == FOREVER
    verdict = Drop(reach.text, reach.span) if out else None
    return Check(reach.text, holds=not out, verdict=verdict, span=reach.span)


def _consent(facts: Facts) -> Check:
    rule = facts.rule
    lacking = rule.reach.lacks_consent(facts)
    because = NO_CONSENT(policy=rule.policy.name, via=listed(rule.via))
    verdict = Drop(because, rule.consent.span) if lacking else None
    return Check(rule.consent.text, holds=not lacking, verdict=verdict, span=rule.consent.span)


def _benefit(facts: Facts) -> Check:
    """A text that names a benefit waits for it; time begins to count when it is there."""
    rule, names = facts.rule, listed(facts.rule.awaits)
    verdict: Wait | Drop | None = None
    if facts.benefit is Awaited.OPEN:
        verdict = Wait(None, NO_GRANT(benefit=names), rule.send.span)
    elif facts.benefit is Awaited.LOST:
        verdict = Drop(NO_BENEFIT(benefit=names), rule.send.span)
    return Check(
        f"grant {', '.join(rule.awaits)}", holds=verdict is None, verdict=verdict, span=rule.send.span
    )


def _give_up(facts: Facts, now: int) -> Check:
    rule, until = facts.rule.give_up, given_up_at(facts)
    verdict = Drop(rule.text, rule.span) if until <= now else None
    return Check(rule.text, holds=until > now, verdict=verdict, span=rule.span)


def _reviews(facts: Facts, now: int) -> Iterator[Check]:
    """Each role that a review names must let the message go; what its policy watches, anybody."""
    watched, reviews = _watched(facts), facts.rule.reviews_for(facts.conditions)
    if not watched and not reviews:
        return
    hold = _hold(facts, now, watched, reviews)
    lines = [(line, facts.approved) for line in watched]
    lines += [(review.rule, review.role in facts.signed) for review in reviews]
    for line, done in lines:
        yield Check(line.text, holds=done, verdict=None if done else hold, span=line.span)


def _watched(facts: Facts) -> list[Rule]:
    watch = facts.rule.watch
    lines = {watch.stop: facts.stopped, watch.pilot: facts.pilot == "failed", watch.sample: facts.sampled}
    return [line for line, holds in lines.items() if holds]


def _hold(facts: Facts, now: int, watched: list[Rule], reviews: tuple[ReviewRule, ...]) -> Hold:
    """Names whoever has not let it go yet, and all that asks for somebody: the same, whoever has let it go."""
    lines = {review.role: review.rule for review in reversed(reviews)}
    asking = [line for line in watched if line is not facts.rule.watch.sample]
    asking += [lines[role] for role in dict.fromkeys(review.role for review in reviews)]
    first = (asking or watched)[0]
    return Hold(
        panel(review.role for review in reviews if review.role not in facts.signed),
        reduce(_both, (line.text for line in asking or watched)),
        given_up_at(facts),
        facts.rule.reach.channel_in_view(facts, now),
        first.span,
        sampled=facts.sampled,
        watched=bool(watched),
    )


def _both(first: str, second: str) -> str:
    return BOTH(first=first, second=second)
