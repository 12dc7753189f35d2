"""What an erased customer has left in the files of a project: what file channels wrote, rows that imports refused.

In what a channel wrote only the words go: that a message left stays, in the same bytes of the file, for whoever asks
whether it did.
"""

import csv
import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from engine.channels.building import build_channel
from engine.channels.file import FileChannel
from engine.errors import EngineError
from engine.imports.rejects import plain_cell
from engine.projects.project import Project
from engine.storage.bad_values import BadValueError
from engine.storage.durable import sync
from engine.storage.phones import normalise_phone


@dataclass(frozen=True, slots=True)
class Traces:
    """What a customer can be known by: the id, and addresses as they are stored."""

    id: str
    addresses: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Id and addresses."""
        return self.addresses | {self.id}

    @property
    def looks(self) -> frozenset[str]:
        """What to look for in running text: a number also without its country."""
        return self.all | {one[3:] for one in self.addresses if one.startswith("+86")}

    def found_in(self, text: str, shortest: int) -> bool:
        """Whether a text names the customer; what is shorter must be the whole text."""
        folded = text.casefold()
        return any(
            folded == look.casefold() or (len(look) >= shortest and look.casefold() in folded)
            for look in self.looks
        )

    def is_cell(self, cell: str, country: str) -> bool:
        """Whether a cell of a table names the customer, however an address is written."""
        text = plain_cell(cell).strip()
        if text == self.id or text.casefold() in {one.casefold() for one in self.addresses}:
            return True
        try:
            return (
                any(letter.isdigit() for letter in text) and normalise_phone(text, country) in self.addresses
            )
        except BadValueError:
            return False


def forget_in_files(project: Project, traces: Traces) -> dict[str, int]:
    """Take the customer out of the files; how many lines of which."""
    found: dict[str, int] = {}
    for path in sorted(_outboxes(project)):
        found[path.name] = _blank_lines(path, traces)
    for path in sorted(project.rejects.glob("*.csv")) if project.rejects.is_dir() else ():
        found[f"{project.rejects.name}/{path.name}"] = _drop_rows(path, traces, project.config.country)
    return {name: count for name, count in found.items() if count}


def _outboxes(project: Project) -> set[Path]:
    paths = set()
    for config in project.config.channels.values():
        with suppress(EngineError):  # one that cannot be built has written nothing
            channel = build_channel(config, project.folder)
            if isinstance(channel, FileChannel) and channel.path.exists():
                paths.add(channel.path.resolve())
            channel.close()
    return paths


def _blank_lines(path: Path, traces: Traces) -> int:
    """Lines of messages to the customer lose all but what names the message; the rest of the file keeps its place."""
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        count = 0
        for start, line in _lines(path):
            if (left := _left_of(line, traces)) is not None:
                os.pwrite(file, left.ljust(len(line)), start)
                count += 1
        os.fsync(file)
        return count
    finally:
        os.close(file)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines without their ends, and where each begins."""
    start = 0
    with path.open("rb") as opened:
        for raw in opened:
            yield start, raw.rstrip(b"\n")
            start += len(raw)


def _left_of(line: bytes, traces: Traces) -> bytes | None:
    """What stays of a line about the customer; None for one that is about somebody else."""
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return b"" if any(one.encode() in line for one in traces.addresses) else None
    if not isinstance(said, dict) or (said.get("customer") != traces.id and said.get("to") not in traces.all):
        return None
    kept = orjson.dumps({name: said[name] for name in ("key", "channel", "at") if name in said})
    return kept if len(kept) <= len(line) else b""


def _drop_rows(path: Path, traces: Traces, country: str) -> int:
    """Rows that name the customer go."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as opened:
        head, *rows = list(csv.reader(opened)) or [[]]
    kept = [row for row in rows if not any(traces.is_cell(cell, country) for cell in row[2:])]
    if len(kept) < len(rows):
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8-sig", errors="surrogateescape", newline="") as written:
            csv.writer(written, quoting=csv.QUOTE_ALL).writerows([head, *kept])
            written.flush()
            os.fsync(written.fileno())
        draft.replace(path)
        sync(path.parent)
    return len(rows) - len(kept)
