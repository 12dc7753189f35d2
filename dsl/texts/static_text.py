"""What stands in a template before it is filled in: its words, and the ways they can read. Knows no customers."""

import re
from collections.abc import Iterator
from itertools import islice, product

FILLED = "\0"
"""Stands for what is filled in; no phrase can contain it."""

_QUOTED = r"\"[^\"\n]*\"|'[^'\n]*'"
_FILLED = re.compile(
    rf"\{{\{{(?:{_QUOTED}|(?!\}}\}}).)*+\}}\}}|\{{%(?:{_QUOTED}|(?!%\}}).)*+%\}}|\{{#.*?#\}}", re.DOTALL
)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_BLOCK = re.compile(r"\{%[-+]?\s*(if|elif|else|endif)\b.*?%\}", re.DOTALL)
_MARKUP = re.compile(
    r"<!--.*?-->|<(style|script|title)\b.*?</\1\s*>|<[!/]?[a-z][^<>]*>", re.DOTALL | re.IGNORECASE
)
_MOST = 256  # ways of a template that are looked at


def masked(template: str) -> str:
    """The template with everything filled in replaced by signs that are no text, each character at its place."""
    return _FILLED.sub(_blanked, template)


def without_markup(text: str) -> str:
    """HTML with its tags, styles and comments replaced in the same way."""
    return _MARKUP.sub(_blanked, text)


def ways(template: str) -> list[str]:
    """How a template can read by its `{% if %}`; values stand in it as they are written."""
    return _read(_BLOCK.split(_COMMENT.sub("", template)), 0)[0]


def pieces(way: str) -> Iterator[tuple[str, bool]]:
    """What one of the `ways` is made of: texts, and `{{ … }}` with True."""
    start = 0
    for found in _FILLED.finditer(way):
        yield way[start : found.start()], False
        yield found[0], True
        start = found.end()
    yield way[start:], False


def lacks(template: str, phrase: str) -> bool:
    """Whether a phrase is missing in a way the template can read, and no value next to a part of it can bring it."""
    return not all(phrase in way or _may_bring(way, phrase) for way in ways(template))


def _may_bring(way: str, phrase: str) -> bool:
    way = "".join(FILLED if is_value else text for text, is_value in pieces(way))
    return any(
        f"{phrase[:start]}{FILLED}{phrase[end:]}" in way
        for start in range(len(phrase))
        for end in range(start + 1, len(phrase) + 1)
        if start or end < len(phrase)
    )


def _read(parts: list[str], place: int) -> tuple[list[str], int]:
    """The ways of a stretch up to the tag that ends it, and where that tag stands: tags are at odd places."""
    found = [parts[place]]
    place += 1
    while place < len(parts) and parts[place] == "if":
        inner, place = _branches(parts, place)
        found = [before + branch + parts[place] for before, branch in islice(product(found, inner), _MOST)]
        place += 1
    return found, place


def _branches(parts: list[str], place: int) -> tuple[list[str], int]:
    """The ways of an `if` with its `elif` and `else`, and the place of the text after its end."""
    found: list[str] = []
    tag = "if"
    while place < len(parts) and tag != "endif":
        last = tag
        inner, place = _read(parts, place + 1)
        found += inner
        tag = parts[place] if place < len(parts) else "endif"
    if last != "else":
        found.append("")
    return found, min(place + 1, len(parts) - 1)


def _blanked(piece: re.Match[str]) -> str:
    return "".join("\n" if character == "\n" else FILLED for character in piece[0])
