"""What breaks in a simulated process while it works on its store: it dies, its disk is full, others come in between.

Everything happens at the n-th of some event of its connections: before a statement, at a commit, before a transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

import pysqlite3
import sqlalchemy as sa

from engine.storage.store import Store

Event = Literal["statement", "commit", "begin"]

_UNLIMITED = 2**32 - 2  # pages, the most there can be


class DeadError(Exception):
    """The process has died here; what it had not committed is gone."""


def dies() -> None:
    """What a kill does."""
    raise DeadError


def finds_no_room() -> None:
    """What SQLite says when the disk is full."""
    raise sa.exc.OperationalError("", None, pysqlite3.OperationalError("database or disk is full"))


@contextmanager
def at(store: Store, event: Event, number: int, happens: Callable[[], None]) -> Iterator[None]:
    """Let something happen at the n-th event on a store, before SQLite is asked for anything."""
    left = number

    def count(*what: Any) -> None:
        nonlocal left
        if event != "begin" or what[2].startswith("BEGIN"):
            left -= 1
            if left == 0:
                happens()

    name = "commit" if event == "commit" else "before_cursor_execute"
    sa.event.listen(store.engine, name, count)
    try:
        yield
    finally:
        sa.event.remove(store.engine, name, count)


@contextmanager
def no_more_pages(store: Store) -> Iterator[None]:
    """The file may not grow: SQLite itself finds it full, at the first page that it lacks."""
    limited: set[Any] = set()

    def limit(connection: sa.Connection) -> None:
        raw = connection.connection.driver_connection
        limited.add(raw)
        raw.execute("PRAGMA max_page_count = 1")  # as many as it has

    sa.event.listen(store.engine, "begin", limit)
    try:
        yield
    finally:
        sa.event.remove(store.engine, "begin", limit)
        for raw in limited:
            with suppress(pysqlite3.ProgrammingError):  # the process has ended of it
                raw.execute(f"PRAGMA max_page_count = {_UNLIMITED}")
