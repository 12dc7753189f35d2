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

from engine.plans.statement import Statement, compiled
from engine.storage.bulk import insert_rows, selected
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
        made = _made(self, connection.dialect)
        for create in made.create:
            connection.exec_driver_sql(create)
        made.forget.run(connection, {})

    def add(self, connection: sa.Connection, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Stage rows; they keep their order among those of one customer."""
        insert_rows(connection, self.staged, columns, rows)

    def place(self, connection: sa.Connection) -> range:
        """Put what is staged in order of customers; the places it has now, unknown customers first."""
        made = _made(self, connection.dialect)
        made.clear.run(connection, {})
        made.place.run(connection, {})
        [(first, last)] = made.ends.rows(connection, {})
        return range(first, last + 1) if first is not None else range(0)

    def unknown(self, connection: sa.Connection) -> list[str]:
        """Those named in what is placed whom nobody has heard of."""
        made = _made(self, connection.dialect)
        if not made.strange.run(connection, {}).scalar():
            return []
        return list(made.strangers.run(connection, {}).scalars())

    def leave_out(self, connection: sa.Connection, identities: Collection[str]) -> int:
        """Take back what is staged of some; how many rows."""
        if not identities:
            return 0
        theirs = self.staged.c.customer.in_(sorted(identities))
        return connection.execute(self.staged.delete().where(theirs)).rowcount

    def write(self, connection: sa.Connection, places: range, first: int) -> int:
        """Write what stands at these places, numbered from `first`, but for what is there already; how many it was."""
        values = {"begin": places.start, "end": places.stop - 1, "shift": first - places.start}
        return _made(self, connection.dialect).write.run(connection, values).rowcount


@dataclass(frozen=True, slots=True)
class _Made:
    """The statements of a stage: of single events, making them anew would take a third of all time."""

    create: tuple[str, ...]
    forget: Statement
    clear: Statement
    place: Statement
    ends: Statement
    strange: Statement
    strangers: Statement
    write: Statement


@lru_cache(maxsize=64)
def _made(stage: Stage, dialect: sa.Dialect) -> _Made:
    staged, placed = stage.staged, stage.placed
    tables = (CreateTable(table, if_not_exists=True).compile(dialect=dialect) for table in (staged, placed))
    strangers = sa.select(staged.c.customer).where(staged.c.customer.not_in(sa.select(customer.c.id)))
    statements = (
        staged.delete(),
        placed.delete(),
        _placing(stage),
        sa.select(sa.func.min(placed.c.seq), sa.func.max(placed.c.seq)),
        sa.select(sa.exists().where(placed.c.customer.is_(None))),
        strangers.distinct(),
        _writing(stage, dialect),
    )
    return _Made(tuple(map(str, tables)), *(compiled(statement, dialect) for statement in statements))


def _fields(stage: Stage) -> list[str]:
    return [name for name in stage.table.c.keys() if name not in {"seq", "customer"}]  # noqa: SIM118


def _placing(stage: Stage) -> sa.Insert:
    staged, names = stage.staged, _fields(stage)
    owner = customer.c.customer.label("customer")
    found = (
        sa.select(owner, *(staged.c[name] for name in names))
        .select_from(staged.outerjoin(customer, customer.c.id == staged.c.customer))
        .order_by(customer.c.customer.nulls_first(), staged.c.seq)
    )
    return stage.placed.insert().from_select(["customer", *names], found)


def _writing(stage: Stage, dialect: sa.Dialect) -> sa.Executable:
    placed, names = stage.placed, _fields(stage)
    begin, end, shift = (
        sa.bindparam(name, type_=Number, required=True) for name in ("begin", "end", "shift")
    )
    chosen = (
        sa.select((placed.c.seq + shift).label("seq"), placed.c.customer, *(placed.c[name] for name in names))
        .where(placed.c.seq.between(begin, end))
        .where(placed.c.customer.in_(sa.select(customer.c.customer)))  # somebody may be gone since
        .order_by(placed.c.seq)
    )
    return selected(dialect, stage.table, ["seq", "customer", *names], chosen)


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
