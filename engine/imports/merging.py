"""Rows that come in against rows that are stored, by the user's own key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.imports.taking import Outcome
from engine.storage.bulk import rows_by_key

Row = tuple[Any, ...]


@dataclass(slots=True)
class Merged:
    """`added` and `changed`: the rows as they are now to be stored, by key; what stays equal is in neither."""

    added: dict[str, Row] = field(default_factory=dict)
    changed: dict[str, Row] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)


def stored_rows(
    connection: sa.Connection, table: sa.Table, number: str, names: Sequence[str], keys: Iterable[str]
) -> dict[str, Row]:
    """The number and these columns of every stored row with one of the keys."""
    columns = [table.c.id, table.c[number], *(table.c[name] for name in names)]
    return {row[0]: tuple(row[1:]) for row in rows_by_key(connection, columns, table.c.id, sorted(keys))}


def merge(rows: Iterable[tuple[str, Row]], known: Mapping[str, Row]) -> Merged:
    """Lay rows over what is stored, in their order; `known` has the number before the values.

    A missing value leaves what is there. Of several rows with one key the later is laid over the earlier.
    """
    if not known and len(added := dict(rows := list(rows))) == len(rows):
        return Merged(added, outcome=Outcome(added=len(added)))
    merged = Merged()
    for key, row in rows:
        stored = known.get(key)
        if stored is None:
            _lay_over_new(merged, key, row)
            continue
        before = merged.changed.get(key, stored[1:])
        after = _laid(before, row)
        if after == before:
            merged.outcome.unchanged += 1
            continue
        merged.outcome.changed += 1
        merged.changed[key] = after
    for key in [key for key, row in merged.changed.items() if row == known[key][1:]]:
        del merged.changed[key]  # changed there and back
    return merged


def _lay_over_new(merged: Merged, key: str, row: Row) -> None:
    before = merged.added.get(key)
    if before is None:
        merged.outcome.added += 1
        merged.added[key] = row
        return
    merged.added[key] = _laid(before, row)
    merged.outcome.changed += merged.added[key] != before
    merged.outcome.unchanged += merged.added[key] == before


def _laid(before: Row, row: Row) -> Row:
    if None not in row:
        return row
    return tuple(old if new is None else new for old, new in zip(before, row, strict=True))
