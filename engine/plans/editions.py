"""Editions: a message as it reads, under a policy that watches it. Made of the model alone.

What counts as a change is the message's own definition: its variants with their subjects and bodies, files included.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from dsl.model.journeys import Send
from dsl.model.model import Message, Model, Policy


class Edition(NamedTuple):
    """The policy and the message of an edition, and its name among the symbols of kind `edition`."""

    policy: Policy
    message: Message
    name: str


def edition_of(policy: Policy, message: Message) -> Edition | None:
    """The edition of a message under a policy; None where the policy watches nothing."""
    if not (policy.sample or policy.pilot or policy.stop_at is not None):
        return None
    return Edition(policy, message, f"{policy.name}/{message.name}/{_digest(message)}")


def editions(model: Model) -> Mapping[str, Edition]:
    """Every edition that a rule set sends, by name."""
    sends = (
        action
        for journey in model.journeys.values()
        for state in journey.states
        for action in state.actions
        if isinstance(action, Send)
    )
    found = (edition_of(model.policies[send.policy], model.messages[send.message]) for send in sends)
    return {one.name: one for one in found if one is not None}


def names_in(name: str) -> tuple[str, str]:
    """The policy and the message of an edition's name."""
    policy, message, _ = name.split("/")
    return policy, message


def _digest(message: Message) -> str:
    parts = [part for one in message.variants for part in (one.channel, one.subject or "", one.body)]
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
