"""Columns that tables get or lose after they were made, which SQLAlchemy has no words for. Knows no tables."""

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


class AddColumn(sa.schema.ExecutableDDLElement):
    """A table gets a column, the last one, without values."""

    def __init__(self, column: sa.Column[object]) -> None:
        self.column = column


class DropColumn(sa.schema.ExecutableDDLElement):
    """A table loses a column, and what is in it."""

    def __init__(self, column: sa.Column[object]) -> None:
        self.column = column


@compiles(AddColumn)
def _add_column(element: AddColumn, compiler: sa.sql.compiler.DDLCompiler, **_: object) -> str:
    table = compiler.preparer.format_table(element.column.table)
    return f"ALTER TABLE {table} ADD COLUMN {compiler.get_column_specification(element.column)}"


@compiles(DropColumn)
def _drop_column(element: DropColumn, compiler: sa.sql.compiler.DDLCompiler, **_: object) -> str:
    table = compiler.preparer.format_table(element.column.table)
    return f"ALTER TABLE {table} DROP COLUMN {compiler.preparer.format_column(element.column)}"
