"""Databases of the version before made databases of this one, when they are opened, in one transaction.

Knows nothing of how a database is opened, nor of versions further back: those are refused.
"""

import sqlalchemy as sa

from engine.storage.arrivals import mark_changed
from engine.storage.columns import AddColumn
from engine.storage.schema import meta, task
from engine.storage.staff_tables import OPEN_TASK, edit

BEFORE, NOW = "8", "9"
"""Versions of the fixed tables, as `meta` holds them."""

_IS_BEFORE = (meta.c.key == "schema", meta.c.value == BEFORE)


def is_of_before(connection: sa.Connection) -> bool:
    """Whether a database is of the version before."""
    return connection.scalar(sa.select(meta.c.key).where(*_IS_BEFORE)) is not None


def bring_up(connection: sa.Connection) -> None:
    """Make a database of the version before one of this; no other is touched.

    Tasks get a rank, which the next run works out: their customers count as changed. Edits remember what was before.
    """
    if not connection.execute(meta.update().where(*_IS_BEFORE).values(value=NOW)).rowcount:
        return  # somebody else was first
    connection.execute(AddColumn(task.c.rank))
    connection.execute(AddColumn(edit.c.former))
    for index in sorted(task.indexes, key=lambda index: str(index.name)):
        connection.execute(sa.schema.DropIndex(index, if_exists=True))
        index.create(connection)
    mark_changed(connection, connection.scalars(sa.select(task.c.customer).where(OPEN_TASK)).all())
