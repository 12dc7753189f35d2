"""Policies that watch a message, as the contract says: who is among the first, has a pilot arrived, who has had enough.

Rules never change in a history: what is watched of a message is known by its policy and its name.
"""

from datetime import datetime, timedelta

from dsl.model.model import Policy
from tests.oracle.facts import TAKEN_BACK, Message
from tests.oracle.messages import void
from tests.oracle.world import World

ANSWERS, RECEIPTS = timedelta(days=7), timedelta(hours=72)
PLACED = ("ready", "sending", "unknown", "sent", "delivered", "failed")


def oversee(now: datetime, world: World, *, begins: bool) -> None:
    """Bring everything watched up to date; `begins`: for a run, in which freed places stay free."""
    _hear(now, world)
    facts = world.facts
    for policy in world.model.policies.values():
        for name in world.model.messages:
            key, mine = (policy.name, name), _of(policy.name, name, world)
            sent, left = sum(m.sent_at is not None for m in mine), sum(m.opted_out for m in mine)
            if policy.stop_at is not None and left > sent * policy.stop_at / 100:
                _stop(mine, stopped=key in facts.stopped)
                facts.stopped.add(key)
            if policy.pilot is not None and facts.pilots.get(key) != "passed":
                verdict = _verdict(policy, mine, now)
                if verdict == "failed":
                    _stop(mine, stopped=facts.pilots.get(key) == "failed")
                facts.pilots[key] = verdict
            facts.places[key] = _placed(mine) if begins else 0


def _stop(messages: list[Message], *, stopped: bool) -> None:
    """What somebody let go before that, and has not left, is to be looked at again."""
    for message in messages:
        if not stopped and message.approved and message.status in TAKEN_BACK:
            void(message)


def held(message: Message, world: World) -> bool:
    """Whether a person must look at a message, since it is among the first, or should not go any more."""
    if message.approved:
        return False
    key, mine = _key(message), _of(message.policy, message.message, world)
    if sum(m.sampled for m in mine) < world.model.policies[message.policy].sample:
        message.sampled = True
    return message.sampled or key in world.facts.stopped or world.facts.pilots.get(key) == "failed"


def must_wait(message: Message, world: World) -> bool:
    """Whether all places of a pilot under way are taken."""
    pilot, key = world.model.policies[message.policy].pilot, _key(message)
    if pilot is None or world.facts.pilots.get(key, "open") != "open":
        return False
    taken = max(world.facts.places.get(key, 0), _placed(_of(*key, world)))
    return taken >= pilot[0]


def take_place(message: Message, world: World) -> None:
    """A message goes with the pilot, if there is one under way."""
    key, pilot = _key(message), world.model.policies[message.policy].pilot
    if pilot is not None and world.facts.pilots.get(key, "open") == "open":
        places = world.facts.places
        places[key] = max(places.get(key, 0), _placed(_of(*key, world))) + 1
        message.piloted = True


def _key(message: Message) -> tuple[str, str]:
    return message.policy, message.message


def _of(policy: str, name: str, world: World) -> list[Message]:
    return [m for m in world.facts.messages if (m.policy, m.message) == (policy, name)]


def _placed(messages: list[Message]) -> int:
    return sum(m.piloted and m.status in PLACED for m in messages)


def _verdict(policy: Policy, messages: list[Message], now: datetime) -> str:
    assert policy.pilot is not None
    count, share = policy.pilot
    pilot = [m for m in messages if m.piloted and m.status in PLACED]
    arrived = sum(m.status == "delivered" for m in pilot)
    failed = sum(m.status == "failed" for m in pilot)
    failed += sum(m.status == "sent" and m.sent_at is not None and m.sent_at <= now - RECEIPTS for m in pilot)
    if arrived > count * share / 100:
        return "passed"
    return "failed" if count - failed <= count * share / 100 else "open"


def _hear(now: datetime, world: World) -> None:
    """Put each opt-out that is new to the last message that came to the customer before it."""
    facts = world.facts
    for customer in facts.customers:
        for event in facts.events_of(customer, "optout", now):
            if event.seq not in facts.heard:
                facts.heard.add(event.seq)
                _put_down(customer, event.at, event.fields.get("channel"), world)


def _put_down(customer: str, at: datetime, channel: str | None, world: World) -> None:
    came = [
        (m.sent_at, m)
        for m in world.facts.messages_of(customer)
        if m.status in ("sent", "delivered")
        and m.sent_at is not None
        and at - ANSWERS < m.sent_at <= at
        and channel in (None, m.channel)
    ]
    if came:
        max(came, key=lambda one: one[0])[1].opted_out = True
