"""Who is erased while a file is on its way in: what it still says of them is left out, and brings nobody back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import sqlalchemy as sa

from engine.imports.converting import Columns
from engine.people.suppression import erased_ids, erasures, ids_by_hash


@dataclass(slots=True)
class Meanwhile:
    """Begins with an import. `_before`: who had been erased by then, by hash of id; `_since`: who has been since."""

    _count: int
    _before: frozenset[str]
    _since: frozenset[str] = frozenset()

    @classmethod
    def of(cls, connection: sa.Connection) -> "Meanwhile":
        """From now on."""
        return cls(erasures(connection), erased_ids(connection))

    def among(self, connection: sa.Connection, identities: Collection[str]) -> frozenset[str]:
        """Which of these were erased meanwhile, in the transaction under way."""
        count = erasures(connection)
        if count != self._count:
            self._count, self._since = count, erased_ids(connection) - self._before
        if not self._since:
            return frozenset()
        return frozenset(ids_by_hash(connection, identities, self._since).values())

    def sift(self, connection: sa.Connection, columns: Columns, key: str) -> Columns:
        """A batch without the rows that name one of them under `key`."""
        named: Sequence[Any] = columns.values.get(key, ())
        gone = self.among(connection, {name for name in named if name is not None})
        if not gone:
            return columns
        stay = [name not in gone for name in named]
        values = {name: list(compress(column, stay)) for name, column in columns.values.items()}
        numbers, digests = (list(compress(column, stay)) for column in (columns.numbers, columns.digests))
        return replace(columns, numbers=numbers, values=values, digests=digests)
