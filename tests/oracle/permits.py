"""The permit gate, written as one predicate: whether a message may go at a time, as far as is known now.

`until` is found by trying instants. What never ends drops first, then people decide, then time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Literal

from dsl.model.model import Cap
from dsl.units import Duration, Period, Window
from tests.oracle import editions, moments
from tests.oracle.conditions import holds
from tests.oracle.days import words_of
from tests.oracle.facts import COUNTED, Message, Optout
from tests.oracle.messages import fault, is_bound, policy_of, scope_of, send_of, still_holds, worded
from tests.oracle.world import World


@dataclass(frozen=True, slots=True)
class Go:
    """It may go by this channel, with this text."""

    channel: str
    subject: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing that is known now lets it go before `until`, when it goes or is given up."""

    because: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Hold:
    """A person must look; `roles`: each of these, nobody in particular when there are none."""

    because: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """What people let go is not what would go now: nothing that they said holds any more."""


@dataclass(frozen=True, slots=True)
class Drop:
    """It will never go."""

    because: str


Answer = Go | Wait | Hold | Drop | Again


def decide(message: Message, now: datetime, world: World) -> Answer:
    """What becomes of a message now."""
    awaited = awaits(message, world)
    reason = drops(message, now, world)
    if reason is not None:
        return Drop(reason)
    if awaited != "nothing":
        return Wait("benefit", None) if awaited == "open" else Drop("benefit")
    if given_up_at(message, world) <= now:
        return Drop("give up")
    watched = editions.held(message, world)
    left = tuple(role for role in reviewers(message, now, world) if role not in message.signed)
    if watched or left:
        is_other = is_bound(message) and not still_holds(message, in_view(message, now, world), now, world)
        return Again() if is_other else Hold("watched" if watched else "review", left)
    reason = keeps(message, now, now, world)
    if reason is not None:
        return _still_held(message, now, world) or Wait(reason, until(message, now, world))
    return _in_turn(message, now, world)


def _still_held(message: Message, now: datetime, world: World) -> Hold | None:
    """What a person must look at because of its text is held until it may go, also while its windows are closed."""
    if message.status != "held":
        return None
    because = fault(message, in_view(message, now, world), now, world)
    return None if because is None else Hold(because)


def in_view(message: Message, now: datetime, world: World) -> str:
    """The channel by which it would go now, else the first with an address, else the first of all."""
    via = send_of(message, world).via
    usable = (c for c in via if _has_address(message, c, world))
    return channel_at(message, now, world) or next(usable, via[0])


def _in_turn(message: Message, now: datetime, world: World) -> Answer:
    """What nothing else keeps goes, unless a pilot goes first."""
    if editions.must_wait(message, world):
        return _still_held(message, now, world) or Wait("pilot", given_up_at(message, world))
    channel = channel_at(message, now, world)
    assert channel is not None
    if is_bound(message) and not still_holds(message, channel, now, world):
        return Again()
    because = fault(message, channel, now, world)
    if because is not None:
        return Hold(because)
    return Go(channel, *worded(message, channel, now, world))


def awaits(message: Message, world: World) -> Literal["nothing", "open", "lost"]:
    """How the benefits stand that the message's own state grants, if its text names one."""
    variants = world.model.messages[message.message].variants
    via = send_of(message, world).via
    texts = "".join(f"{one.subject or ''}{one.body}" for one in variants if one.channel in via)
    own = [
        grant.status
        for grant in world.facts.grants
        if grant.enrolment is message.enrolment and grant.visit == message.visit
    ]
    if not own or "benefit." not in texts:
        return "nothing"
    if {"waiting", "held"} & set(own):
        return "open"
    return "nothing" if "granted" in own else "lost"


def given_up_at(message: Message, world: World) -> datetime:
    """When the policy gives a message up."""
    return moments.shift(message.created_at, policy_of(message, world).give_up, world.zone)


def until(message: Message, now: datetime, world: World) -> datetime:
    """The first instant at which the message may go, or the one at which it is given up."""
    end = given_up_at(message, world)
    for t in sorted({t for t in _instants(message, now, end, world) if now < t < end}):
        if keeps(message, t, now, world) is None:
            return t
    return end


