"""Taking events: each once, however often and in whatever order its file comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from dsl.conditions import TIME
from dsl.model import EventKind
from engine.arrivals import take
from engine.bulk import insert_rows
from engine.declared import column_name
from engine.digests import contents, digest, identity_digest, twin_content
from engine.imports.converting import Columns
from engine.imports.taking import Outcome, Owners, in_table_order
from engine.imports.twins import Twins
from engine.values import Reader, Stored, Surroundings, read_id, reader

Effect = Callable[[sa.Connection, Sequence[Any]], None]
"""What some events bring about besides being stored; gets the new rows."""


@dataclass(slots=True)
class EventTaker:
    """Takes events of one kind. `effect` None: they are stored, and that is all."""

    kind: EventKind
    table: sa.Table
    readers: Mapping[str, Reader]
    owners: Owners
    effect: Effect | None = None
    required: tuple[str, ...] = ("customer", "at")
    _twins: Twins = field(default_factory=Twins)

    def take(self, connection: sa.Connection, columns: Columns) -> Outcome:
        """Store those that are not there yet. Equal rows of one file are different events."""
        count = len(columns.numbers)
        if not count:
            return Outcome()
        first = take(connection, count)
        names, rows = self._rows(connection, columns, first)
        insert_rows(connection, self.table, names, rows, passing_over=True)
        arrived = self.table.c.seq.between(first, first + count - 1)
        added = connection.execute(sa.select(sa.func.count()).where(arrived)).scalar_one()
        if self.effect and added:
            self.effect(connection, connection.execute(sa.select(self.table).where(arrived)).all())
        return Outcome(added=added, unchanged=count - added)

    def _rows(
        self, connection: sa.Connection, columns: Columns, first: int
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        fields = in_table_order(self.table, columns.values.keys() - {"customer", "at", "id"})
        customers: Sequence[Any] = columns.values["customer"]
        ats: Sequence[Any] = columns.values["at"]
        ids: Sequence[Any] = columns.values.get("id") or [None] * len(ats)
        owners = self.owners.numbers(connection, customers)
        values = {name: columns.values[name] for name in fields}
        digests = self._digests(customers, ats, ids, values)
        names = ["seq", "customer", "at", "digest", "id", *map(column_name, fields)]
        given = [range(first, first + len(owners)), owners, ats, digests, ids, *values.values()]
        rows = list(zip(*given, strict=True))
        rows.sort(key=itemgetter(1))  # by customer, as the index is: fewer pages are written
        return names, rows

    def _digests(
        self,
        customers: Sequence[str],
        ats: Sequence[int],
        ids: Sequence[str | None],
        values: Mapping[str, Sequence[Stored]],
    ) -> list[int]:
        texts = contents(self.kind.name, customers, ats, values)
        digests = list(map(digest, texts))
        for place, identity in enumerate(ids):
            if identity is not None:
                digests[place] = identity_digest(self.kind.name, identity)
        for place, twin in self._twins.count(digests).items():
            if ids[place] is None:
                digests[place] = digest(twin_content(texts[place], twin))
        return digests


def event_readers(kind: EventKind, surroundings: Surroundings) -> dict[str, Reader]:
    """The columns that a file of these events may have."""
    own: dict[str, Reader] = {field.name: reader(field.type, surroundings) for field in kind.fields}
    return own | {"customer": read_id, "at": reader(TIME, surroundings), "id": read_id}
