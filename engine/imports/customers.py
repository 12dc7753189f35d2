"""Taking customers: new ones are added, those known get what the file says of them. An empty cell says nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.imports.converting import Columns
from engine.imports.merging import Merged, merge, stored_rows
from engine.imports.taking import Outcome, in_table_order
from engine.people.suppression import opt_out_known
from engine.storage.arrivals import mark_changed, take_numbers
from engine.storage.bulk import insert_rows, update_rows
from engine.storage.customers import customer_hash
from engine.storage.declared import column_name
from engine.storage.values import Reader


@dataclass(slots=True)
class CustomerTaker:
    """Takes customers."""

    table: sa.Table
    readers: Mapping[str, Reader]
    required: tuple[str, ...] = ("id",)

    def take(self, connection: sa.Connection, columns: Columns) -> Outcome:
        """Add and change customers; those that changed are marked for the next run."""
        fields = in_table_order(self.table, columns.values.keys() - {"id"})
        names = [column_name(name) for name in fields]
        ids: Sequence[Any] = columns.values["id"]
        rows = (
            list(zip(*(columns.values[name] for name in fields), strict=True)) if fields else [()] * len(ids)
        )
        known = stored_rows(connection, self.table, "customer", names, set(ids))
        merged = merge(zip(ids, rows, strict=True), known)
        added = self._add(connection, names, merged)
        update_rows(
            connection,
            self.table,
            "customer",
            names,
            [(*row, known[key][0]) for key, row in merged.changed.items()],
        )
        touched = [*added, *(known[key][0] for key in merged.changed)]
        mark_changed(connection, touched)
        opt_out_known(connection, touched)
        return merged.outcome

    def _add(self, connection: sa.Connection, names: Sequence[str], merged: Merged) -> range:
        if not merged.added:
            return range(0)
        first = take_numbers(connection, "customers", len(merged.added))
        numbers = range(first, first + len(merged.added))
        rows = [
            (number, key, customer_hash(key), *row)
            for number, (key, row) in zip(numbers, merged.added.items(), strict=True)
        ]
        insert_rows(connection, self.table, ["customer", "id", "hash", *names], rows)
        return numbers
