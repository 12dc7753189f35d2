"""Everything that is held on one customer, as somebody who is no programmer reads it: names for numbers, and times.

Goes by `engine.storage.census`, so that no table is left out, one whose declaration has gone included.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from dsl.model.conditions import Kind
from engine.calendars.zone import Zone
from engine.storage.census import Holding, holdings
from engine.storage.customers import customer_id
from engine.storage.declared import column_name
from engine.storage.migration import kept_kinds
from engine.storage.schema import ACTIVE, ENDED, WATCHED
from engine.storage.states import Fate, GrantStatus, MessageStatus, TaskStatus
from engine.storage.symbols import Symbols
from engine.views.window import shown

TITLES: Mapping[str, str] = {
    "audit": "trail",
    "benefit_grant": "benefits",
    "consent": "consents",
    "enrolment": "journeys",
    "entry_queue": "queues",
    "message": "messages",
    "optout": "optouts",
    "receipt": "receipts",
    "reply": "replies",
    "reply_of": "answers",
    "tag": "tags",
    "task": "tasks",
    "visit": "moves",
}
"""How tables are called; events and records by their kinds, others by their names."""

_NAMES = frozenset(
    {"benefit", "channel", "edition", "journey", "message", "outcome", "policy", "role", "state", "task"}
)
"""Columns that hold the number of a name."""

_MONEY = frozenset({"worth", "cost", "minimum", "redeemed_amount"})
_TIMES = frozenset({"at", "since", "until"})
_LEFT_OUT = frozenset({"customer", "digest", "hash", "salt", "mac"})
"""What says nothing to anybody: numbers of the store, digests, what chains the trail."""

_EVERY = "every one"
_PREFIXES = {"event_": "events", "record_": "records"}


@dataclass(frozen=True, slots=True)
class Held:
    """Everything on one customer: rows as names and values, by title. `id`: the customer's."""

    id: str
    tables: Mapping[str, list[dict[str, Any]]]

    def document(self, at: str) -> dict[str, Any]:
        """As one document: the customer's own data first, then what happened, by kind."""
        grouped: dict[str, Any] = {}
        for title, rows in self.tables.items():
            group, _, kind = title.partition("/")
            if kind:
                grouped.setdefault(group, {})[kind] = rows
            else:
                grouped[title] = rows
        own = grouped.pop("customer", [{}])[0]
        return {"id": self.id, "exported": at, "customer": own, **grouped}


def held_on(connection: sa.Connection, symbols: Symbols, zone: Zone, number: int) -> Held:
    """Everything on a customer. Tables with nothing of theirs are there, and empty."""
    kinds, tables, every = kept_kinds(connection), {}, list(holdings(connection))
    records = dict(_records(connection, every, number))
    for holding in every:
        reading = _Reading(symbols, zone, holding.table, kinds.get(holding.table.name, {}), records)
        rows = connection.execute(sa.select(holding.table).where(holding.of(number))).mappings()
        tables[_title(holding.table.name)] = [reading.row({**row}) for row in rows]
    return Held(customer_id(connection, number), tables)


def _records(connection: sa.Connection, every: list[Holding], number: int) -> Iterator[tuple[int, str]]:
    """The ids of the customer's records by number."""
    for holding in every:
        if holding.table.name.startswith("record_"):
            columns = (holding.table.c.record, holding.table.c.id)
            found = connection.execute(sa.select(*columns).where(holding.of(number)))
            yield from ((row.record, row.id) for row in found)


def _title(name: str) -> str:
    for prefix, group in _PREFIXES.items():
        if name.startswith(prefix):
            return f"{group}/{name.removeprefix(prefix)}"
    return TITLES.get(name, str(name))


@dataclass(frozen=True)
class _Reading:
    """How the rows of one table read."""

    symbols: Symbols
    zone: Zone
    table: sa.Table
    kinds: Mapping[str, str]
    records: Mapping[int, str]

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row without what is missing."""
        return {
            str(name): self._readers[name](value)
            for name, value in row.items()
            if value is not None and name in self._readers
        }

    @cached_property
    def _readers(self) -> dict[str, Callable[[Any], Any]]:
        declared = {column_name(name): kind for name, kind in self.kinds.items()}
        return {
            column.name: self._declared(declared[column.name])
            if column.name in declared
            else self._own(column)
            for column in self.table.columns
            if column.name in declared or column.name not in _LEFT_OUT
        }

    def _declared(self, kind: str) -> Callable[[Any], Any]:
        known: Any = kind
        return lambda value: shown(value, _kind(known), self.zone)

    def _own(self, column: sa.Column[Any]) -> Callable[[Any], Any]:
        name, number = column.name, isinstance(column.type, sa.Integer)
        if number and (name in _TIMES or name.endswith(("_at", "_until"))):
            return self.zone.iso
        if number and name in _NAMES:
            return lambda value: self.symbols.name_or(value, _EVERY)
        if name == "record":
            return lambda value: self.records.get(value, value)
        if name in _MONEY:
            return lambda value: shown(value, "money", self.zone)
        if name == "expires":
            return lambda value: shown(value, "date", self.zone)
        statuses = _STATUSES.get(f"{self.table.name}.{name}")
        return statuses or (lambda value: value)


def _kind(kind: Any) -> Kind:
    found: Kind = kind
    return found


_STATUSES: Mapping[str, Callable[[int], str]] = {
    "enrolment.status": lambda value: {ACTIVE: "under way", ENDED: "ended", WATCHED: "watched"}[value],
    "message.status": lambda value: MessageStatus(value).word,
    "benefit_grant.status": lambda value: GrantStatus(value).word,
    "task.status": lambda value: TaskStatus(value).word,
    "receipt.fate": lambda value: Fate(value).name.lower(),
}
