"""The file of rows that could not be taken: as they were, with their line and the reason, safe to open in Excel."""

import csv
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from dsl.wording import Phrase
from engine.imports.rows import Unreadable

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

OWN_COLUMNS = ("rejected row", "rejected because")
"""What stands before the columns of the file; no field can be called so."""


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def plain_cell(text: str) -> str:
    """What `safe_cell` made of a text, undone."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA_STARTS) else text


@dataclass(slots=True)
class Rejects:
    """Writes the file once there is something to write. Its mode is 0600: it holds customers' data.

    `words` says the reasons in the language of whoever will read them; the columns are called the same in all.
    """

    path: Path
    words: Callable[[Phrase], str] = str
    count: int = 0
    _file: TextIO | None = field(default=None, repr=False)
    _writer: Any = None

    def add(self, columns: Sequence[str], bad: Sequence[Unreadable]) -> None:
        """Append rows; `columns` are written as the header before the first."""
        if not bad:
            return
        if self._file is None:
            self._open(columns)
        width = len(columns)
        for row in bad:
            cells = [safe_cell(cell) for cell in row.cells]
            cells += [""] * (width - len(cells))
            self._writer.writerow([row.number, self.words(row.reason), *cells])
        self.count += len(bad)

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._file is not None:
            self._file.close()

    def _open(self, columns: Sequence[str]) -> None:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.path.unlink(missing_ok=True)
        handle = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "w", encoding="utf-8-sig", errors="backslashreplace", newline="")
        self._writer = csv.writer(self._file, quoting=csv.QUOTE_ALL)
        self._writer.writerow([*OWN_COLUMNS, *map(safe_cell, columns)])
