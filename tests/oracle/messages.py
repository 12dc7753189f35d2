"""A message and what the rules say of it: its policy, action and text; what is wrong with that, who has let it go."""

from datetime import datetime

from dsl.model import journeys as m
from dsl.model.model import Policy
from tests.oracle.facts import Message
from tests.oracle.texts import UnknownValueError, render
from tests.oracle.world import Scope, World


def policy_of(message: Message, world: World) -> Policy:
    """The policy a message goes under."""
    return world.model.policies[message.policy]


def send_of(message: Message, world: World) -> m.Send:
    """The action that wanted a message."""
    journey = world.model.journeys[message.enrolment.journey]
    state = message.enrolment.visits[message.visit - 1].state
    assert state is not None
    action = next(action for action in journey.state(state).actions if action.number == message.action)
    assert isinstance(action, m.Send)
    return action


def scope_of(message: Message, now: datetime, world: World) -> Scope:
    """Whom the conditions of a policy are asked of."""
    enrolment = message.enrolment
    return Scope(world, now, world.facts.customers[enrolment.customer], enrolment.record, enrolment)


def worded(message: Message, channel: str, now: datetime, world: World) -> tuple[str | None, str]:
    """Its subject and text by a channel, as somebody wrote it, else as the rules make it; UnknownValueError."""
    if channel in message.written:
        return None, message.written[channel]
    variant = world.model.messages[message.message].variant(channel)
    assert variant is not None
    return render(variant, scope_of(message, now, world), world)


def fault(message: Message, channel: str, now: datetime, world: World) -> str | None:
    """Why a person must look at the text before it goes; None when nobody must, or somebody has."""
    if message.approved:
        return None
    try:
        subject, body = worded(message, channel, now, world)
    except UnknownValueError as error:
        return f"text: {error}"
    broken = offences(subject, body, channel, policy_of(message, world))
    return next(iter(broken), "written" if channel in message.written else None)


def offences(subject: str | None, body: str, channel: str, policy: Policy) -> list[str]:
    """What of its policy a text breaks."""
    whole = f"{subject or ''}\n{body}"
    broken = [f"forbid {item.text}" for item in policy.forbid if item.text in whole]
    if channel == "sms":
        broken += [f"require {item.text}" for item in policy.require if item.text not in body]
    return broken


def is_bound(message: Message) -> bool:
    """Whether somebody has let it go, for one role at least."""
    return message.approved or bool(message.signed)


def still_holds(message: Message, channel: str, now: datetime, world: World) -> bool:
    """Whether what people let go is what would go by this channel."""
    try:
        subject, body = worded(message, channel, now, world)
    except UnknownValueError:
        return False
    if message.bound == "beforehand":
        return not offences(subject, body, channel, policy_of(message, world))
    return message.bound == (channel, subject, body)


def void(message: Message) -> None:
    """Nothing that was let go holds any more."""
    message.approved, message.signed, message.bound = False, frozenset(), None
