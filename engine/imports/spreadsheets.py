"""Excel files: the first sheet, its first row that is not empty names the columns."""

import warnings
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from dsl.wording import Phrase
from engine.errors import ImportFileError
from engine.imports.rows import CHUNK, Chunk, Unreadable
from engine.wording import say

_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})

Numbered = tuple[int, Sequence[Any]]


def read_spreadsheet(path: Path, notes: list[Phrase]) -> Iterator[Chunk]:
    """The rows of the first sheet; empty rows are passed over. `notes` gets a word about other sheets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles, which we do not read
        yield from _read(path, notes)


def _read(path: Path, notes: list[Phrase]) -> Iterator[Chunk]:
    import openpyxl  # noqa: PLC0415  # takes a while to load

    with path.open("rb") as file:  # by name, it would go by the name's ending
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except (BadZipFile, KeyError, ValueError, OSError) as error:
            raise ImportFileError(
                say("{path}: not an Excel file: {error}", path=path, error=str(error)),
                say("save it as .xlsx or as CSV"),
            ) from error
        sheet = book.worksheets[0]
        if len(book.worksheets) > 1:
            notes.append(
                say(
                    "took sheet {title!r}; the file has {sheets}",
                    title=sheet.title,
                    sheets=len(book.worksheets),
                )
            )
        sheet.reset_dimensions()  # some programs write wrong ones
        rows = enumerate(sheet.iter_rows(values_only=True), 1)
        filled = ((number, row) for number, row in rows if any(cell is not None for cell in row))
        yield from _chunks(path, filled)


def _chunks(path: Path, filled: Iterator[Numbered]) -> Iterator[Chunk]:
    header = next(filled, None)
    if header is None:
        raise ImportFileError(say("{path}: empty", path=path), say("its first row must name the columns"))
    columns = tuple("" if cell is None else str(cell).strip() for cell in header[1])
    while columns and not columns[-1]:
        columns = columns[:-1]
    size = path.stat().st_size
    first = next(filled, None)
    if first is None:
        yield Chunk(columns, (), (), typed=True)  # they may still be the wrong ones
        return
    filled = chain([first], filled)
    while some := list(islice(filled, CHUNK)):
        shaped = [(number, _shaped(row, len(columns))) for number, row in some]
        bad = [(number, row) for number, row in shaped if not _ERRORS.isdisjoint(filter(_is_text, row))]
        failed = {number for number, _ in bad}
        good = [(number, row) for number, row in shaped if number not in failed]
        yield Chunk(
            columns,
            [number for number, _ in good],
            [row for _, row in good],
            [Unreadable(number, row, _ERROR) for number, row in bad],
            typed=True,
            done=min(size, some[-1][0]),
        )


_ERROR = say("a cell holds an error of the spreadsheet")


def _is_text(cell: object) -> bool:
    return isinstance(cell, str)


def _shaped(row: Sequence[Any], width: int) -> list[Any]:
    return list(islice(chain(row, [None] * width), width))
