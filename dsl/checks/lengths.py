"""How many segments an sms is billed as."""

import re
from collections.abc import Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.wording import say

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")  # each takes two places
_FILLED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def check_lengths(subject: Subject) -> Iterator[Diagnostic]:
    """`sms-length`: of the static text alone, so a filled-in message can only be longer."""
    for decl in subject.catalog.messages.values():
        for variant in decl.variants:
            if variant.channel.text != "sms" or variant.body is None:
                continue
            count, size = segments(_FILLED.sub("", variant.body.value).strip())
            if count > 1:
                message = say(
                    "This sms has {size} characters and takes at least {count} segments.",
                    size=size,
                    count=count,
                )
                hint = say("One segment holds 70 characters (160 without Chinese); each is paid for.")
                yield Diagnostic("sms-length", "info", variant.span, message, hint)


def segments(text: str) -> tuple[int, int]:
    """Segments of a text as an sms, and its length: 70 / 67 UCS-2 characters, 160 / 153 of GSM-7."""
    if all(character in _GSM or character in _GSM_TWICE for character in text):
        size = len(text) + sum(character in _GSM_TWICE for character in text)
        return _cut(size, 160, 153), size
    size = len(text.encode("utf-16-le")) // 2
    return _cut(size, 70, 67), size


def _cut(size: int, one: int, each: int) -> int:
    return 1 if size <= one else -(-size // each)
