"""From a file to batches that only need to be stored: all that can be done without the database.

This is half of the work of an import, and can be done in a process of its own (see `engine.imports.ahead`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dsl.wording import Phrase
from engine.imports.columns import Matched, match_columns, require
from engine.imports.converting import Columns, Converter, make_converter
from engine.imports.files import open_table
from engine.imports.kinds import Kind
from engine.imports.rejects import OWN_COLUMNS, plain_cell
from engine.imports.rows import Chunk
from engine.imports.twins import Twins, file_digests
from engine.storage.values import Surroundings


@dataclass(frozen=True, slots=True)
class Source:
    """A file and what it is taken for. `maps`: fields by column."""

    path: Path
    kind: Kind
    surroundings: Surroundings
    maps: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file, converted. `header` names its columns, `unknown` those that are not taken.

    `read` rows stand behind it, `done` of `size` bytes. `rows` and their
    `numbers`: the cells as they were, where storing may refuse one.
    """

    columns: Columns
    header: tuple[str, ...]
    unknown: tuple[str, ...]
    read: int
    done: int
    size: int
    notes: tuple[Phrase, ...]
    numbers: Sequence[int] = ()
    rows: Sequence[Sequence[object]] = ()


def prepared(source: Source) -> Iterator[Batch]:
    """The rows of a file, batch by batch. ImportFileError or UsageError when it cannot be taken at all."""
    table = open_table(source.path, source.encoding)
    readers = source.kind.readers(source.surroundings)
    matching = _Matching(source, tuple(readers))
    converting = _Converting(source.kind, make_converter(readers, source.kind.required))
    for chunk in table.chunks:
        matched = matching.match(chunk.columns)
        yield Batch(
            converting.columns(chunk, matched),
            chunk.columns,
            matched.unknown,
            len(chunk.rows) + len(chunk.bad),
            chunk.done,
            table.size,
            tuple(table.notes),
            *((chunk.numbers, chunk.rows) if source.kind.family == "record" else ()),
        )


@dataclass(slots=True)
class _Converting:
    """Converts one file, and tells its equal events apart."""

    kind: Kind
    converter: Converter
    twins: Twins = field(default_factory=Twins)

    def columns(self, chunk: Chunk, matched: Matched) -> Columns:
        if chunk.columns[:2] == OWN_COLUMNS and not chunk.typed:  # a file of rejects, mended
            chunk = replace(chunk, rows=[[plain_cell(str(cell)) for cell in row] for row in chunk.rows])
        columns = self.converter.convert(chunk, matched)
        if self.kind.family != "event" or not columns.numbers:
            return columns
        return replace(columns, digests=file_digests(self.kind.name, columns.values, self.twins))


@dataclass(slots=True)
class _Matching:
    """Matches columns again whenever they change, as they may from object to object in JSON."""

    source: Source
    fields: tuple[str, ...]
    _columns: tuple[str, ...] = ()
    _matched: Matched | None = None

    def match(self, columns: tuple[str, ...]) -> Matched:
        if self._matched is None or columns != self._columns:
            self._matched = self._match(columns, first=self._matched is None)
            self._columns = columns
        return self._matched

    def _match(self, columns: tuple[str, ...], *, first: bool) -> Matched:
        source = self.source
        maps = {column: name for column, name in source.maps.items() if first or column in columns}
        matched = match_columns(columns, self.fields, maps, source.path)
        if first:
            require(matched, source.kind.required, columns, source.path)
        unknown = tuple(column for column in matched.unknown if column not in OWN_COLUMNS)
        return Matched(matched.places, unknown)
