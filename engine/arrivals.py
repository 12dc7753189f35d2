"""The order of arrival: one counter for everything that comes in, and who changed since the last run."""

from collections.abc import Iterable

import sqlalchemy as sa

from engine.schema import changed, meta

_COUNTER = meta.c.key == "arrivals"


def arrivals(connection: sa.Connection) -> int:
    """The last number given out."""
    return int(connection.execute(sa.select(meta.c.value).where(_COUNTER)).scalar_one())


def take(connection: sa.Connection, count: int) -> int:
    """Take `count` numbers for what arrives now, inside the writer's transaction; the first of them."""
    last = connection.execute(sa.select(meta.c.value).where(_COUNTER).with_for_update()).scalar_one()
    connection.execute(meta.update().where(_COUNTER).values(value=str(int(last) + count)))
    return int(last) + 1


def mark_changed(connection: sa.Connection, customers: Iterable[int]) -> None:
    """Note, in the transaction that changed them, that the next run must look at these customers."""
    unique = sorted(set(customers))
    if unique:
        first = take(connection, len(unique))
        rows = [{"seq": seq, "customer": number} for seq, number in enumerate(unique, first)]
        connection.execute(changed.insert(), rows)
