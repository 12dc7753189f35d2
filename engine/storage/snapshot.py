"""Copies of a database to try things on: as it was at one moment, seen by nobody else, gone with the process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import StoreError
from engine.storage import sqlite
from engine.storage.store import Store
from engine.wording import say

IN_MEMORY = 256 * 1024 * 1024  # bytes
"""Databases up to this size are copied into memory, larger ones into a file beside them."""


@contextmanager
def copied(store: Store, folder: Path) -> Iterator[Store]:
    """A copy of a store, in memory or in a file of `folder`. Writers of the original go on meanwhile."""
    if store.engine.dialect.name != "sqlite":
        raise StoreError(
            say("{place}: only SQLite databases can be copied so far", place=store.place),
            say("try it on a copy of the project that keeps its data in SQLite"),
        )
    scratch = sqlite.scratch_engine(store.engine, folder if _size(store) > IN_MEMORY else None)
    copy = Store(scratch, store.place)
    try:
        yield copy
    finally:
        copy.close()


def is_in_memory(store: Store) -> bool:
    """Whether a store, or a copy, is in memory alone."""
    with store.read() as connection:
        files = connection.exec_driver_sql("PRAGMA database_list").all()
    return not any(file for _, name, file in files if name == "main")


def _size(store: Store) -> int:
    with store.read() as connection:
        pages, size = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
        )
    return int(pages) * int(size)
