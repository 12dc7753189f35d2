"""A chunk of rows as columns of stored values; rows with a value that cannot be taken are set aside.

Works column by column: most columns repeat their values, so each different text is read once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

from dsl.wording import Phrase
from engine.imports.columns import Matched
from engine.imports.rows import Chunk, Unreadable
from engine.storage.bad_values import BadValueError
from engine.storage.values import Reader, Stored
from engine.wording import say

_REMEMBERED = 15_000  # different texts of one column


class Remembered(dict[object, Stored]):
    """What a reader made of texts that it has seen."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self.read = read

    def reader(self) -> Reader:
        """The way through memory, as long as there is some: a column without repetition is read directly."""
        return self.__getitem__ if len(self) < _REMEMBERED else self.read

    def __missing__(self, raw: object) -> Stored:
        value = self.read(raw)
        if len(self) < _REMEMBERED:
            self[raw] = value
        return value


@dataclass(frozen=True, slots=True)
class Columns:
    """Values by field, all of equal length; `numbers` as in Chunk. `bad`: the rows that are not among them.

    `digests` of events; empty: still to be made.
    """

    numbers: Sequence[int]
    values: Mapping[str, Sequence[Stored]]
    bad: Sequence[Unreadable]
    digests: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Converter:
    """Converts one file: how each field is read, and which may not be missing."""

    readers: Mapping[str, Reader]
    required: frozenset[str]
    memory: Mapping[str, Remembered]

    def convert(self, chunk: Chunk, matched: Matched) -> Columns:
        """Every good row's values, and the bad ones with their reasons."""
        cells = list(zip(*chunk.rows, strict=True)) if chunk.rows else [()] * len(chunk.columns)
        reasons: dict[int, Phrase] = {}
        values: dict[str, Sequence[Stored]] = {}
        for field in self.required - matched.places.keys():
            _refuse_missing([None] * len(chunk.rows), field, reasons)
        for field, place in matched.places.items():
            column = cells[place]
            read = self.readers[field] if chunk.typed else self.memory[field].reader()
            values[field] = _converted(column, read, field, reasons)
            if field in self.required and None in values[field]:
                _refuse_missing(values[field], field, reasons)
        return _without(chunk, values, reasons)


def make_converter(readers: Mapping[str, Reader], required: Sequence[str]) -> Converter:
    """A converter for one file."""
    memory = {field: Remembered(read) for field, read in readers.items()}
    return Converter(readers, frozenset(required), memory)


def _converted(
    column: Sequence[object], read: Callable[[object], Stored], field: str, reasons: dict[int, Phrase]
) -> list[Stored]:
    try:
        return list(map(read, column))
    except BadValueError:
        return [_one(cell, read, field, row, reasons) for row, cell in enumerate(column)]


def _one(
    cell: object, read: Callable[[object], Stored], field: str, row: int, reasons: dict[int, Phrase]
) -> Stored:
    try:
        return read(cell)
    except BadValueError as error:
        reasons.setdefault(row, say("{field}: {reason}", field=field, reason=error.reason))
        return None


def _refuse_missing(values: Sequence[Stored], field: str, reasons: dict[int, Phrase]) -> None:
    for row, value in enumerate(values):
        if value is None:
            reasons.setdefault(row, say("{field}: missing", field=field))


def _without(chunk: Chunk, values: Mapping[str, Sequence[Stored]], reasons: Mapping[int, Phrase]) -> Columns:
    if not reasons:
        return Columns(chunk.numbers, values, chunk.bad)
    good = [row not in reasons for row in range(len(chunk.rows))]
    bad = [Unreadable(chunk.numbers[row], chunk.rows[row], reasons[row]) for row in sorted(reasons)]
    return Columns(
        list(compress(chunk.numbers, good)),
        {field: list(compress(column, good)) for field, column in values.items()},
        [*chunk.bad, *bad],
    )
