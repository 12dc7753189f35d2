"""The journal of what was sent: a file beside the database, on the disk before anything of a batch is on the wire.

A line for each message: the number of its batch, the instant, the channel, the attempt's name for gateways, and a
digest of channel, address and text that nobody can undo without the installation's key. No personal data. The database
counts batches in the transactions that mark them, so that one that has lost some (an older copy, a lost log) shows.
"""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import sqlalchemy as sa

from engine.channels.protocol import Outgoing
from engine.errors import JournalError
from engine.storage.durable import sync
from engine.storage.schema import meta
from engine.wording import reason_of, say

NAME = "homing.sent"

LARGEST = 64 * 1024 * 1024  # bytes
"""A file that has grown beyond it is put aside, under its name with the number of its last batch."""

KEPT = 60 * 86_400_000  # milliseconds
"""Lines older than that may go: it is how old a backup may be that is put in place."""

_HEAD = "homing-sent-1"
_DIGITS = 32  # of a digest
_KEY = 64  # bytes, as many as blake2b takes
_TAIL = 64 * 1024  # bytes; some hundred lines
_CLOSED = -1


class Line(NamedTuple):
    """One attempt that was about to leave. `ref` names it to gateways; `digest`: see `digest_of`."""

    batch: int
    at: int
    channel: str
    ref: str
    digest: str

    @property
    def text(self) -> str:
        """As it stands in the file."""
        return f"{self.batch} {self.at} {self.channel} {self.ref} {self.digest}\n"

    @property
    def key(self) -> str:
        """The key under which the gateway knows the message."""
        return self.ref.rpartition(".")[0]

    @property
    def attempt(self) -> int:
        """Which attempt it was."""
        return int(self.ref.rpartition(".")[2])


def noted(install_key: str, batch: int, at: int, outgoing: Outgoing) -> Line:
    """The line of a message that is about to leave."""
    return Line(batch, at, outgoing.channel, outgoing.ref, digest_of(install_key, outgoing))


def digest_of(install_key: str, outgoing: Outgoing) -> str:
    """Tells texts to addresses by channels apart, and nothing else to who has not the key."""
    digest = _keyed(install_key).copy()
    digest.update(f"{outgoing.channel}\0{outgoing.to}\0{outgoing.text}".encode(errors="surrogatepass"))
    return digest.hexdigest()


@lru_cache(maxsize=8)
def _keyed(install_key: str) -> blake2b:
    return blake2b(key=install_key.encode()[:_KEY], digest_size=_DIGITS // 2)


@dataclass(slots=True)
class Journal:
    """An open journal; one process at a time writes to it. `last`: the number of the last batch in it.

    It may be closed by another thread than the one that appends: what comes too late is refused, for the number of its
    file may be another file's by then.
    """

    path: Path
    id: str
    last: int
    _file: int = field(repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def append(self, lines: Sequence[Line]) -> None:
        """Put a batch on the disk. JournalError: then nothing of it may be sent."""
        with _explained(self.path), self._lock:
            _write(self._file, "".join([line.text for line in lines]).encode())
            os.fdatasync(self._file)
            self.last = max(self.last, lines[-1].batch)
            if os.fstat(self._file).st_size > LARGEST:
                self._begin_another(lines[-1].at)

    def _begin_another(self, now: int) -> None:
        """Go on in a new file. What is too old goes."""
        self.path.rename(self.path.with_name(f"{self.path.name}-{self.last}"))
        fresh = _opened(self.path)
        os.close(self._file)
        self._file = fresh
        _begin(self._file, self.path, self.id)
        _forget(self.path, now)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            os.close(self._file)
            self._file = _CLOSED


def lines_after(path: Path, journal: str, batch: int) -> Iterator[Line]:
    """The lines of a journal's later batches, the oldest first, those put aside included. No JournalError for none."""
    for one in (*_put_aside(path), path):
        if not one.exists():
            continue
        with _explained(one), one.open("rb") as file:
            if head_of(file.readline()) == journal:
                yield from (line for raw in file if (line := line_of(raw)) is not None and line.batch > batch)


def journal_at(path: Path) -> str:
    """The id of the journal in a file; empty when there is none."""
    if not path.exists():
        return ""
    with _explained(path), path.open("rb") as file:
        return head_of(file.readline())


def open_journal(path: Path, now: int) -> Journal:
    """Open a journal, or begin one. What is too old goes. JournalError when it cannot be written or is none."""
    with _explained(path):
        file = _opened(path)
        try:
            name, last, torn = _looked_at(path)
            if torn:
                os.write(file, b"\n")  # a line that a crash cut off; it never left
            if not name:
                name = next(map(journal_at, reversed(_put_aside(path))), "") or secrets.token_hex(8)
                _begin(file, path, name)
            _forget(path, now)
        except BaseException:
            os.close(file)
            raise
    return Journal(path, name, last, file)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def next_batch(connection: sa.Connection, journal: str) -> int:
    """The number of the batch that the transaction under way marks."""
    number = last_batch(connection, journal) + 1
    set_last_batch(connection, journal, number)
    return number


def last_batch(connection: sa.Connection, journal: str) -> int:
    """The last batch of a journal of which the database knows."""
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == _key(journal)).with_for_update())
    return 0 if found is None else int(found)


