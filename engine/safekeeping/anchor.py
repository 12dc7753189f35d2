"""The anchor: the heads of the trail as they were from time to time, in a file beside the database.

A chain alone cannot show that its end was cut off. A line for each head: what it is (`head`, or `restored` where an
older trail took the place of a longer one), the number and mac of the row, the instant, and a keyed hash of the line
and of all before it. Whoever keeps a copy of its last line elsewhere sees when trail and anchor were cut together.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from engine.errors import JournalError
from engine.projects.project import Project, database_of
from engine.storage.audit import Head, head
from engine.storage.chain import NO_MAC, keyed, same
from engine.storage.trail_key import trail_key

NAME = "homing.anchor"

Kind = Literal["head", "restored"]

_TAIL = 4096  # bytes; more than a line


class Line(NamedTuple):
    """A line of the file."""

    kind: str
    seq: int
    mac: str
    at: int
    seal: str

    @property
    def content(self) -> str:
        """What its seal seals."""
        return f"{self.kind} {self.seq} {self.mac} {self.at}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a file says. `heads`: macs by number of row, of the trail that is in place. `bad`: lines that are not ours.

    `last`: the last line's head.
    """

    heads: dict[int, str]
    bad: tuple[int, ...]
    last: Head


def folder_of(project: Project) -> Path:
    """Where a project's anchor and key are: beside its database."""
    database = database_of(project.folder, project.config)
    return database.resolve().parent if isinstance(database, Path) else project.folder


def note_head(project: Project, now: int) -> None:
    """Append the head of the trail when there is more of it than before. What cannot be written now is later."""
    with project.store.read() as connection:
        here = head(connection)
        if not here.seq:
            return
        with suppress(OSError, JournalError):
            append(folder_of(project), trail_key(connection), here, now)


def append(folder: Path, key: bytes, here: Head, now: int, kind: Kind = "head") -> None:
    """Append a head, on the disk, unless the file knows as much already. Raises OSError."""
    with _opened(folder / NAME) as file:
        before = _last_line(file)
        if kind == "head" and before is not None and here.seq <= before.seq:
            return
        line = Line(kind, here.seq, here.mac, now, "")
        sealed = keyed(key, f"{NO_MAC if before is None else before.seal}\n{line.content}")
        os.write(file, f"{line.content} {sealed}\n".encode())
        os.fsync(file)


def read_anchor(folder: Path, key: bytes) -> Anchor | None:
    """What the file says; None when there is none."""
    try:
        raw = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    heads: dict[int, str] = {}
    bad, seal, last = [], NO_MAC, Head()
    whole, _, _ = raw.rpartition(b"\n")  # what follows a crash has cut off
    for number, text in enumerate(whole.split(b"\n") if whole else [], 1):
        line = _line(text)
        if line is None or not same(line.seal, keyed(key, f"{seal}\n{line.content}")):
            bad.append(number)
        if line is None:
            continue
        seal, last = line.seal, Head(line.seq, line.mac)
        if line.kind == "restored":
            heads = {seq: mac for seq, mac in heads.items() if seq <= line.seq}
        if line.seq:
            heads[line.seq] = line.mac
    return Anchor(heads, tuple(bad), last)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _last_line(file: int) -> Line | None:
    """The last whole line; half a line after it is taken away."""
    size = os.fstat(file).st_size
    start = max(0, size - _TAIL)
    tail = os.pread(file, size - start, start)
    whole, end, _ = tail.rpartition(b"\n")
    if start + len(whole) + len(end) < size:
        os.ftruncate(file, start + len(whole) + len(end))
    return _line(whole.rpartition(b"\n")[2])


def _line(text: bytes) -> Line | None:
    words = text.decode(errors="replace").split(" ")
    if len(words) != 5 or words[0] not in get_args(Kind):
        return None
    if not (words[1].isdecimal() and words[3].removeprefix("-").isdecimal()):
        return None
    return Line(words[0], int(words[1]), words[2], int(words[3]), words[4])
