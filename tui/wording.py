"""The room's sentences, and the one way by which texts reach the screen: translated, and nothing hidden in them."""

import re
from collections.abc import Mapping

from dsl.wording import Pattern, Phrase, phrase
from engine.terminal import words
from engine.visible import visible

_PACKAGE = "tui"

UNKNOWN = "—"
"""Stands for a number of which nothing is known: neither nothing at all, nor none."""


def say(pattern: str, /, **values: object) -> Phrase:
    """A sentence with its values filled in."""
    return phrase(Pattern(pattern, _PACKAGE), values)


def say_number(one: str, many: str, /, n: int, **values: object) -> Phrase:
    """A sentence that reads otherwise for one than for other numbers; `{n}` is the number."""
    return phrase(Pattern(one, _PACKAGE, many=many), {"n": n, **values})


def say_as(sense: str, word: str, /) -> Phrase:
    """A word that other languages say differently by its sense."""
    return phrase(Pattern(word, _PACKAGE, sense=sense), {})


def told(text: object, *, lines: bool = False) -> str:
    """A text as it may stand on the screen: controls and hidden characters are marks. `lines` keeps line ends."""
    if text is None:
        return ""
    return visible(words(text) if isinstance(text, str) else str(text), lines=lines)


_COMMAND = re.compile(r"\bhoming [a-z]|(?<!\w)--[a-z]")


def advice(hint: str) -> str:
    """What of a hint helps in the room, where there are keys: nothing of commands and their options."""
    values = hint.values if isinstance(hint, Phrase) else {}
    kept = values["hint"] if values.keys() == {"hint", "command"} else hint
    pattern = kept.pattern.text if isinstance(kept, Phrase) else str(kept)
    return "" if _COMMAND.search(pattern) or not isinstance(kept, str) else kept


def named(text: str, names: Mapping[str, str]) -> str:
    """A sentence with what people know instead of ids."""
    if not isinstance(text, Phrase):
        return names.get(text, text)
    values = {key: named(one, names) if isinstance(one, str) else one for key, one in text.values.items()}
    return phrase(text.pattern, values)


_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def age(milliseconds: int) -> Phrase:
    """How long something takes or has taken, in the largest unit that says enough."""
    for unit, said in ((_DAY, _days), (_HOUR, _hours), (_MINUTE, _minutes)):
        if milliseconds >= unit:
            return said(milliseconds // unit)
    return say("less than a minute")


def _days(number: int) -> Phrase:
    return say_number("{n} day", "{n} days", n=number)


def _hours(number: int) -> Phrase:
    return say_number("{n} hour", "{n} hours", n=number)


def _minutes(number: int) -> Phrase:
    return say_number("{n} minute", "{n} minutes", n=number)
