"""Taking events: each once, however often and in whatever order its file comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.imports.converting import Columns
from engine.imports.staging import Stage
from engine.imports.taking import Outcome, Owners, in_table_order
from engine.imports.twins import Twins, file_digests
from engine.storage.arrivals import take
from engine.storage.bulk import any_known
from engine.storage.declared import column_name
from engine.storage.values import Reader

Effect = Callable[[sa.Connection, Sequence[Any]], None]
"""What some events bring about besides being stored; gets the new rows."""


@dataclass(slots=True)
class EventTaker:
    """Takes events of one kind. `effect` None: they are stored, and that is all."""

    kind: str
    stage: Stage
    readers: Mapping[str, Reader]
    owners: Owners
    effect: Effect | None = None
    required: tuple[str, ...] = ("customer", "at")
    _twins: Twins = field(default_factory=Twins)

    def take(self, connection: sa.Connection, columns: Columns) -> Outcome:
        """Store those that are not there yet. Equal rows of one file are different events."""
        self.stage.prepare(connection)
        self.put(connection, columns)
        places = self.stage.place(connection)
        if unknown := self.stage.unknown(connection):
            self.meet(connection, unknown)
            places = self.stage.place(connection)
        return self.store(connection, places)

    def put(self, connection: sa.Connection, columns: Columns) -> None:
        """Stage some events."""
        values = columns.values
        said = [name for name in values.keys() - {"customer", "at"} if any_known(values[name])]
        fields = in_table_order(self.stage.table, said)
        digests = columns.digests or file_digests(self.kind, values, self._twins)
        names = [
            "customer",
            "at",
            "digest",
            *(name if name == "id" else column_name(name) for name in fields),
        ]
        given = [values["customer"], values["at"], digests, *(values[name] for name in fields)]
        self.stage.add(connection, names, list(zip(*given, strict=True)))

    def meet(self, connection: sa.Connection, unknown: Sequence[str]) -> None:
        """Give customers never heard of a number."""
        self.owners.numbers(connection, unknown)

    def store(self, connection: sa.Connection, places: range) -> Outcome:
        """Store what was placed there, inside its transaction."""
        if not places:
            return Outcome()
        first = take(connection, len(places))
        added = self.stage.write(connection, places, first)
        if self.effect and added:
            table = self.stage.table
            arrived = table.c.seq.between(first, first + len(places) - 1)
            self.effect(connection, connection.execute(sa.select(table).where(arrived)).all())
        return Outcome(added=added, unchanged=len(places) - added)
