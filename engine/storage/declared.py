"""Tables derived from what the rules declare: one for customers, one per event kind and record kind.

Declared attributes and fields are real, typed columns under their own names, prefixed nowhere: a declaration
whose name is one of the engine's own columns gets an underscore at its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.model.conditions import Kind
from dsl.model.known_events import RECORDED_BY_ENGINE
from dsl.model.model import EventKind, Field, Model, RecordKind
from engine.storage.schema import Instant, Number

COLUMN_TYPES: Mapping[Kind, sa.types.TypeEngine[Any]] = {
    "text": sa.Text(),
    "phone": sa.Text(),
    "email": sa.Text(),
    "choice": sa.Text(),
    "number": sa.Double(),
    "money": sa.BigInteger(),
    "flag": sa.Boolean(),
    "date": sa.Integer(),
    "time": sa.BigInteger(),
}
"""Money in minor units, dates as days since 1970-01-01, times as milliseconds UTC."""

_OWN = frozenset({"customer", "id", "hash", "seq", "at", "digest", "record"})


def column_name(field: str) -> str:
    """The column of a declared attribute or field."""
    return f"{field}_" if field.lower().rstrip("_") in _OWN else field


@dataclass(frozen=True, slots=True)
class Declared:
    """The tables of one rule set. `sent`, `delivered` and `failed` have none: they are in the message log."""

    metadata: sa.MetaData
    customer: sa.Table
    events: Mapping[str, sa.Table]
    records: Mapping[str, sa.Table]


_made: list[tuple[Model, Declared]] = []
"""The tables of the model asked for last: they take longer to describe than most of what is done with them."""


def declared_tables(model: Model) -> Declared:
    """The tables that a rule set needs."""
    if not _made or _made[0][0] is not model:
        _made[:] = [(model, _describe(model))]
    return _made[0][1]


def _describe(model: Model) -> Declared:
    metadata = sa.MetaData()
    events = (kind for kind in model.events.values() if kind.name not in RECORDED_BY_ENGINE)
    return Declared(
        metadata=metadata,
        customer=_customer_table(metadata, model.customer),
        events={kind.name: _event_table(metadata, kind) for kind in events},
        records={kind.name: _record_table(metadata, kind) for kind in model.records.values()},
    )


def _columns(fields: tuple[Field, ...]) -> list[sa.Column[Any]]:
    return [sa.Column(column_name(field.name), COLUMN_TYPES[field.type.kind]) for field in fields]


def _customer_table(metadata: sa.MetaData, fields: tuple[Field, ...]) -> sa.Table:
    """`customer` is the internal number, `id` the user's key, `hash` 31 stable bits of it for shares."""
    return sa.Table(
        "customer",
        metadata,
        sa.Column("customer", Number, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("hash", sa.Integer, nullable=False),
        *_columns(fields),
    )


def _event_table(metadata: sa.MetaData, kind: EventKind) -> sa.Table:
    """`seq` is the order of arrival over all kinds; `digest` tells equal events (and counted twins) apart."""
    name = f"event_{kind.name}"
    table = sa.Table(
        name,
        metadata,
        sa.Column("seq", Number, primary_key=True, autoincrement=False),
        sa.Column("customer", Number, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
        sa.Column("id", sa.Text),
        *_columns(kind.fields),
    )
    known = table.c.id.is_not(None)
    sa.Index(f"ix_{name}_customer", table.c.customer, table.c.at, table.c.digest, unique=True)
    sa.Index(f"ix_{name}_at", table.c.at)
    sa.Index(f"ix_{name}_id", table.c.id, unique=True, sqlite_where=known)
    return table


def _record_table(metadata: sa.MetaData, kind: RecordKind) -> sa.Table:
    """`record` is the internal number, `id` the user's key."""
    name = f"record_{kind.name}"
    table = sa.Table(
        name,
        metadata,
        sa.Column("record", Number, primary_key=True),
        sa.Column("customer", Number, nullable=False),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        *_columns(kind.fields),
    )
    sa.Index(f"ix_{name}_customer", table.c.customer)
    return table
