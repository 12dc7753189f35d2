"""What all imports share when they take a batch: the outcome of rows, and the numbers of the customers they name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.imports.converting import Columns
from engine.people.suppression import opt_out_known
from engine.storage.customers import ensure_customers
from engine.storage.declared import column_name
from engine.storage.values import Reader

_REMEMBERED = 1_000_000  # customers; some 170 bytes each


@dataclass(slots=True)
class Outcome:
    """What became of the rows of a batch; `refused`: reasons by number of row."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: dict[int, Phrase] = field(default_factory=dict)


class Taker(Protocol):
    """Takes the rows of one kind of file."""

    @property
    def readers(self) -> Mapping[str, Reader]:
        """The fields there are, and how each is read."""

    @property
    def required(self) -> tuple[str, ...]:
        """The fields without which a row is no row."""

    def take(self, connection: sa.Connection, columns: Columns) -> Outcome:
        """Take a batch, inside its transaction. Taking it again changes nothing."""


@dataclass(slots=True)
class Owners:
    """Numbers of customers by id. Those never heard of come into being with nothing but their id."""

    created: int = 0
    _known: dict[str, int] = field(default_factory=dict)

    def numbers(self, connection: sa.Connection, identities: Sequence[str]) -> list[int]:
        """The number of each."""
        missing = set(identities).difference(self._known)
        if len(self._known) + len(missing) > _REMEMBERED:
            self._known.clear()
            missing = set(identities)
        if missing:
            found = ensure_customers(connection, missing)
            self.created += found.created
            if found.created:
                opt_out_known(connection, [found.numbers[identity] for identity in missing])
            self._known.update(found.numbers)
        return list(map(self._known.__getitem__, identities))


def in_table_order(table: sa.Table, fields: Iterable[str]) -> list[str]:
    """Fields in the order in which the table has their columns."""
    places = {name: place for place, name in enumerate(table.c.keys())}
    return sorted(fields, key=lambda field: places[field if field == "id" else column_name(field)])
