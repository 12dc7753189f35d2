"""The import of one file, from its name to what became of every row."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dsl.known_events import RECORDED_BY_ENGINE
from dsl.model import Model
from dsl.near import nearest
from engine import audit
from engine.declared import declared_tables
from engine.errors import UnknownNameError
from engine.imports.columns import Matched, describe_unknown, match_columns, require
from engine.imports.consents import ConsentTaker, consent_readers
from engine.imports.converting import Converter, make_converter
from engine.imports.customers import CustomerTaker, customer_readers
from engine.imports.effects import effect_of
from engine.imports.events import EventTaker, event_readers
from engine.imports.files import open_table
from engine.imports.records import RecordTaker, record_readers
from engine.imports.rejects import OWN_COLUMNS, Rejects, plain_cell
from engine.imports.rows import Chunk, Table, Unreadable
from engine.imports.taking import Outcome, Owners, Taker
from engine.store import Store
from engine.values import Surroundings

_NOT_IMPORTED = RECORDED_BY_ENGINE | {"task_done"}


@dataclass(frozen=True, slots=True)
class Request:
    """What to import. `maps`: fields by column. `progress` is told the bytes done and their total."""

    what: str
    file: Path
    rejects: Path
    by: audit.By
    maps: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    channels: Collection[str] = ()
    progress: Callable[[int, int], None] = lambda _done, _total: None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of the rows; `read` is the sum of the other counts. `notes` are for people."""

    what: str
    file: str
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects_file: str | None = None
    notes: tuple[str, ...] = ()


def import_file(store: Store, model: Model, surroundings: Surroundings, request: Request) -> ImportResult:
    """Take a file. Raises UnknownNameError, ImportFileError, UsageError; a bad row is no error but rejected."""
    owners = Owners()
    taker = taker_for(model, surroundings, request, owners)
    table = open_table(request.file, request.encoding)
    rejects = Rejects(request.rejects)
    try:
        work = _Work(store, request, taker, make_converter(taker.readers, taker.required), rejects)
        for chunk in table.chunks:
            work.take(chunk)
            request.progress(chunk.done, table.size)
    finally:
        rejects.close()
    result = replace(work.result, notes=_notes(table, work, owners))
    with store.write() as connection:
        what = f"{request.what}: {result.added} added, {result.changed} changed, {result.rejected} rejected"
        audit.record(connection, request.by, audit.Deed("import", what=what, because=request.file.name))
    store.analyse()
    return result


def importable(model: Model) -> list[str]:
    """What may stand after `homing import`."""
    events = sorted(model.events.keys() - _NOT_IMPORTED)
    return ["customers", *events, *sorted(model.records), "consents"]


def taker_for(model: Model, surroundings: Surroundings, request: Request, owners: Owners) -> Taker:
    """What takes the rows of a request. UnknownNameError when nothing is called what it names."""
    tables = declared_tables(model)
    what = request.what
    if what in model.events and what not in _NOT_IMPORTED:
        kind = model.events[what]
        effect = effect_of(what, request.by.now)
        return EventTaker(kind, tables.events[what], event_readers(kind, surroundings), owners, effect)
    if what in model.records:
        return RecordTaker(tables.records[what], record_readers(model.records[what], surroundings), owners)
    if what in {"customers", "customer"}:
        return CustomerTaker(tables.customer, customer_readers(model.customer, surroundings))
    if what == "consents":
        return ConsentTaker(consent_readers(sorted(model.policies), request.channels, surroundings), owners)
    known = importable(model)
    near = nearest(what, known)
    hint = f"did you mean `{near}`?" if near else f"known: {', '.join(known)}"
    raise UnknownNameError(f"nothing is called `{what}` that could be imported", hint)


@dataclass(slots=True)
class _Work:
    """One file on its way into the store."""

    store: Store
    request: Request
    taker: Taker
    converter: Converter
    rejects: Rejects
    result: ImportResult = field(init=False)
    unknown: dict[str, None] = field(default_factory=dict)
    _columns: tuple[str, ...] | None = None
    _matched: Matched | None = None

    def __post_init__(self) -> None:
        self.result = ImportResult(self.request.what, str(self.request.file))

    def take(self, chunk: Chunk) -> None:
        """One chunk in one transaction; its bad rows go to the file of rejects."""
        matched = self._match(chunk.columns)
        if chunk.columns[:2] == OWN_COLUMNS and not chunk.typed:  # such a file, mended
            chunk = replace(chunk, rows=[[plain_cell(str(cell)) for cell in row] for row in chunk.rows])
        columns = self.converter.convert(chunk, matched)
        with self.store.write() as connection:
            outcome = self.taker.take(connection, columns)
        bad = [*columns.bad, *_refused(chunk, outcome)]
        self.rejects.add(chunk.columns, sorted(bad, key=lambda row: row.number))
        self._count(len(chunk.rows) + len(chunk.bad), outcome, len(bad))

    def _match(self, columns: tuple[str, ...]) -> Matched:
        if self._matched is None or columns != self._columns:
            fields = list(self.taker.readers)
            first = self._matched is None
            maps = {c: f for c, f in self.request.maps.items() if first or c in columns}
            self._matched = match_columns(columns, fields, maps, self.request.file)
            self._columns = columns
            self.unknown |= dict.fromkeys(self._matched.unknown)
            if first:
                require(self._matched, self.taker.required, columns, self.request.file)
        return self._matched

    def _count(self, read: int, outcome: Outcome, rejected: int) -> None:
        before = self.result
        self.result = replace(
            before,
            read=before.read + read,
            added=before.added + outcome.added,
            changed=before.changed + outcome.changed,
            unchanged=before.unchanged + outcome.unchanged,
            rejected=before.rejected + rejected,
            rejects_file=str(self.rejects.path) if self.rejects.count else None,
        )


def _refused(chunk: Chunk, outcome: Outcome) -> list[Unreadable]:
    if not outcome.refused:
        return []
    rows = zip(chunk.numbers, chunk.rows, strict=True)
    return [
        Unreadable(number, row, outcome.refused[number]) for number, row in rows if number in outcome.refused
    ]


def _notes(table: Table, work: _Work, owners: Owners) -> tuple[str, ...]:
    notes = list(table.notes)
    unknown: Sequence[str] = [column for column in work.unknown if column not in OWN_COLUMNS]
    if unknown:
        notes.append(describe_unknown(unknown, list(work.taker.readers)))
    if owners.created:
        notes.append(f"{owners.created:,} customers were not known: they have nothing but their id yet")
    return tuple(notes)
