"""How many segments an sms is billed as."""

from collections.abc import Iterator, Mapping

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.conditions import Type
from dsl.texts.passages import Letter, letters_of
from dsl.texts.segments import Size, size
from dsl.texts.static_text import ways
from dsl.wording import say

_SMS = "sms"


def check_lengths(subject: Subject) -> Iterator[Diagnostic]:
    """`sms-length`: of the longest way that a text can read, its values counted by assumption."""
    types = _types(subject)
    for name, decl in subject.catalog.messages.items():
        for letter in letters_of(decl, subject.model.messages[name]):
            if letter.channel == _SMS:
                longest = max((size(way, types) for way in ways(letter.body)), key=_length)
                if longest.segments > 1:
                    yield _too_long(letter, longest)


def _length(found: Size) -> tuple[int, int]:
    return found.segments, found.written + found.assumed


def _too_long(letter: Letter, found: Size) -> Diagnostic:
    hint = say("One segment holds 70 characters (160 without Chinese); each is paid for.")
    if found.assumed:
        message = say(
            "This sms takes {count} segments: {written} characters as written, and about {assumed} filled in.",
            count=found.segments,
            written=found.written,
            assumed=found.assumed,
        )
    else:
        message = say(
            "This sms has {size} characters and takes {count} segments.",
            size=found.written,
            count=found.segments,
        )
    return Diagnostic("sms-length", "info", letter.place, message, hint, letter.passages[-1].also)


def _types(subject: Subject) -> Mapping[str, Type]:
    """Types of what templates may name; where a field of two records differs, either will do."""
    fields = {
        name: field.type
        for kind in subject.catalog.records.values()
        for field in kind.fields
        for name in (field.name, f"{kind.name}.{field.name}")
    }
    return fields | dict(subject.catalog.customer)
