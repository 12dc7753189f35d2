"""What a policy says of final texts: phrases it forbids, and those it requires in every SMS."""

from collections.abc import Iterator

from dsl.model import Policy
from engine.rendering import Text


def offences(text: Text, policy: Policy, channel: str) -> Iterator[str]:
    """Why a text may not go under a policy, in words; the first reason first."""
    whole = f"{text.subject or ''}\n{text.body}"
    for phrase in policy.forbid:
        if phrase.text in whole:
            yield f'forbid "{phrase.text}"'
    if channel == "sms":
        for phrase in policy.require:
            if phrase.text not in whole:
                yield f'require "{phrase.text}"'
