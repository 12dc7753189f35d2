"""The temporary tables of a run: who is looked at, who moves where, what is wanted.

They hold one batch and belong to one connection.

All but `due` have no keys on purpose: SQLite then reads them once and looks each row's enrolment up; with a key it
reads the whole journey instead.
"""

from functools import lru_cache

import sqlalchemy as sa

from engine.plans.statement import Statement, compiled
from engine.storage.schema import INTENT, Instant, Number, message

temporary = sa.MetaData()


def _table(name: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(name, temporary, *columns, prefixes=["TEMPORARY"])


def _numbers(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, Number) for name in names]


due = sa.Table(
    "due",
    temporary,
    sa.Column("customer", Number, primary_key=True),
    sa.Column("circle", Number, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
"""The change set: customers who may behave differently than at the run before, and in which circles of journeys."""

batch = _table("batch", *_numbers("customer"))
"""The customers of the transaction under way."""

looked = _table("looked", *_numbers("customer"))
"""The customers of the batch that this step looks at."""

stirred = _table("stirred", *_numbers("customer", "step"))
"""Customers of whom a step changed something that may let somebody move again."""

picked = _table("picked", *_numbers("customer", "record", "occurrence", "visit", "way"))
"""Who takes which way in this step; `visit` is the number of the visit that begins."""

begun = _table("begun", *_numbers("journey", "customer", "record"))
"""Whom a `begin` starts."""

chosen = _table("chosen", *_numbers("journey", "customer", "record"))
"""Who may come in where only so many may."""

wanted = _table(
    "wanted",
    *_numbers("customer", "journey", "record", "occurrence", "visit", "action", "state"),
    sa.Column("created_at", Instant),
    *_numbers("status", "until", "refused", "approved", "edition", "sampled"),
    sa.Column("signed", sa.Text),
)
"""Messages to decide on: wanted in this batch (`status` null), or stored and to be looked at again.

`state` and `action` name the `Send`.
"""

leaving = _table(
    "leaving",
    *_numbers("customer", "journey", "record", "occurrence", "visit", "action", "epoch", "settled", "seq"),
    sa.Column("key", sa.Text),
    sa.Column("reference", sa.Text),
)
"""Messages that a delivery has claimed; the claim holds while the message has this epoch.

The other columns are for those that gateways have taken: what to record of them.
"""

ALL = (due, batch, looked, stirred, picked, begun, chosen, wanted, leaving)


def not_wanted() -> sa.ColumnElement[bool]:
    """That a message is none of those in `wanted`: what is to be decided on does not count itself."""
    decided_on = sa.select(*(wanted.c[name] for name in INTENT))
    return sa.tuple_(*(message.c[name] for name in INTENT)).not_in(decided_on)


def prepare(connection: sa.Connection) -> None:
    """Make the tables, or empty those that an earlier run on this connection left."""
    if "due" not in sa.inspect(connection).get_temp_table_names():
        temporary.create_all(connection, checkfirst=False)
        return
    for statement in _emptying(connection.dialect):
        statement.run(connection, {})


@lru_cache(maxsize=8)
def _emptying(dialect: sa.Dialect) -> list[Statement]:
    return [compiled(table.delete(), dialect) for table in ALL]
