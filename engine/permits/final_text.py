"""The last look at a text before a customer may get it: `forbid` and `require` of its policy."""

from collections.abc import Iterator, Sequence

from dsl.model.model import Policy
from engine.permits.rules import Rule
from engine.texts.rendering import Text


def offences(text: Text, policy: Policy, channel: str) -> tuple[Rule, ...]:
    """The rules that a text breaks, as `forbid "清仓"`; phrases count as they are written, width included.

    What is required must stand in every SMS; subjects are looked through for what is forbidden too.
    """
    return tuple(_offences(text, policy, channel))


def clean(texts: Sequence[Text], policy: Policy, channel: str) -> bool:
    """Whether certainly none of these texts breaks a rule: what is forbidden is looked for in all of them at once."""
    whole = "\0".join(f"{text.subject}\n{text.body}" if text.subject else text.body for text in texts)
    if any(phrase.text in whole for phrase in policy.forbid):
        return False
    required = [phrase.text for phrase in policy.require] if channel == "sms" else []
    return all(phrase in text.body for phrase in required for text in texts)


def _offences(text: Text, policy: Policy, channel: str) -> Iterator[Rule]:
    whole = text.body if text.subject is None else f"{text.subject}\n{text.body}"
    for phrase in policy.forbid:
        if phrase.text in whole:
            yield Rule(f'forbid "{phrase.text}"', phrase.span)
    for phrase in policy.require if channel == "sms" else ():
        if phrase.text not in text.body:
            yield Rule(f'require "{phrase.text}"', phrase.span)