def set_last_batch(connection: sa.Connection, journal: str, number: int) -> None:
    """The database knows of all batches up to this one."""
    known = meta.update().where(meta.c.key == _key(journal)).values(value=str(number))
    if not connection.execute(known).rowcount:
        connection.execute(meta.insert().values(key=_key(journal), value=str(number)))


def _key(journal: str) -> str:
    return f"journal:{journal}"


def _looked_at(path: Path) -> tuple[str, int, bool]:
    """The name of a journal (empty: none yet), its last batch, and whether its last line was cut off."""
    with path.open("rb") as file:
        first = file.readline()
        if not first.endswith(b"\n"):
            return "", _last_batch(path), False
        name, size = head_of(first), os.fstat(file.fileno()).st_size
        if not name:
            raise JournalError(
                say("{path}: not a journal of what was sent", path=path), say("move the file away")
            )
        file.seek(size - 1)
        torn = file.read(1) != b"\n"
    return name, _last_batch(path), torn


def _last_batch(path: Path) -> int:
    newest = (line.batch for one in (path, *_put_aside(path)) if (line := _last_line(one)) is not None)
    return max(newest, default=0)


def _last_line(path: Path) -> Line | None:
    """The last whole line, which stands near the end unless a crash left something else there."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        for start in (max(0, size - _TAIL), 0):
            file.seek(start)
            found = [line for raw in file if (line := line_of(raw)) is not None]
            if found:
                return found[-1]
    return None


def _begin(file: int, path: Path, name: str) -> None:
    os.ftruncate(file, 0)
    _write(file, head(name))
    os.fsync(file)
    sync(path.parent)


def head(name: str) -> bytes:
    """The first line of a journal."""
    return f"{_HEAD} {name}\n".encode()


def _put_aside(path: Path) -> list[Path]:
    found = (one for one in path.parent.glob(f"{path.name}-*") if one.name.rpartition("-")[2].isdecimal())
    return sorted(found, key=lambda one: int(one.name.rpartition("-")[2]))


def _forget(path: Path, now: int) -> None:
    """Files put aside whose last line is too old for any backup."""
    for older in _put_aside(path):
        line = _last_line(older)
        if line is not None and line.at < now - KEPT:
            older.unlink()


def head_of(line: bytes) -> str:
    """The id in the first line of a journal; empty when it is none."""
    words = line.decode(errors="replace").split()
    return words[1] if len(words) == 2 and words[0] == _HEAD else ""


def line_of(raw: bytes) -> Line | None:
    """A line; None for one that a crash cut off."""
    words = raw.decode(errors="replace").split()
    if len(words) != 5 or not (words[0] + words[1]).isdecimal() or len(words[4]) != _DIGITS:
        return None
    if not words[3].rpartition(".")[2].isdecimal():
        return None
    return Line(int(words[0]), int(words[1]), *words[2:])


def _write(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise JournalError(
            say("{path}: what is sent cannot be noted: {why}", path=path, why=reason_of(error)),
            say("nothing more was sent; make room on the disk, or mend who owns the file, then run again"),
        ) from error
