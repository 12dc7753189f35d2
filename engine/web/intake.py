"""Messages taken into the store, in one transaction for many requests, by the ways of imports.

Whoever is named and unknown comes into being. What cannot be taken is parked, not lost. Taking it again changes
nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from engine.imports.converting import Columns
from engine.imports.customers import CustomerTaker
from engine.imports.effects import effect_of
from engine.imports.events import EventTaker
from engine.imports.staging import stage_of
from engine.imports.taking import Outcome, Owners
from engine.projects.releases import Release
from engine.reasons import NO_USER, NOT_READ, NOT_THEIRS, UNDECLARED
from engine.storage.bad_values import BadValueError
from engine.storage.bulk import insert_rows, rows_by_key
from engine.storage.declared import Declared, declared_tables
from engine.storage.digests import digest, event_digest, identity_digest
from engine.storage.values import Reader, Stored, Surroundings, read_id
from engine.storage.web_tables import once, parked
from engine.web.messages import Message
from engine.web.settings import Source
from engine.web.vocabulary import Names, Vocabulary

Tally = Counter[str]
"""How many messages were added, changed, unchanged, parked; how many traits and properties no rule declares."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The messages of one request."""

    source: Source
    messages: Sequence[Message]
    received: int


@dataclass(slots=True)
class Ready:
    """A release ready to take messages."""

    release: Release
    surroundings: Surroundings
    tables: Declared = field(init=False)
    _words: dict[str, Vocabulary] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Made once: what statements are compiled for, and staged in, is known by its tables.
        self.tables = declared_tables(self.release.model)

    def words(self, source: Source) -> Vocabulary:
        """The words of a source."""
        if source.name not in self._words:
            self._words[source.name] = Vocabulary(self.release.model, self.surroundings, source)
        return self._words[source.name]


class _ParkedError(Exception):
    """A message cannot be taken: why."""


def take(connection: sa.Connection, ready: Ready, requests: Sequence[Delivered], now: int) -> list[Tally]:
    """Take the messages of some requests, in the transaction under way; what became of those of each."""
    sorting = _Sorting(ready)
    for request in requests:
        sorting.sort(request)
    _take_customers(connection, ready, sorting.customers, now)
    for kind, rows in sorted(sorting.events.items()):
        _take_events(connection, ready, kind, rows, now)
    _park(connection, sorting.parked, now)
    return sorting.tallies


def can_take(ready: Ready, request: Delivered) -> bool:
    """Whether none of its messages would be parked."""
    sorting = _Sorting(ready)
    sorting.sort(request)
    return not sorting.parked


@dataclass(frozen=True, slots=True)
class _Row:
    """One message, its values as stored."""

    values: dict[str, Stored]
    digest: int
    tally: Tally


@dataclass(slots=True)
class _Sorting:
    """Sorts messages by what is to be done with them."""

    ready: Ready
    customers: list[_Row] = field(default_factory=list)
    events: dict[str, list[_Row]] = field(default_factory=dict)
    parked: list[tuple[Source, Message, str, Tally]] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)

    def sort(self, request: Delivered) -> None:
        """Sort the messages of one request."""
        words, tally, twins = self.ready.words(request.source), Tally(), Counter[int]()
        self.tallies.append(tally)
        for message in request.messages:
            try:
                self._sort(words, message, tally, twins)
            except _ParkedError as why:
                self.parked.append((request.source, message, str(why), tally))

    def _sort(self, words: Vocabulary, message: Message, tally: Tally, twins: Counter[int]) -> None:
        identity = _read("userId", read_id, message.identity)
        if identity is None:
            raise _ParkedError(NO_USER())
        if ("events" if message.type == "track" else "customers") not in words.source.scopes:
            raise _ParkedError(NOT_THEIRS())
        if message.type == "identify":
            values, bad = _values(words.customer(), message.said, tally)
            name = digest(f"identify\x1f{words.source.name}\x1f{message.id or _written(message.raw)}")
            self.customers.append(_Row(values | {"id": identity}, name, tally))
            if bad:
                raise _ParkedError(NOT_READ(what=bad))
            return
        self._sort_event(words, message, identity, tally, twins)

    def _sort_event(
        self, words: Vocabulary, message: Message, identity: str, tally: Tally, twins: Counter[int]
    ) -> None:
        names = words.event(message.name)
        if names is None:
            raise _ParkedError(UNDECLARED())
        if message.at is None:
            raise _ParkedError(NOT_READ(what="timestamp"))
        values, bad = _values(names, message.said, tally)
        if bad:
            raise _ParkedError(NOT_READ(what=bad))
        values.setdefault("id", _read("messageId", read_id, message.id))
        name = _event_digest(names.kind, identity, message.at, values, twins)
        row = _Row(values | {"customer": identity, "at": message.at}, name, tally)
        self.events.setdefault(names.kind, []).append(row)


