"""What a preapproval is of: a message and all that the rules say of sending it. Knows the model alone."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from dsl.model.journeys import Send
from dsl.model.model import Model

_MARK = "beforehand "


def is_beforehand(approved_text: str | None, model: Model, name: str) -> bool:
    """Whether what is noted on a message says that it was approved beforehand, under rules that hold still."""
    return approved_text is not None and approved_text == mark_of(model, name)


def mark_of(model: Model, name: str) -> str:
    """What is noted on messages that were approved beforehand."""
    return _MARK + digest_of(model, name)


def digest_of(model: Model, name: str) -> str:
    """What stands for a message and all that rules say of sending it."""
    return sha256(repr(list(_said(model, name))).encode()).hexdigest()


def roles_reviewing(model: Model, name: str) -> set[str]:
    """The roles that must let messages of a name go, some or all of them."""
    sends = [send for _, send in _sends(model, name)]
    own = {send.review for send in sends if send.review}
    return own | {review.role for send in sends for review in model.policies[send.policy].reviews}


def _said(model: Model, name: str) -> Iterator[Any]:
    for variant in model.messages[name].variants:
        yield variant.channel, variant.subject, variant.body
    for place, send in _sends(model, name):
        policy = model.policies[send.policy]
        yield place, send.via, send.policy, send.review
        yield [phrase.text for phrase in policy.forbid], [phrase.text for phrase in policy.require]
        yield [(review.role, review.span.text) for review in policy.reviews]


def _sends(model: Model, name: str) -> Iterator[tuple[str, Send]]:
    for journey in model.journeys.values():
        for state in journey.states:
            for action in state.actions:
                if isinstance(action, Send) and action.message == name:
                    yield f"{journey.name}/{state.name}", action
