"""How long an sms is once it is filled in, and how many segments it takes. Values count by a stated assumption."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from dsl.model.conditions import Kind, Type
from dsl.texts.gsm import is_gsm, places_of
from dsl.texts.static_text import pieces

TEXT = 3
"""Characters that a value counts as when nothing else is known of it: a name has two or three in Chinese."""

ASSUMED: Mapping[Kind, int] = {
    "text": TEXT,
    "choice": TEXT,
    "number": 4,
    "money": 6,
    "flag": 5,
    "date": 10,
    "time": 16,
    "phone": 11,
    "email": 20,
}
"""Characters that a value of a type counts as, in its plain form."""

_NAME = re.compile(r"\{\{[-+]?\s*([\w.]+)")
_FILTER = re.compile(r"\|\s*(date|time|money|mask)\b\s*(?:\(\s*(?:'([^']*)'|\"([^\"]*)\"))?")
_DIRECTIVES = {"%Y": 4, "%a": 2, "%A": 3, "%%": 1}
_DIRECTIVE = re.compile(r"%-?[A-Za-z%]")
_FORMS = {"date": "%Y-%m-%d", "time": "%H:%M"}
_AMOUNT = 8  # of the filter `money`: 2,500.00
_MASKED = 11  # of the filter `mask`: 159****1234


class Size(NamedTuple):
    """An sms by its characters: those written, those assumed for its values, and its segments."""

    written: int
    assumed: int
    segments: int


def size(way: str, types: Mapping[str, Type]) -> Size:
    """The size of a text with its `{{ }}`; `types` are those of the names that it may use."""
    parts = list(pieces(way))
    written = "".join(text for text, is_value in parts if not is_value).strip()
    assumed = sum(_length(text, types) for text, is_value in parts if is_value)
    return Size(len_of(written), assumed, segments(written, assumed))


def len_of(text: str) -> int:
    """Places that a text takes: of GSM-7 when it is made of that alone, else UTF-16 units."""
    return sum(_places(text))


def segments(text: str, more: int = 0) -> int:
    """Segments of a text as an sms, with `more` characters of the same alphabet.

    One segment has 160 places in GSM-7 and 70 in UCS-2; several have 153 and 67 each, and no character is cut in two.
    """
    return len(_cut([*_places(text), *[1] * more], *_room(text)))


def cut(text: str) -> list[str]:
    """The text of each segment, as `segments` counts them."""
    ends = _cut(_places(text), *_room(text))
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _room(text: str) -> tuple[int, int]:
    """Places in a segment that is the only one, and in each of several."""
    return (160, 153) if is_gsm(text) else (70, 67)


def _places(text: str) -> list[int]:
    if is_gsm(text):
        return [places_of(character) for character in text]
    return [1 + (ord(character) > 0xFFFF) for character in text]


def _cut(places: list[int], one: int, each: int) -> list[int]:
    """Where each segment ends."""
    if sum(places) <= one:
        return [len(places)]
    ends, left = [], each
    for at, place in enumerate(places):
        if place > left:
            ends.append(at)
            left = each
        left -= place
    return [*ends, len(places)]


def _length(value: str, types: Mapping[str, Type]) -> int:
    """Characters that a `{{ … }}` is assumed to become."""
    filters = _FILTER.findall(value)
    if filters:
        name, *forms = filters[-1]
        if name == "money":
            return _AMOUNT
        if name == "mask":
            return _MASKED
        form = "".join(forms) or _FORMS[name]
        directives = _DIRECTIVE.findall(form)
        return len(_DIRECTIVE.sub("", form)) + sum(_DIRECTIVES.get(part, 2) for part in directives)
    named = _NAME.match(value)
    kind = types.get(named[1]) if named else None
    if kind is None:
        return TEXT
    return max(map(len, kind.choices)) if kind.choices else ASSUMED[kind.kind]
