"""Taking events: each once, however often and in whatever order its file comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from engine.imports.converting import Columns
from engine.imports.taking import Outcome, Owners, any_known, in_table_order
from engine.imports.twins import Twins, file_digests
from engine.storage.arrivals import take
from engine.storage.bulk import insert_rows
from engine.storage.declared import column_name
from engine.storage.values import Reader

Effect = Callable[[sa.Connection, Sequence[Any]], None]
"""What some events bring about besides being stored; gets the new rows."""


@dataclass(slots=True)
class EventTaker:
    """Takes events of one kind. `effect` None: they are stored, and that is all."""

    kind: str
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
        values = columns.values
        said = [name for name in values.keys() - {"customer", "at"} if any_known(values[name])]
        fields = in_table_order(self.table, said)
        customers: Sequence[Any] = values["customer"]
        owners = columns.owners or self.owners.numbers(connection, customers)
        arrivals = range(first, first + len(owners))
        digests = columns.digests or file_digests(self.kind, values, self._twins)
        given = [arrivals, owners, values["at"], digests, *(values[name] for name in fields)]
        names = [
            "seq",
            "customer",
            "at",
            "digest",
            *(name if name == "id" else column_name(name) for name in fields),
        ]
        rows = list(zip(*given, strict=True))
        rows.sort(key=itemgetter(1))  # by customer, as the index is: fewer pages are written
        return names, rows
