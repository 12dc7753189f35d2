"""The order of arrival: one counter for everything that comes in, and who changed since the last run."""

from collections.abc import Iterable
from typing import Literal

import sqlalchemy as sa

from engine.storage.bulk import insert_rows
from engine.storage.schema import changed, meta

Counter = Literal["arrivals", "customers", "records"]


def arrivals(connection: sa.Connection) -> int:
    """The last arrival number given out."""
    return _last(connection, "arrivals")


def take(connection: sa.Connection, count: int) -> int:
    """Take `count` numbers for what arrives now, inside the writer's transaction; the first of them."""
    return take_numbers(connection, "arrivals", count)


def take_numbers(connection: sa.Connection, counter: Counter, count: int) -> int:
    """Take numbers for new things of a kind; the first of them. A number is never given out twice."""
    last = _last(connection, counter)
    connection.execute(_COUNT_ON, {"counter": counter, "value": str(last + count)})
    return last + 1


def _last(connection: sa.Connection, counter: Counter) -> int:
    return int(connection.execute(_LAST, {"counter": counter}).scalar_one())


_IS_COUNTER = meta.c.key == sa.bindparam("counter", type_=sa.Text)
_LAST = sa.select(meta.c.value).where(_IS_COUNTER).with_for_update()
_COUNT_ON = meta.update().where(_IS_COUNTER).values(value=sa.bindparam("value"))


def mark_changed(connection: sa.Connection, customers: Iterable[int]) -> None:
    """Note, in the transaction that changed them, that the next run must look at these customers."""
    unique = sorted(set(customers))
    if unique:
        first = take(connection, len(unique))
        insert_rows(connection, changed, ["seq", "customer"], list(enumerate(unique, first)))
