"""How long an sms is once it is filled in, and how many segments it takes. Values count by a stated assumption."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from dsl.model.conditions import Kind, Type
from dsl.texts.static_text import pieces

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")  # each takes two places

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
    places = [*_places(text), *[1] * more]
    one, each = (160, 153) if _is_gsm(text) else (70, 67)
    return 1 if sum(places) <= one else _cut(places, each)


def _is_gsm(text: str) -> bool:
    return all(character in _GSM or character in _GSM_TWICE for character in text)


def _places(text: str) -> list[int]:
    if _is_gsm(text):
        return [1 + (character in _GSM_TWICE) for character in text]
    return [1 + (ord(character) > 0xFFFF) for character in text]


def _cut(places: list[int], each: int) -> int:
    count, left = 0, 0
    for place in places:
        if place > left:
            count, left = count + 1, each
        left -= place
    return count


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
