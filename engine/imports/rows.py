"""Rows as files hold them, in chunks of bounded size, whatever the format."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dsl.wording import Phrase

CHUNK = 50_000  # rows read, converted and committed together


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that the format itself makes no sense of: where, what could be read of it, and why not."""

    number: int
    cells: Sequence[object]
    reason: Phrase


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows, each as long as `columns`; `numbers` are their lines (of a table) or places (of a list), from 1.

    `typed`: cells have types of their own; otherwise all are text. `done`: bytes of the file read so far.
    """

    columns: tuple[str, ...]
    numbers: Sequence[int]
    rows: Sequence[Sequence[object]]
    bad: Sequence[Unreadable] = ()
    typed: bool = False
    done: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file. `notes`: what the reader of the result should know about how it was understood."""

    chunks: Iterator[Chunk]
    size: int
    notes: list[Phrase] = field(default_factory=list)
