"""Sentences that remember how they were made. Knows no grammar, no places, no language.

A `Phrase` is an ordinary string in English; its pattern and values let `dsl.translation` say it in another language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple


class Pattern(NamedTuple):
    """A sentence with places for values, as the catalogue of a package knows it.

    `many`: its form for other numbers than one, of the value `n`. `sense` tells apart what English says with one word.
    """

    text: str
    package: str = "dsl"
    many: str = ""
    sense: str = ""


class Phrase(str):
    """Text made from a pattern such as "There is no {kind} `{name}`." and its values, some of them phrases too."""

    __slots__ = ("pattern", "values")
    pattern: Pattern
    values: Mapping[str, object]

    def __reduce__(self) -> tuple[object, ...]:
        return phrase, (self.pattern, self.values)


Hint = Phrase | Literal[""]
"""What to do about something; "" for nothing in particular."""


def phrase(pattern: Pattern, values: Mapping[str, object]) -> Phrase:
    """The pattern with its values filled in. Without values nothing is filled in, and braces are braces."""
    text = pattern.many if pattern.many and values["n"] != 1 else pattern.text
    made = Phrase(text.format(**values) if values else text)
    made.pattern, made.values = pattern, values
    return made


def say(pattern: str, /, **values: object) -> Phrase:
    """A sentence of this package."""
    return phrase(Pattern(pattern), values)


def say_number(one: str, many: str, /, n: int, **values: object) -> Phrase:
    """A sentence of this package that reads otherwise for one than for other numbers; `{n}` is the number."""
    return phrase(Pattern(one, many=many), {"n": n, **values})


@dataclass(frozen=True, slots=True)
class Series:
    """Several texts as one value of a phrase, with what stands between them."""

    parts: tuple[str, ...]
    between: str = say(", ")

    def __str__(self) -> str:
        return self.between.join(self.parts)


def listed(names: Iterable[str], most: int = 8) -> Series:
    """`a, b, c`, cut after `most` names."""
    names = tuple(names)
    return Series(names[:most] + ("…",) * (len(names) > most))
