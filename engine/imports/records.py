"""Taking records: new ones are added to their customers, those known get what the file says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.imports.converting import Columns
from engine.imports.merging import Merged, Row, merge, stored_rows
from engine.imports.taking import Outcome, Owners, in_table_order
from engine.storage.arrivals import mark_changed, take_numbers
from engine.storage.bulk import insert_rows, update_rows
from engine.storage.declared import column_name
from engine.storage.values import Reader
from engine.wording import say


@dataclass(slots=True)
class RecordTaker:
    """Takes records of one kind. A record stays with its customer: one that names another is rejected.

    A record that is known need not name its customer.
    """

    table: sa.Table
    readers: Mapping[str, Reader]
    owners: Owners
    required: tuple[str, ...] = ("id",)

    def take(self, connection: sa.Connection, columns: Columns) -> Outcome:
        """Add and change records; the customers of those that changed are marked for the next run."""
        fields = in_table_order(self.table, columns.values.keys() - {"id", "customer"})
        names = ["customer", *map(column_name, fields)]
        ids: Sequence[Any] = columns.values["id"]
        if not ids:
            return Outcome()
        owners = self._owners(connection, columns.values.get("customer") or [None] * len(ids))
        rows: list[Row] = list(zip(owners, *(columns.values[name] for name in fields), strict=True))
        known = stored_rows(connection, self.table, "record", names, set(ids))
        reasons = _reasons(ids, rows, known)
        good = [not reason for reason in reasons]
        merged = merge(compress(zip(ids, rows, strict=True), good), known)
        merged.outcome.refused = {
            number: reason for number, reason in zip(columns.numbers, reasons, strict=True) if reason
        }
        self._add(connection, names, merged)
        changes = [(*row, known[key][0]) for key, row in merged.changed.items()]
        update_rows(connection, self.table, "record", names, changes)
        mark_changed(connection, [row[0] for row in (*merged.added.values(), *merged.changed.values())])
        return merged.outcome

    def _owners(self, connection: sa.Connection, names: Sequence[Any]) -> list[int | None]:
        numbers = iter(self.owners.numbers(connection, [name for name in names if name is not None]))
        return [None if name is None else next(numbers) for name in names]

    def _add(self, connection: sa.Connection, names: Sequence[str], merged: Merged) -> None:
        if not merged.added:
            return
        first = take_numbers(connection, "records", len(merged.added))
        rows = [(number, key, *row) for number, (key, row) in enumerate(merged.added.items(), first)]
        insert_rows(connection, self.table, ["record", "id", *names], rows)


def _reasons(ids: Sequence[str], rows: Sequence[Row], known: Mapping[str, Row]) -> list[Phrase | None]:
    """Why a row cannot be taken: it must name whom its record belongs to, or belonged to first in this batch."""
    owners = {key: row[1] for key, row in known.items()}
    reasons: list[Phrase | None] = []
    for key, row in zip(ids, rows, strict=True):
        owner = owners.get(key) if row[0] is None else owners.setdefault(key, row[0])
        if owner is None:
            reasons.append(say("customer: missing, and no such record is known yet"))
        else:
            fits = row[0] in {None, owner}
            reasons.append(None if fits else say("record {id!r} belongs to another customer", id=key))
    return reasons
