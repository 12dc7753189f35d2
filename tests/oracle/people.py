"""What people decide about messages, as the contract says: who may, for whom it counts, what it binds.

They are told apart by their roles. Who has none of those that are asked changes nothing.
"""

from datetime import datetime

from dsl.model.journeys import Send
from tests.oracle.facts import TAKEN_BACK, Beforehand, Message
from tests.oracle.messages import offences, policy_of, send_of, void
from tests.oracle.permits import Hold
from tests.oracle.world import World

Roles = frozenset[str]


def may(message: Message, roles: Roles) -> bool:
    """Whether a held message is for somebody with these roles."""
    return not message.asked or not roles.isdisjoint(message.asked)


def approve(message: Message, roles: Roles, now: datetime) -> None:
    """They let a held message go as it is shown, for all their roles; once nobody is left who must, it may go."""
    assert message.status == "held"
    if message.text is None or not may(message, roles):
        return
    message.bound = (message.channel, message.subject, message.text)
    message.signed |= roles.intersection(message.asked)
    message.asked = tuple(role for role in message.asked if role not in roles)
    if not message.asked:
        message.approved, message.status, message.until = True, "waiting", now


def rewrite(message: Message, text: str, via: int, now: datetime, world: World) -> None:
    """They write what it is to say on a channel; nothing comes of a text that its policy does not let pass."""
    channels = send_of(message, world).via
    channel = channels[via % len(channels)]
    if offences(None, text, channel, policy_of(message, world)):
        return
    message.written[channel] = text
    if message.channel in (None, channel):
        message.channel, message.subject, message.text = channel, None, text
    if message.status == "held":
        message.asked = tuple(dict.fromkeys((*sorted(message.signed), *message.asked)))
    else:
        message.status, message.counted_at = "waiting", None
    message.until = now
    void(message)


def may_be_rewritten(message: Message) -> bool:
    """Whether it is held, or was let go and is still here."""
    return message.status == "held" or (message.approved and message.status in TAKEN_BACK)


def foresee(name: str, count: int, roles: Roles, world: World) -> None:
    """They let the next so many messages of a name go without a look, for their roles among those that look at some."""
    own = roles & _looking(name, world)
    if not own:
        return
    beforehand = world.facts.beforehand
    beforehand[:] = [one for one in beforehand if one.message != name or own.isdisjoint(one.roles)]
    if count:
        beforehand.append(Beforehand(name, own, count))


def let_go_beforehand(message: Message, hold: Hold, world: World) -> list[Beforehand]:
    """What stands for all roles that must look at a message that nobody has seen yet; nothing where one is missing."""
    if hold.because != "review" or message.status == "held" or message.signed:
        return []
    found = []
    for role in hold.roles:
        some = (b for b in world.facts.beforehand if b.message == message.message and role in b.roles)
        standing = next((one for one in some if one.left), None)
        if standing is None:
            return []
        found += [standing] if standing not in found else []
    return found


def _looking(name: str, world: World) -> Roles:
    """The roles that must let messages of a name go, some or all of them."""
    found = set()
    for journey in world.model.journeys.values():
        for state in journey.states:
            for action in state.actions:
                if isinstance(action, Send) and action.message == name:
                    found |= {action.review} if action.review else set()
                    found |= {one.role for one in world.model.policies[action.policy].reviews}
    return frozenset(found)
