"""Sentences that remember how they were made, and the words for types. Knows no grammar and no places.

A `Phrase` is an ordinary string in English; its pattern and values let a renderer say it in another language.
"""

from collections.abc import Iterable, Mapping

from dsl.conditions import Kind, Type


class Phrase(str):
    """Text made from a pattern such as "There is no {kind} `{name}`." and its values."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: Mapping[str, object]


def say(pattern: str, /, **values: object) -> Phrase:
    """The pattern with its values filled in."""
    phrase = Phrase(pattern.format(**values) if values else pattern)
    phrase.pattern, phrase.values = pattern, values
    return phrase


TYPE_WORDS: Mapping[Kind, Phrase] = {
    "text": say("text"),
    "number": say("a number"),
    "money": say("an amount of money"),
    "flag": say("a condition (true or false)"),
    "date": say("a date"),
    "time": say("a time"),
    "phone": say("a phone number"),
    "email": say("an e-mail address"),
}


def type_words(kind: Type) -> Phrase:
    """A type in words: "a number", "one of regular, vip"."""
    if kind.kind == "choice":
        return say("one of {words}", words=listed(kind.choices))
    return TYPE_WORDS[kind.kind]


def listed(names: Iterable[str], most: int = 8) -> str:
    """`a, b, c`, cut after `most` names."""
    names = list(names)
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
