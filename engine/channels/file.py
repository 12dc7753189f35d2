"""The file channel: one JSON line per message, appended and on the disk before it counts as sent.

Keys of its table: `path` (default `outbox.jsonl`); its folder is made when it lies in the project's. The file is its
own evidence: what is in it was sent.
"""

import fcntl
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from engine.channels.protocol import (
    Accepted,
    Capabilities,
    InTime,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
    Unknown,
)
from engine.channels.settings import Settings
from engine.reasons import HALF_CHARACTER, LATE
from engine.storage.durable import sync
from engine.wording import say

_BATCH = 500  # messages in one write, and at most unknown after a crash
_MODE = 0o600  # texts and addresses are nobody else's business
_WRITTEN = ("key", "channel", "customer", "to", "subject", "text", "at")
_NO_JSON = Rejected(HALF_CHARACTER())


@dataclass(frozen=True, slots=True)
class FileChannel:
    """Appends to one file. Several processes may: each write holds the file's lock."""

    path: Path
    makes_folder: bool = field(default=False, compare=False)

    @property
    def capabilities(self) -> Capabilities:
        """Any reasonable number at once; it does not look a key up before it writes."""
        return Capabilities(batch=_BATCH)

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """Append the lines in one write. What cannot be written whole is taken back and was not sent."""
        if not in_time():
            return [NotSent(LATE())] * len(batch)
        lines = [_line(message) for message in batch]
        whole = self._append(b"".join(line for line in lines if line is not None))
        return [_NO_JSON if line is None else whole for line in lines]

    def settled(self, keys: Collection[str]) -> dict[str, Outcome]:
        """Those of the keys that are in the file: messages whose fate nobody recorded did go."""
        wanted = set(keys)
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        return {key: Accepted() for line in content.split(b"\n") if (key := _key_of(line)) in wanted}

    def close(self) -> None:
        """Nothing is held between sends."""

    def _append(self, lines: bytes) -> Outcome:
        new = not self.path.exists()
        try:
            if new and self.makes_folder:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
        except OSError as error:
            return NotSent(f"{self.path}: {error.strerror}")
        try:
            with _locked(file):
                if new:
                    sync(self.path.parent)
                return _append_whole(file, lines, self.path)
        finally:
            os.close(file)


def file_channel(settings: Settings) -> FileChannel:
    """The file channel of a table."""
    settings.only("path")
    path = settings.path("path", "outbox.jsonl")
    if path.is_dir():
        raise settings.error(say("`path` is the folder {path}", path=path), say("name a file"))
    ours = path.resolve().is_relative_to(settings.folder.resolve())
    if not ours and not path.parent.is_dir():  # it may be a disk that is not there
        raise settings.error(
            say("`path` is in {parent}, and there is no such folder", parent=path.parent),
            say("make it, or mend the path"),
        )
    return FileChannel(path, makes_folder=ours)


@contextmanager
def _locked(file: int) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _append_whole(file: int, lines: bytes, path: Path) -> Outcome:
    size = os.fstat(file).st_size
    # A crash may have left half a line: it is ended, so that it spoils no line after it.
    torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
    try:
        _write_all(file, b"\n" + lines if torn else lines)
    except OSError as error:
        return _taken_back(file, size, f"{path}: {error.strerror}")
    try:
        os.fsync(file)
    except OSError as error:
        return Unknown(f"{path}: {error.strerror}")
    return Accepted()


def _write_all(file: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]


def _taken_back(file: int, size: int, because: str) -> Outcome:
    try:
        os.ftruncate(file, size)
        os.fsync(file)
    except OSError:
        return Unknown(because)
    return NotSent(because)


def _line(message: Outgoing) -> bytes | None:
    try:
        return orjson.dumps(
            {name: getattr(message, name) for name in _WRITTEN}, option=orjson.OPT_APPEND_NEWLINE
        )
    except orjson.JSONEncodeError:
        return None


def _key_of(line: bytes) -> str | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None  # half a line: its message was not sent whole
    key = found.get("key") if isinstance(found, dict) else None
    return key if isinstance(key, str) else None