def drops(message: Message, now: datetime, world: World) -> str | None:
    """Why the message can never go; None when it can."""
    channels = [c for c in send_of(message, world).via if _has_address(message, c, world)]
    if not channels:
        return "address"
    channels = [c for c in channels if not _opted_out_for_good(message, c, world)]
    if not channels:
        return "optout"
    if not any(_consents(message, c, now, world) for c in channels):
        return "consent"
    return None


def reviewers(message: Message, now: datetime, world: World) -> tuple[str, ...]:
    """The roles each of which must let the message go."""
    send, scope = send_of(message, world), scope_of(message, now, world)
    of_policy = [one.role for one in policy_of(message, world).reviews if holds(one.condition, scope)]
    return tuple(dict.fromkeys([*([send.review] if send.review else []), *of_policy]))


def keeps(message: Message, t: datetime, now: datetime, world: World) -> str | None:
    """Which kind of rule keeps the message from going at `t`, as far as is known `now`; None: it may go."""
    policy, send = policy_of(message, world), send_of(message, world)
    allowed = {
        "silent": channel_at(message, t, world) is not None,
        "doubt": not is_doubted(message, world),
        "window": policy.windows == () or any(_inside(t, line.window, world) for line in policy.windows),
        "during": send.during == () or any(_inside(t, window, world) for window in send.during),
        "never": not words_of(moments.day_of(t, world.zone), world.model.calendar) & set(policy.never),
        "cap": all(_within(cap, message, t, world) for cap in caps_in_force(message, now, world)),
        "apart": not _has_gap(message, now, world) or _far_enough(message, t, world),
    }
    return next((rule for rule, passes in allowed.items() if not passes), None)


def is_doubted(message: Message, world: World) -> bool:
    """Whether it is marketing, and the customer has written what may be an opt-out."""
    policies = world.model.policies
    consenting = {name for name, policy in policies.items() if policy.consent} or set(policies)
    return message.policy in consenting and message.enrolment.customer in world.facts.doubts


def channel_at(message: Message, t: datetime, world: World) -> str | None:
    """The first channel on which the customer may be reached then."""
    for channel in send_of(message, world).via:
        if not _has_address(message, channel, world) or not _consents(message, channel, t, world):
            continue
        heard = max((out.at for out in _optouts(message, channel, world)), default=None)
        silent = policy_of(message, world).silent
        if heard is None or (silent is not None and t >= moments.shift(heard, silent, world.zone)):
            return channel
    return None


def elsewhere(message: Message, now: datetime, world: World) -> bool:
    """Whether a channel that has not refused the message has an address and the consent it needs."""
    channels = send_of(message, world).via
    return any(_has_address(message, c, world) and _consents(message, c, now, world) for c in channels)


def caps_in_force(message: Message, now: datetime, world: World) -> list[Cap]:
    """The first conditional cap that holds, else all that have no condition."""
    caps = policy_of(message, world).caps
    for cap in caps:
        if cap.condition is not None and holds(cap.condition, scope_of(message, now, world)):
            return [cap]
    return [cap for cap in caps if cap.condition is None]


def counted_with(message: Message, world: World) -> list[Message]:
    """The customer's other messages that count under the message's policy."""
    return [
        other
        for other in world.facts.messages_of(message.enrolment.customer)
        if other is not message
        and (other.status in COUNTED or (other.status == "failed" and other.counted_at is not None))
        and (
            other.policy == message.policy or message.policy in world.model.policies[other.policy].count_with
        )
    ]


def _has_address(message: Message, channel: str, world: World) -> bool:
    customer = world.facts.customers[message.enrolment.customer]
    return channel not in message.refused_by and bool(world.address(world.model, customer, channel))


def _opted_out_at(message: Message, channel: str, world: World) -> datetime | None:
    """The latest opt-out from the channel, or from all, that holds."""
    return max((out.at for out in _optouts(message, channel, world) if out.lifted_at is None), default=None)


def _optouts(message: Message, channel: str, world: World) -> list[Optout]:
    mine = (out for out in world.facts.optouts if out.customer == message.enrolment.customer)
    return [out for out in mine if out.channel in (None, channel)]


def _opted_out_for_good(message: Message, channel: str, world: World) -> bool:
    silent = policy_of(message, world).silent
    return silent is None and _opted_out_at(message, channel, world) is not None


