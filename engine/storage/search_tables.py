"""What customers are found by: their texts once more, a row each, and SQLite's index over every three characters.

All that is SQLite's own about it is here: the index, and the triggers that keep it and note who has changed.
Knows not what the texts are made of.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from engine.storage.schema import Number, metadata

searched = sa.Table(
    "searched",
    metadata,
    sa.Column("customer", Number, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)
"""The texts of those customers that the index knows; a row that goes takes its part of the index with it."""

unsearched = sa.Table("unsearched", metadata, sa.Column("customer", Number, primary_key=True))
"""Customers whose texts have changed since the index took them. New ones have higher numbers than it has reached."""

grams = sa.table("searched_gram", sa.column("searched_gram", sa.Text), sa.column("rowid", Number))
"""The index: which customers have three characters in a row."""

terms = sa.table("searched_term", sa.column("term", sa.Text), sa.column("doc", Number))
"""The same, by what the three begin with: for one or two characters, which is what Chinese names consist of."""

INDEX_TABLES = frozenset(
    {grams.name, terms.name, *(f"{grams.name}_{part}" for part in ("data", "idx", "config"))}
)
"""Tables by which SQLite keeps the index."""

_MAKE = (
    """CREATE VIRTUAL TABLE searched_gram USING fts5(text, content='searched', content_rowid='customer',
    detail=none, columnsize=0, tokenize='trigram case_sensitive 1')""",
    # What is deleted is cut out of the index at once, instead of being crossed out until it is next merged.
    "INSERT INTO searched_gram (searched_gram, rank) VALUES ('secure-delete', 1)",
    "CREATE VIRTUAL TABLE searched_term USING fts5vocab(searched_gram, instance)",
    """CREATE TRIGGER searched_added AFTER INSERT ON searched BEGIN
    INSERT INTO searched_gram (rowid, text) VALUES (new.customer, new.text); END""",
    """CREATE TRIGGER searched_removed AFTER DELETE ON searched BEGIN
    INSERT INTO searched_gram (searched_gram, rowid, text) VALUES ('delete', old.customer, old.text); END""",
)
_UNMAKE = ("DROP TABLE searched_term", "DROP TABLE searched_gram")


def _when(event: str, statements: Sequence[str]) -> None:
    for statement in statements:
        made: sa.DDL = sa.DDL(statement)  # type: ignore[no-untyped-call]
        sa.event.listen(searched, event, made.execute_if(dialect="sqlite"))


_when("after_create", _MAKE)
_when("before_drop", _UNMAKE)


class _Follow(sa.schema.ExecutableDDLElement):
    def __init__(self, columns: Sequence[sa.Column[object]]) -> None:
        self.columns = columns


class _Unfollow(sa.schema.ExecutableDDLElement):
    """For as long as columns are changed, which a trigger that names them forbids."""


@compiles(_Follow, "sqlite")
def _follow(element: _Follow, compiler: sa.sql.compiler.DDLCompiler, **_: object) -> str:
    prepare = compiler.preparer
    names = [prepare.format_column(column) for column in element.columns]
    changed = " OR ".join(f"old.{name} IS NOT new.{name}" for name in names)
    table = prepare.format_table(element.columns[0].table)
    return f"""CREATE TRIGGER customer_renamed AFTER UPDATE OF {", ".join(names)} ON {table} WHEN {changed} BEGIN
    INSERT OR IGNORE INTO unsearched (customer) VALUES (new.customer); END"""  # noqa: S608  # names, quoted


@compiles(_Unfollow, "sqlite")
def _unfollow(*_: object, **__: object) -> str:
    return "DROP TRIGGER IF EXISTS customer_renamed"


def follow(connection: sa.Connection, columns: Sequence[sa.Column[object]]) -> None:
    """Note from now on whose values in these columns of customers change, whoever changes them."""
    if columns and connection.dialect.name == "sqlite":
        connection.execute(_Follow(columns))


def unfollow(connection: sa.Connection) -> None:
    """Note it no longer."""
    if connection.dialect.name == "sqlite":
        connection.execute(_Unfollow())


def forget_statistics(connection: sa.Connection) -> None:
    """Forget what an ANALYZE of somebody's has found out about the index: small, it makes SQLite read all of it later.

    Five times as slow at 300,000 customers. sqlite_stat1 is there already.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(_statistics.delete().where(_statistics.c.tbl.in_(INDEX_TABLES)))
        connection.exec_driver_sql("ANALYZE sqlite_schema")  # reads anew what there is; looks at no rows


_statistics = sa.table("sqlite_stat1", sa.column("tbl", sa.Text))
