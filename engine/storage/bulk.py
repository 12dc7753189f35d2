"""Many rows at once, as fast as the driver takes them. For rows whose values are of the stored types already."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any

import sqlalchemy as sa

_SLICE = 500  # keys asked for at once


def any_known(values: Sequence[object]) -> bool:
    """Whether a column holds any value; binding nothing but NULLs takes longer than leaving the column out."""
    return values.count(None) < len(values)


def insert_rows(
    connection: sa.Connection,
    table: sa.TableClause,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    passing_over: bool = False,
) -> None:
    """Insert rows of these columns; with `passing_over`, those that a unique key forbids are left out."""
    if not rows:
        return
    compiled = _compiled_insert(connection.dialect, table, tuple(columns), passing_over)
    _execute_compiled(connection, compiled, columns, rows)


def selected(
    dialect: sa.Dialect, table: sa.Table, columns: Sequence[str], query: sa.Select[Any]
) -> sa.Executable:
    """Inserts what a query finds, which has a `where`; what a unique key forbids is left out."""
    insert = _dialect_insert(dialect)(table).from_select(columns, query)
    statement: sa.Executable = insert.on_conflict_do_nothing()
    return statement


def update_rows(
    connection: sa.Connection,
    table: sa.Table,
    key: str,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Give the rows with these keys new values: each row is the values in the order of `columns`, then the key."""
    if not rows or not columns:
        return
    values: dict[str, Any] = {name: sa.bindparam(name) for name in columns}
    statement = sa.update(table).where(table.c[key] == sa.bindparam("the_key")).values(values)
    _execute(connection, statement, [*columns, "the_key"], rows)


def execute_many(connection: sa.Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute once for each row; the statement takes its parameters by name and has no values of its own."""
    if rows:
        _execute(connection, statement, list(rows[0]), [tuple(row.values()) for row in rows])


def rows_by_key(
    connection: sa.Connection,
    columns: Sequence[sa.ColumnElement[Any]],
    key: sa.ColumnElement[Any],
    keys: Sequence[Any],
) -> list[sa.Row[Any]]:
    """The rows whose key is among `keys`, asked for in slices; one statement serves them all."""
    found: list[sa.Row[Any]] = []
    whole = len(keys) - len(keys) % _SLICE
    for start, end, size in ((0, whole, _SLICE), (whole, len(keys), len(keys) - whole)):
        if start == end:
            continue
        query = sa.select(*columns).where(
            key.in_([sa.bindparam(f"k{place}", keys[start]) for place in range(size)])
        )
        compiled: Any = query.compile(dialect=connection.dialect)
        for at in range(start, end, size):
            values: Any = tuple(keys[at : at + size])
            if compiled.positiontup is None:
                values = {f"k{place}": value for place, value in enumerate(values)}
            found += connection.exec_driver_sql(str(compiled), values).all()
    return found


@contextmanager
def many_objects() -> Iterator[None]:
    """No looking for circular garbage: rows make none, and among millions of them it takes a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _dialect_insert(dialect: sa.Dialect) -> Any:
    """Both dialects can pass over rows, each with an insert of its own; loading them takes a while."""
    return import_module(f"sqlalchemy.dialects.{dialect.name}").insert


@lru_cache(maxsize=256)
def _compiled_insert(
    dialect: sa.Dialect,
    table: sa.TableClause,
    columns: tuple[str, ...],
    passing_over: bool,  # noqa: FBT001
) -> Any:
    """Compiled once: whoever writes little and often would spend most of the time on that."""
    make = _dialect_insert(dialect) if passing_over else sa.insert
    statement: Any = make(table).values({name: sa.bindparam(name) for name in columns})
    return (statement.on_conflict_do_nothing() if passing_over else statement).compile(dialect=dialect)


def _execute(
    connection: sa.Connection, statement: Any, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    _execute_compiled(connection, statement.compile(dialect=connection.dialect), columns, rows)


def _execute_compiled(
    connection: sa.Connection, compiled: Any, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    order = compiled.positiontup
    if order is None:  # the driver names its parameters
        connection.exec_driver_sql(str(compiled), [dict(zip(columns, row, strict=True)) for row in rows])
        return
    if list(order) != list(columns):
        places = [columns.index(name) for name in order]
        rows = [tuple(row[place] for place in places) for row in rows]
    connection.exec_driver_sql(str(compiled), list(rows))
