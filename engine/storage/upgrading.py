"""Databases of the versions before made databases of this one, when they are opened, in one transaction.

Knows nothing of how a database is opened, nor of versions further back: those are refused.
"""

from typing import Any

import sqlalchemy as sa

from engine.storage.arrivals import mark_changed
from engine.storage.benefit_tables import grant_redeemed
from engine.storage.columns import AddColumn
from engine.storage.flow_tables import NOWHERE, SENT_MESSAGE, traffic
from engine.storage.review_tables import review
from engine.storage.schema import message, meta, task
from engine.storage.staff_tables import OPEN_TASK, decision, edit
from engine.storage.states import MessageStatus
from engine.storage.traffic import QUARTER

BEFORE, NOW = ("8", "9", "10"), "11"
"""Versions of the fixed tables, as `meta` holds them: 9 brought ranks of tasks, 10 what a finish has changed.

11 brought what was before somebody settled a doubt, or said what a reply means.
"""

_IS_BEFORE = (meta.c.key == "schema", meta.c.value.in_(BEFORE))


def is_of_before(connection: sa.Connection) -> bool:
    """Whether a database is of one of the versions before."""
    return connection.scalar(sa.select(meta.c.key).where(*_IS_BEFORE)) is not None


def bring_up(connection: sa.Connection) -> None:
    """Make a database of a version before one of this; no other is touched.

    Tasks get a rank, which the next run works out: their customers count as changed. Edits and decisions remember what
    was before. What has left is counted.
    """
    if not connection.execute(meta.update().where(*_IS_BEFORE).values(value=NOW)).rowcount:
        return  # somebody else was first
    inspector = sa.inspect(connection)
    for table in (task, edit, decision, review):
        known = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.c:
            if column.name not in known:
                connection.execute(AddColumn(column))
    for index in sorted(task.indexes, key=lambda index: str(index.name)):
        connection.execute(sa.schema.DropIndex(index, if_exists=True))
        index.create(connection)
    connection.execute(sa.schema.CreateIndex(grant_redeemed, if_not_exists=True))
    if not inspector.has_table(traffic.name):
        traffic.create(connection)
        connection.execute(traffic.insert().from_select([*traffic.c.keys()], _left()))
    mark_changed(connection, connection.scalars(sa.select(task.c.customer).where(OPEN_TASK)).all())


def _left() -> sa.Select[Any]:
    """What has left, by quarter of an hour and channel, and how much of that has arrived."""
    at, arrived = message.c.sent_at, sa.case((message.c.status == int(MessageStatus.DELIVERED), 1), else_=0)
    key = (at - at % QUARTER, sa.func.coalesce(message.c.channel, NOWHERE))
    return sa.select(*key, sa.func.count(), sa.func.sum(arrived)).where(SENT_MESSAGE).group_by(*key)
