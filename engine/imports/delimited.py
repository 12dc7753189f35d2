"""CSV and TSV: every line is accounted for, a quote that nobody closed costs its own line and no other.

Python's reader takes an unclosed quote for a field that goes on to the end of the file. Here it is read strictly; when
that fails, the line on which the row began is bad and reading goes on with the next line.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import islice
from pathlib import Path

from dsl.wording import Phrase
from engine.errors import ImportFileError
from engine.imports.rows import CHUNK, Chunk, Unreadable
from engine.wording import say

_DELIMITERS = ",\t;|"


def read_delimited(path: Path, encoding: str, delimiter: str | None) -> Iterator[Chunk]:
    """The rows of a file whose first line that is not blank names the columns."""
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        reading = _Reading(file)
        reading.read_header(path, delimiter)
        yield from reading.chunks()


@dataclass(slots=True)
class _Reading:
    """How far a file has been read: `lines` are at hand, the first of them is line `number` of the file."""

    file: TextIOWrapper
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    lines: list[str] = field(default_factory=list)
    number: int = 1

    def read_header(self, path: Path, delimiter: str | None) -> None:
        while self._at_hand(0) and not self.lines[0].strip("\ufeff \t\r\n"):
            self._drop(1)
        if not self.lines:
            raise ImportFileError(
                say("{path}: empty", path=path), say("its first line must name the columns")
            )
        self.lines[0] = self.lines[0].removeprefix("\ufeff")
        self.delimiter = delimiter or max(_DELIMITERS, key=self.lines[0].count)
        used, names, reason = self._record(0)
        if reason:
            raise ImportFileError(
                say("{path}: line {number}: {reason}", path=path, number=self.number, reason=reason),
                say("mend the line of columns"),
            )
        self.columns = tuple(name.strip() for name in names)
        self._drop(used)

    def chunks(self) -> Iterator[Chunk]:
        if not self._at_hand(0):
            yield Chunk(self.columns, (), ())  # its columns may still be the wrong ones
        while self._at_hand(0):
            yield self._whole_lines() or self._careful()

    def _at_hand(self, index: int) -> bool:
        """Whether there is such a line, after reading on if need be."""
        if index >= len(self.lines):
            self.lines += islice(self.file, CHUNK)
        return index < len(self.lines)

    def _done(self) -> int:
        return int(self.file.buffer.tell())  # type: ignore[attr-defined]  # typeshed forgets that it can

    def _drop(self, count: int) -> None:
        del self.lines[:count]
        self.number += count

    def _whole_lines(self) -> Chunk | None:
        """The lines at hand if each is one whole row of the right length: nearly always, and fast."""
        try:
            rows = list(csv.reader(self.lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        if len(rows) != len(self.lines) or set(map(len, rows)) != {len(self.columns)}:
            return None
        numbers = range(self.number, self.number + len(rows))
        self._drop(len(rows))
        return Chunk(self.columns, numbers, rows, done=self._done())

    def _careful(self) -> Chunk:
        numbers: list[int] = []
        rows: list[list[str]] = []
        bad: list[Unreadable] = []
        index, wanted = 0, len(self.lines)
        while index < wanted:
            used, cells, reason = self._fitting_record(index)
            if reason:
                bad.append(Unreadable(self.number + index, cells, reason))
            elif cells:
                numbers.append(self.number + index)
                rows.append(cells)
            index += used
        self._drop(index)
        return Chunk(self.columns, numbers, rows, bad, done=self._done())

    def _fitting_record(self, start: int) -> tuple[int, list[str], Phrase | None]:
        """A row that has as many cells as there are columns, or the reason why there is none."""
        used, cells, reason = self._record(start)
        width = len(self.columns)
        if not reason and not cells:
            return used, [], None  # a blank line
        if not reason and len(cells) > width and not any(cells[width:]):
            del cells[width:]
        if not reason and len(cells) != width:
            reason = say("{cells} cells, but {columns} columns", cells=len(cells), columns=width)
            if used > 1:  # more likely an unclosed quote that met another one
                return 1, self._cells_of_line(start), say("a quote that is not closed on its line")
        return used, cells, reason

    def _record(self, start: int) -> tuple[int, list[str], Phrase | None]:
        """How many lines the row that begins there takes, its cells, and what is wrong with it."""
        used = 0

        def feed() -> Iterator[str]:
            nonlocal used
            while self._at_hand(start + used):
                used += 1
                yield self.lines[start + used - 1]

        try:
            cells = next(csv.reader(feed(), delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            return 1, self._cells_of_line(start), _reason(str(error))
        return used, cells, None

    def _cells_of_line(self, index: int) -> list[str]:
        """A bad line as well as it can be read, for the file of rejects."""
        line = self.lines[index].rstrip("\r\n")
        try:
            return next(csv.reader([line], delimiter=self.delimiter), [])
        except csv.Error:
            return [line]


def _reason(error: str) -> Phrase:
    if "end of data" in error:
        return say("a quote that is never closed")
    if "field limit" in error:
        return say("a cell of more than 131,072 characters, or a quote that is never closed")
    if "expected after" in error:
        return say("text after a closing quote, or a quote that is not closed on its line")
    return say("not CSV: {error}", error=error)
