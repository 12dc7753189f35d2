"""Who was erased, in a file beside the database: a backup that is restored knows nothing of those after it.

A line for each erasure: number and mac of its row in the trail, by which a database that knows of it is told, then
keyed hashes, of the id first and of each address. Without the database nothing leads from them to anybody.
"""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from engine.errors import JournalError
from engine.storage.audit import Head
from engine.storage.durable import sync
from engine.wording import reason_of, say

NAME = "homing.erased"


class Line(NamedTuple):
    """An erasure. `row`: in the trail."""

    row: Head
    hashes: tuple[str, ...]

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.row.seq} {self.row.mac} {' '.join(self.hashes)}\n"


def note_erased(folder: Path, line: Line) -> None:
    """Append an erasure, on the disk before it is committed. JournalError when that cannot be."""
    path = folder / NAME
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            os.write(file, line.text.encode())
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise JournalError(
            say("{path}: that somebody is erased cannot be noted: {why}", path=path, why=reason_of(error)),
            say("make room, or mend who owns the file; nobody was erased"),
        ) from error


def read_erased(folder: Path) -> list[Line]:
    """All erasures that were noted; what a crash has cut off is none."""
    path = folder / NAME
    return lines_in(path.read_bytes() if path.exists() else b"")


def lines_in(content: bytes) -> list[Line]:
    """The erasures in such a file."""
    text = content.decode("utf-8", "replace")
    found = (line.split(" ") for line in text.splitlines(keepends=True) if line.endswith("\n"))
    return [
        Line(Head(int(words[0]), words[1]), tuple(word.strip() for word in words[2:]))
        for words in found
        if len(words) > 2 and words[0].isdecimal()
    ]


def rewrite_erased(folder: Path, lines: Iterable[Line]) -> None:
    """Put other lines in place of those that are there, whole or not at all. Raises OSError."""
    draft = folder / f".{NAME}.{os.getpid()}"
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, "".join(line.text for line in lines).encode())
        os.fsync(file)
    finally:
        os.close(file)
    draft.replace(folder / NAME)
    sync(folder)
