"""The words for types: "a number", "one of regular, vip"."""

from collections.abc import Mapping

from dsl.model.conditions import Kind, Type
from dsl.wording import Phrase, listed, say

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
