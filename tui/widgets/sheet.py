"""A text with line numbers beside another, or changed from it, and notes under lines: as rows of the screen.

Values and functions alone. Texts come as they may be shown; `look` names what a piece of a line is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, zip_longest

from rich.cells import cell_len

AROUND = 3
"""Lines shown before and behind what has changed, where only that is shown."""

_HANGING, _DEEPEST = 2, 16
"""Cells by which a line that goes on stands further right, and by how many at most."""

_OPENING = '"“‘（《「【'
_CLOSING = "，。、；：？！）》」』”’…"


@dataclass(frozen=True, slots=True)
class Line:
    """`number`: 0 where it has none. `pieces`: from, up to, look. `mark`: what it is to the other side."""

    number: int
    text: str
    pieces: tuple[tuple[int, int, str], ...] = ()
    mark: str = " "


@dataclass(frozen=True, slots=True)
class Note:
    """Stands under the line of that number of the new text. `key`: by which one goes to it."""

    number: int
    key: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines that stand beside each other. Where both sides are `same`, one of them is enough."""

    old: tuple[Line, ...]
    new: tuple[Line, ...]
    same: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of it. `name`: another one is read from its top."""

    name: str
    stretches: tuple[Stretch, ...]
    notes: tuple[Note, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the sides do."""
        return any(not one.same for one in self.stretches)


@dataclass(frozen=True, slots=True)
class Part:
    """What of a line fits on one line of the screen, so far from the left. `note`: the key of the note it is of."""

    line: Line
    start: int
    end: int
    indent: int
    note: str | None = None

    @property
    def is_news(self) -> bool:
        """Whether it is what one looks for: something that has changed, or a note."""
        return self.note is not None or self.line.mark != " "


Row = tuple[Part | None, Part | None]
"""Left and right; a text alone is on the right."""


def compared(old: tuple[Line, ...], new: tuple[Line, ...], *, around: int | None = None) -> Iterator[Stretch]:
    """The lines of both sides; `around`: only so many of those that are the same."""
    matcher = SequenceMatcher(None, [line.text for line in old], [line.text for line in new])
    groups: Iterable[Iterable[tuple[str, int, int, int, int]]] = [matcher.get_opcodes()]
    if around is not None:
        groups = matcher.get_grouped_opcodes(around)
    for place, group in enumerate(groups):
        if place:
            yield Stretch((_CUT,), (_CUT,), same=True)
        for kind, first, last, start, end in group:
            yield _stretch(old[first:last], new[start:end], same=kind == "equal")


_CUT = Line(0, "⋯")


def _stretch(old: tuple[Line, ...], new: tuple[Line, ...], *, same: bool) -> Stretch:
    return Stretch(old, new, same) if same else Stretch(_marked(old, "-"), _marked(new, "+"), same)


def _marked(lines: Iterable[Line], mark: str) -> tuple[Line, ...]:
    return tuple(Line(line.number, line.text, line.pieces, mark) for line in lines)


def laid_out(sheet: Sheet, width: int, *, beside: bool) -> list[Row]:
    """The rows of a sheet, each side as wide as that: both sides `beside` each other, or one text with its changes."""
    notes: dict[int, list[Note]] = {}
    for note in sheet.notes:
        notes.setdefault(note.number, []).append(note)
    rows: list[Row] = [*_noted(notes.pop(0, []), width)]
    for one in sheet.stretches:
        lefts: Iterable[Line | None] = one.old
        if one.same and not beside:
            lefts = ()
        elif not beside:
            rows += [(None, part) for line in one.old for part in _parts(line, width)]
            lefts = ()
        for left, right in zip_longest(lefts, one.new):
            rows += zip_longest(_parts(left, width), _parts(right, width))
            if right is not None:
                rows += _noted(notes.pop(right.number, []), width)
    return [*rows, *_noted(chain.from_iterable(notes.values()), width)]


def _noted(notes: Iterable[Note], width: int) -> Iterator[Row]:
    for note in notes:
        for line in note.lines:
            yield from ((None, part) for part in _parts(line, width, note.key))


def _parts(line: Line | None, width: int, note: str | None = None) -> list[Part]:
    if line is None:
        return []
    indent = min(_DEEPEST, len(line.text) - len(line.text.lstrip(" ")) + _HANGING)
    return [
        Part(line, start, end, indent if start else 0, note) for start, end in folds(line.text, width, indent)
    ]


def folds(text: str, width: int, indent: int = 0) -> list[tuple[int, int]]:
    """Where a text is cut into lines of so many cells, all but the first shorter by `indent`: not within words."""
    if cell_len(text) <= width:
        return [(0, len(text))]
    found, start = [], 0
    while start < len(text):
        end = _end(text, start, max(2, width - (indent if start else 0)))
        found.append((start, end))
        start = end
    return found


def _end(text: str, start: int, width: int) -> int:
    """Chinese is cut anywhere but before what closes or behind what opens, ASCII behind a space where there is one."""
    room, place = width, start
    while place < len(text) and (room := room - cell_len(text[place])) >= 0:
        place += 1
    if place == len(text):
        return place
    space = text.rfind(" ", start, place) + 1
    if text[place - 1 : place + 1].isascii() and text[start:space].strip():
        return space
    while (text[place] in _CLOSING or text[place - 1] in _OPENING) and place > start + 1:
        place -= 1
    return place
