"""Events on their way into their table: as they came, then in the order in which they are written.

Two temporary tables do in a few statements what else is done row by row: looking customers up, and sorting by
customer. Sorted, the rows that one transaction writes lie close together in the index by customer; in the order of
their file each would cost a page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from engine.storage.bulk import insert_rows, insert_selected
from engine.storage.customers import customer
from engine.storage.schema import Number


@dataclass(frozen=True, slots=True)
class Stage:
    """The temporary tables beside `table`. `seq` is an order in both; `customer` of `staged`, the user's key."""

    table: sa.Table
    staged: sa.Table
    placed: sa.Table

    def prepare(self, connection: sa.Connection) -> None:
        """Make the tables where they are missing; nothing is staged then."""
        for table in (self.staged, self.placed):
            connection.execute(CreateTable(table, if_not_exists=True))
        connection.execute(self.staged.delete())

    def add(self, connection: sa.Connection, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Stage rows; they keep their order among those of one customer."""
        insert_rows(connection, self.staged, columns, rows)

    def place(self, connection: sa.Connection) -> range:
        """Put what is staged in order of customers; the places it has now, unknown customers first."""
        staged = self.staged
        owner = customer.c.customer.label("customer")
        found = (
            sa.select(owner, *(staged.c[name] for name in self._fields))
            .select_from(staged.outerjoin(customer, customer.c.id == staged.c.customer))
            .order_by(customer.c.customer.nulls_first(), staged.c.seq)
        )
        connection.execute(self.placed.delete())
        connection.execute(self.placed.insert().from_select(["customer", *self._fields], found))
        ends = sa.select(sa.func.min(self.placed.c.seq), sa.func.max(self.placed.c.seq))
        first, last = connection.execute(ends).one()
        return range(first, last + 1) if first is not None else range(0)

    def unknown(self, connection: sa.Connection) -> list[str]:
        """Those named in what is placed whom nobody has heard of."""
        if not connection.scalar(sa.select(sa.exists().where(self.placed.c.customer.is_(None)))):
            return []
        known = sa.select(customer.c.id)
        strangers = sa.select(self.staged.c.customer).where(self.staged.c.customer.not_in(known)).distinct()
        return list(connection.scalars(strangers))

    def leave_out(self, connection: sa.Connection, identities: Collection[str]) -> int:
        """Take back what is staged of some; how many rows."""
        if not identities:
            return 0
        theirs = self.staged.c.customer.in_(sorted(identities))
        return connection.execute(self.staged.delete().where(theirs)).rowcount

    def write(self, connection: sa.Connection, places: range, first: int) -> int:
        """Write what stands at these places, numbered from `first`, but for what is there already; how many it was."""
        placed = self.placed
        number = (placed.c.seq + (first - places.start)).label("seq")
        chosen = (
            sa.select(number, placed.c.customer, *(placed.c[name] for name in self._fields))
            .where(placed.c.seq.between(places.start, places.stop - 1))
            .where(placed.c.customer.in_(sa.select(customer.c.customer)))  # somebody may be gone since
            .order_by(placed.c.seq)
        )
        return insert_selected(connection, self.table, ["seq", "customer", *self._fields], chosen)

    @property
    def _fields(self) -> list[str]:
        return [name for name in self.table.c.keys() if name not in {"seq", "customer"}]  # noqa: SIM118


@lru_cache(maxsize=64)
def stage_of(table: sa.Table) -> Stage:
    """The stage of a table of events; the same again, so that its statements are compiled once."""
    return Stage(table, _beside(table, "staged", sa.Text()), _beside(table, "placed", Number))


def _beside(table: sa.Table, name: str, owner: sa.types.TypeEngine[Any]) -> sa.Table:
    """Named by its columns too: a connection may outlive a release, and what it staged for then."""
    fields = (sa.Column(c.name, c.type) for c in table.c if c.name not in {"seq", "customer"})
    columns = crc32(" ".join(f"{c.name} {c.type}" for c in table.c).encode())
    return sa.Table(
        f"{name}_{table.name}_{columns:08x}",
        sa.MetaData(),
        sa.Column("seq", Number, primary_key=True),
        sa.Column("customer", owner),
        *fields,
        prefixes=["TEMPORARY"],
    )