def _values(names: Names, said: Mapping[str, Any], tally: Tally) -> tuple[dict[str, Stored], str | None]:
    """The values of declared fields, and the first field whose value cannot be read."""
    values: dict[str, Stored] = {}
    bad = None
    for name, raw in said.items():
        wanted = names.field(name)
        if wanted is None:
            tally["undeclared"] += 1
            continue
        try:
            values[wanted] = names.readers[wanted](raw)
        except BadValueError:
            bad = bad or wanted
    return values, bad


def _read(what: str, reader: Reader, raw: object) -> str | None:
    try:
        value = reader(raw)
    except BadValueError:
        raise _ParkedError(NOT_READ(what=what)) from None
    return None if value is None else str(value)


def _event_digest(
    kind: str, identity: str, at: int, values: Mapping[str, Stored], twins: Counter[int]
) -> int:
    """As files make them: by the event's id, else by content and number among the equal ones of a request."""
    if values.get("id") is not None:
        return identity_digest(kind, str(values["id"]))
    plain = event_digest(kind, identity, at, values)
    twins[plain] += 1
    return plain if twins[plain] == 1 else event_digest(kind, identity, at, values, twins[plain] - 1)


def _columns(rows: Sequence[_Row]) -> Columns:
    """Rows side by side; what a row does not say is None there."""
    fields = dict.fromkeys(name for row in rows for name in row.values)
    values = {name: [row.values.get(name) for row in rows] for name in fields}
    return Columns(range(len(rows)), values, (), [row.digest for row in rows])


def _take_customers(connection: sa.Connection, ready: Ready, rows: Sequence[_Row], now: int) -> None:
    """An old message that comes again must not take back what a newer one said."""
    new = _new_ones(connection, rows, now)
    if not new:
        return
    outcome = CustomerTaker(ready.tables.customer, {}).take(connection, _columns(new))
    _count(outcome, new)


def _new_ones(connection: sa.Connection, rows: Sequence[_Row], now: int) -> list[_Row]:
    """Those that have not been taken yet, each once; noted."""
    if not rows:
        return []
    digests = sorted({row.digest for row in rows})
    known = {row.digest for row in rows_by_key(connection, [once.c.digest], once.c.digest, digests)}
    first: dict[int, _Row] = {}
    for row in rows:
        if row.digest in known or row.digest in first:
            row.tally["unchanged"] += 1
        else:
            first[row.digest] = row
    insert_rows(connection, once, ["digest", "taken_at"], [(name, now) for name in first])
    return list(first.values())


def _take_events(connection: sa.Connection, ready: Ready, kind: str, rows: Sequence[_Row], now: int) -> None:
    effect = effect_of(kind, ready.release.model, ready.surroundings, now)
    taker = EventTaker(kind, stage_of(ready.tables.events[kind]), {}, Owners(), effect)
    _count(taker.take(connection, _columns(rows)), rows)


def _count(outcome: Outcome, rows: Sequence[_Row]) -> None:
    """Of several requests at once it is known how many were new, not which: the first ones are said to be."""
    counts = Tally(added=outcome.added, changed=outcome.changed, unchanged=outcome.unchanged)
    for row, word in zip(rows, counts.elements(), strict=True):
        row.tally[word] += 1


def _park(connection: sa.Connection, found: Sequence[tuple[Source, Message, str, Tally]], now: int) -> None:
    rows = {}
    for source, message, because, tally in found:
        body = _written(message.raw)
        name = digest(f"{source.name}\x1f{message.id or body}")
        identity = message.identity[:200] if message.identity else None
        rows[name] = (name, source.name, identity, because, message.at, body, now)
        tally["parked"] += 1
    columns = ["digest", "source", "identity", "because", "at", "body", "taken_at"]
    insert_rows(connection, parked, columns, list(rows.values()), passing_over=True)


def _written(raw: Mapping[str, Any]) -> str:
    return orjson.dumps(raw, option=orjson.OPT_SORT_KEYS).decode()