def _consents(message: Message, channel: str, t: datetime, world: World) -> bool:
    """Whether nothing more is needed, or the last word on it was a yes, and is newer than any opt-out."""
    if not policy_of(message, world).consent:
        return True
    heard = _opted_out_at(message, channel, world)
    said = [
        (word.at, not word.given)
        for word in world.facts.consents
        if word.customer == message.enrolment.customer
        and word.policy in (None, message.policy)
        and word.channel in (None, channel)
        and word.at <= t
    ]
    at, is_no = max(said, default=(t, True))
    return not is_no and (heard is None or at > heard)


def _inside(t: datetime, window: Window, world: World) -> bool:
    wall = moments.wall_of(t, world.zone)
    since_midnight = wall.hour * 60 + wall.minute
    words = words_of(wall.date(), world.model.calendar)
    return bool(words & set(window.days)) and window.start.minutes <= since_midnight < window.end.minutes


def _on_keyday(t: datetime, world: World) -> bool:
    return "keydays" in words_of(moments.day_of(t, world.zone), world.model.calendar)


def _within(cap: Cap, message: Message, t: datetime, world: World) -> bool:
    """Whether a cap leaves room for one more at `t`."""
    extra = policy_of(message, world).extra_on_keydays if _on_keyday(t, world) else 0
    used = [other for other in counted_with(message, world) if _counts(other, cap, message, t, world)]
    return len(used) < cap.count + extra


def _counts(other: Message, cap: Cap, message: Message, t: datetime, world: World) -> bool:
    assert other.counted_at is not None
    if cap.per == "record":
        record = message.enrolment.record
        return record is not None and other.enrolment.record is record
    if isinstance(cap.per, Duration):
        return other.counted_at <= t < moments.shift(other.counted_at, cap.per, world.zone)
    return moments.period_of(other.counted_at, cap.per, world.zone) == moments.period_of(
        t, cap.per, world.zone
    )


def _has_gap(message: Message, now: datetime, world: World) -> bool:
    """A cap for some over a shorter time than the gap replaces that too: a VIP once a week, others every ten days."""
    apart = policy_of(message, world).apart
    some = [cap for cap in caps_in_force(message, now, world) if cap.condition is not None]
    return apart is not None and not any(_days(cap.per) < _days(apart) for cap in some)


def _days(time: Period | Duration | Literal["record"]) -> float:
    """About how many days."""
    lengths = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
    if isinstance(time, Duration):
        return time.amount * lengths[time.unit]
    return lengths.get(time, inf)


def _far_enough(message: Message, t: datetime, world: World) -> bool:
    """Whether the policy's gap to every counted message is kept; on key days with an extra there is none."""
    policy = policy_of(message, world)
    if policy.apart is None or (policy.extra_on_keydays > 0 and _on_keyday(t, world)):
        return True
    return all(t >= _free_after(other, policy.apart, world) for other in counted_with(message, world))


def _free_after(other: Message, apart: Duration, world: World) -> datetime:
    assert other.counted_at is not None
    if apart.unit in ("minute", "hour"):
        return moments.shift(other.counted_at, apart, world.zone)
    day = moments.shift_day(moments.day_of(other.counted_at, world.zone), apart)
    return moments.midnight(day, world.zone)


def _instants(message: Message, now: datetime, end: datetime, world: World) -> Iterator[datetime]:
    """Every instant at which a message that may not go can become one that may."""
    policy, send, zone = policy_of(message, world), send_of(message, world), world.zone
    starts = [line.window.start for line in policy.windows] + [window.start for window in send.during]
    for day in moments.days_between(moments.day_of(now, zone), moments.day_of(end, zone)):
        for hour in range(24):
            yield moments.midnight(day, zone) + hour * moments.HOUR
        for start in starts:
            yield moments.clock_on(day, start, zone)
    for other in counted_with(message, world):
        assert other.counted_at is not None
        for cap in policy.caps:
            if isinstance(cap.per, Duration):
                yield moments.shift(other.counted_at, cap.per, zone)
        if policy.apart is not None:
            yield _free_after(other, policy.apart, world)
    for optout in world.facts.optouts:
        if policy.silent is not None:
            yield moments.shift(optout.at, policy.silent, zone)
