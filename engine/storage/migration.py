"""The tables of declarations, made and changed when a rule set is applied. Never drops what holds values.

A removed attribute, event kind or record kind keeps its column or table, unused, and has its values again
when it is declared again. Knows nothing of releases.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from dsl.model.model import Field, Model
from dsl.wording import Phrase
from engine.errors import MigrationError
from engine.storage.columns import AddColumn, DropColumn
from engine.storage.declared import Declared, column_name, declared_tables
from engine.storage.schema import meta
from engine.storage.search_index import fit_index
from engine.storage.search_tables import unfollow
from engine.wording import say, say_number

_KEPT_KEY = "columns"
"""Where `meta` keeps the declared type of every column there is: {table: {column: kind}}."""

_TEXTS = frozenset({"text", "choice", "phone", "email"})
"""Types that are stored alike, so that one may become another."""

_SEARCHED = frozenset({"text", "phone", "email"})
"""Types of what customers are found by."""

Kinds = dict[str, dict[str, str]]
Places = Mapping[tuple[str, str], str]
"""`file:line` by (table, declared name)."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that migration did or found, for people to read."""

    what: str


def migrate(connection: sa.Connection, model: Model, places: Places | None = None) -> list[Change]:
    """Make the tables fit a rule set, inside the transaction that applies it; what changed.

    MigrationError when a declared type changed and values of the old one are stored.
    """
    declared = declared_tables(model)
    kept = kept_kinds(connection)
    changes: list[Change] = []
    unfollow(connection)
    for table, fields in _declarations(model, declared):
        _refuse_twin_tables(table, kept)
        _refuse_twin_columns(table, fields, kept, places or {})
        if table.name not in kept:
            table.create(connection)
            kept[table.name] = {}
            changes.append(Change(f"made table {table.name}"))
        else:
            changes += _fit(connection, table, fields, kept[table.name], places or {})
        kept[table.name] |= {field.name: field.type.kind for field in fields}
    fit_index(connection, [declared.customer.c[column_name(field.name)] for field in searched_fields(model)])
    connection.execute(meta.delete().where(meta.c.key == _KEPT_KEY))
    connection.execute(meta.insert().values(key=_KEPT_KEY, value=json.dumps(kept)))
    return changes


def searched_fields(model: Model) -> list[Field]:
    """What customers are found by, besides their ids."""
    return [field for field in model.customer if field.type.kind in _SEARCHED]


def kept_kinds(connection: sa.Connection) -> Kinds:
    """The declared type of every column there is, those whose declaration has gone included."""
    text = connection.scalar(sa.select(meta.c.value).where(meta.c.key == _KEPT_KEY))
    kept: Kinds = json.loads(text) if text else {}
    return kept


def _declarations(model: Model, declared: Declared) -> Iterator[tuple[sa.Table, tuple[Field, ...]]]:
    yield declared.customer, model.customer
    for name, table in declared.events.items():
        yield table, model.events[name].fields
    for name, table in declared.records.items():
        yield table, model.records[name].fields


def _refuse_twin_tables(table: sa.Table, kept: Kinds) -> None:
    twin = next((name for name in kept if name.lower() == table.name.lower()), table.name)
    if twin != table.name:
        raise _twins(table.name, twin)


def _refuse_twin_columns(table: sa.Table, fields: tuple[Field, ...], kept: Kinds, places: Places) -> None:
    seen = {name.lower(): name for name in kept.get(table.name, ())}
    for field in fields:
        twin = seen.setdefault(field.name.lower(), field.name)
        if twin != field.name:
            raise _twins(field.name, twin, places.get((table.name, field.name)))


def _twins(one: str, other: str, place: str | None = None) -> MigrationError:
    # SQLite does not tell `Name` from `name`.
    return MigrationError(
        _placed(
            place, say("`{one}` and `{other}` differ too little to be stored apart", one=one, other=other)
        ),
        say("give one of them another name"),
    )


def _fit(
    connection: sa.Connection,
    table: sa.Table,
    fields: tuple[Field, ...],
    kinds: Mapping[str, str],
    places: Places,
) -> Iterator[Change]:
    for field in fields:
        column = table.c[column_name(field.name)]
        before = kinds.get(field.name)
        if before is None:
            connection.execute(AddColumn(column))
            yield Change(f"added {table.name}.{column.name}")
        elif before != field.type.kind and not {before, field.type.kind} <= _TEXTS:
            _refuse_loss(connection, column, field, before, places)
            _replace(connection, column)
            yield Change(f"{table.name}.{column.name} was {before} and is now {field.type.kind}")


def _refuse_loss(
    connection: sa.Connection, column: sa.Column[object], field: Field, before: str, places: Places
) -> None:
    count = sa.select(sa.func.count()).select_from(column.table).where(column.is_not(None))
    rows = connection.execute(count).scalar_one()
    if rows:
        table = column.table
        raise MigrationError(
            _placed(places.get((table.name, field.name)), _loss(field, before, rows)),
            say(
                "declare the new one under another name; the old values stay in {place}",
                place=f"{table.name}.{column.name}",
            ),
        )


def _replace(connection: sa.Connection, column: sa.Column[object]) -> None:
    """An empty column of one type becomes one of another; indexes that name it are dropped first."""
    found = sa.Table(column.table.name, sa.MetaData(), autoload_with=connection)
    for index in found.indexes:
        if column.name in index.columns:
            index.drop(connection)
    connection.execute(DropColumn(column))
    connection.execute(AddColumn(column))


def _loss(field: Field, before: str, rows: int) -> Phrase:
    return say_number(
        "`{name}` was {before}, not {kind}: {n:,} stored value would be lost",
        "`{name}` was {before}, not {kind}: {n:,} stored values would be lost",
        n=rows,
        name=field.name,
        before=before,
        kind=field.type.kind,
    )


def _placed(place: str | None, message: Phrase) -> Phrase:
    return say("{place}: {message}", place=place, message=message) if place else message
