"""The import of one file, from its name to what became of every row."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from dsl.model.model import Model
from dsl.wording import Phrase
from engine.imports.ahead import batches
from engine.imports.columns import describe_unknown
from engine.imports.consents import ConsentTaker
from engine.imports.customers import CustomerTaker
from engine.imports.effects import effect_of
from engine.imports.events import EventTaker
from engine.imports.gathering import Gathering, OneByOne, Transactions
from engine.imports.kinds import kind_of
from engine.imports.meanwhile import Meanwhile
from engine.imports.preparing import Batch, Source
from engine.imports.records import RecordTaker
from engine.imports.rejects import Rejects
from engine.imports.rows import Unreadable
from engine.imports.staging import stage_of
from engine.imports.taking import Outcome, Owners, Taker
from engine.storage import audit
from engine.storage.bulk import many_objects
from engine.storage.declared import declared_tables
from engine.storage.store import Store, aside
from engine.storage.values import Surroundings
from engine.visible import file_name
from engine.wording import say_number


@dataclass(frozen=True, slots=True)
class Request:
    """What to import. `maps`: fields by column. `progress` is told the bytes done and their total.

    `words` says reasons in the language of whoever will read the file of rejects.
    """

    what: str
    file: Path
    rejects: Path
    by: audit.By
    maps: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    channels: Collection[str] = ()
    progress: Callable[[int, int], None] = lambda _done, _total: None
    words: Callable[[Phrase], str] = str


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
    notes: tuple[Phrase, ...] = ()


def import_file(store: Store, model: Model, surroundings: Surroundings, request: Request) -> ImportResult:
    """Take a file. Raises UnknownNameError, ImportFileError, UsageError; a bad row is no error but rejected."""
    owners = Owners()
    taker = taker_for(model, surroundings, request, owners)
    kind = kind_of(request.what, model, request.channels)
    source = Source(request.file, kind, surroundings, request.maps, request.encoding)
    rejects = Rejects(request.rejects, request.words)
    work = _Work(rejects, ImportResult(request.what, file_name(request.file)))
    try:
        with many_objects(), store.writer() as connection:
            transactions = _transactions(connection, taker)
            for batch in batches(source):
                work.take(batch, transactions)
                request.progress(batch.done, batch.size)
            work.count(transactions.finish())
    finally:
        rejects.close()
    _leave_trail(store, request, work.result)
    store.analyse()
    return replace(work.result, notes=tuple(work.tell(owners, list(taker.readers))))


def taker_for(model: Model, surroundings: Surroundings, request: Request, owners: Owners) -> Taker:
    """What takes the rows of a request. UnknownNameError when nothing is called what it names."""
    tables = declared_tables(model)
    kind = kind_of(request.what, model, request.channels)
    readers = kind.readers(surroundings)
    if kind.family == "event":
        effect = effect_of(kind.name, model, surroundings, request.by.now)
        return EventTaker(kind.name, stage_of(tables.events[kind.name]), readers, owners, effect)
    if kind.family == "record":
        return RecordTaker(tables.records[kind.name], readers, owners)
    return (
        CustomerTaker(tables.customer, readers)
        if kind.family == "customers"
        else ConsentTaker(readers, owners)
    )


def _transactions(connection: sa.Connection, taker: Taker) -> Transactions:
    with aside(connection):
        meanwhile = Meanwhile.of(connection)
    if isinstance(taker, EventTaker):
        return Gathering(connection, taker, meanwhile)
    return OneByOne(connection, taker, "id" if isinstance(taker, CustomerTaker) else "customer", meanwhile)


def _leave_trail(store: Store, request: Request, result: ImportResult) -> None:
    what = f"{request.what}: {result.added} added, {result.changed} changed, {result.rejected} rejected"
    with store.write() as connection:
        audit.record(
            connection, request.by, audit.Deed("import", what=what, because=file_name(request.file.name))
        )


@dataclass(slots=True)
class _Work:
    """One file on its way into the store."""

    rejects: Rejects
    result: ImportResult
    notes: dict[Phrase, None] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)

    def take(self, batch: Batch, transactions: Transactions) -> None:
        """Store a batch; its bad rows go to the file of rejects."""
        outcome = transactions.take(batch.columns)
        bad = [*batch.columns.bad, *_refused(batch, outcome)]
        self.rejects.add(batch.header, sorted(bad, key=lambda row: row.number))
        self.notes |= dict.fromkeys(batch.notes)
        self.unknown |= dict.fromkeys(batch.unknown)
        self.count(outcome, batch.read, len(bad))

    def tell(self, owners: Owners, fields: list[str]) -> Iterator[Phrase]:
        """What people should know besides the counts."""
        yield from self.notes
        if self.unknown:
            yield describe_unknown(list(self.unknown), fields)
        if owners.created:
            yield say_number(
                "{n:,} customer was not known, who has nothing but an id yet",
                "{n:,} customers were not known: they have nothing but their id yet",
                n=owners.created,
            )

    def count(self, outcome: Outcome, read: int = 0, rejected: int = 0) -> None:
        """Add to the result."""
        before = self.result
        self.result = replace(
            before,
            read=before.read + read,
            added=before.added + outcome.added,
            changed=before.changed + outcome.changed,
            unchanged=before.unchanged + outcome.unchanged,
            rejected=before.rejected + rejected,
            rejects_file=file_name(self.rejects.path) if self.rejects.count else None,
        )


def _refused(batch: Batch, outcome: Outcome) -> list[Unreadable]:
    if not outcome.refused:
        return []
    rows = zip(batch.numbers, batch.rows, strict=True)
    return [
        Unreadable(number, row, outcome.refused[number]) for number, row in rows if number in outcome.refused
    ]
