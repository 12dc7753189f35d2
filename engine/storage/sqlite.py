"""SQLite as Homing uses it: which library, which settings on every connection, what its errors mean.

The rest of the engine knows nothing of this; `engine.storage.store` alone asks here.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from time import sleep
from typing import Any, cast

import pysqlite3
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from dsl.wording import Phrase
from engine.errors import (
    BrokenStoreError,
    DamagedStoreError,
    ForeignStoreError,
    FullStoreError,
    LibraryError,
    LockedStoreError,
    MissingStoreError,
    ReadOnlyStoreError,
    StoreError,
)
from engine.storage.fairness import LET_PASS, somebody_waits, waiting
from engine.wording import say

# The driver looks for an adapter of every NULL it binds, in vain and slowly: with one that does nothing, rows with
# NULLs are written four times as fast.
pysqlite3.register_adapter(type(None), lambda value: value)

BUSY_TIMEOUT = 10_000  # milliseconds

PREPARED = 1000
"""Statements that a connection keeps prepared: a run has some hundreds, and preparing them costs more than running."""

MEMORY = ":memory:"

WRITES = "homing_writes"
"""Execution option of connections that are going to write: they begin IMMEDIATE."""

_SETTINGS: Mapping[str, int] = {
    "synchronous": 2,  # FULL: a power failure must not take back a committed mark or opt-out
    "foreign_keys": 1,
    "secure_delete": 1,  # what was erased is overwritten
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,  # keeps errors of the disk errors, not signals
    "busy_timeout": BUSY_TIMEOUT,
    "journal_size_limit": 64 * 1024 * 1024,
    "wal_autocheckpoint": 1000,
    "temp_store": 2,  # memory
    "cache_size": -64 * 1024,  # KiB
}

_UNREADABLE = frozenset({"mmap_size"})
"""A library built without it, and a database in memory, answer nothing."""

_MEANINGS: tuple[tuple[str, type[StoreError], Phrase], ...] = (
    ("is locked", LockedStoreError, say("another homing command is writing; try again when it is done")),
    (
        "is full",
        FullStoreError,
        say("make room on the disk; nothing of this step was kept, so run the command again"),
    ),
    ("readonly database", ReadOnlyStoreError, say("check who owns the file and its folder")),
    ("not a database", ForeignStoreError, say("is `database` in homing.toml the right file?")),
    ("malformed", DamagedStoreError, say("put a backup in its place: see docs/operations.md")),
    ("unable to open", MissingStoreError, say("check that the folder exists and may be written to")),
    (
        "I/O error",
        BrokenStoreError,
        say("see whether the disk is full or failing, then run the command again"),
    ),
)


def sound_library(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset defect that 3.51.3 mended (3.52.0 had it again)."""
    mended = {(3, 44): 6, (3, 50): 7}.get((version[0], version[1]))
    if mended is not None:
        return version[2] >= mended
    return version >= (3, 51, 3) and version[:3] != (3, 52, 0)


def sqlite_engine(database: Path | str) -> sa.Engine:
    """An engine on a file, or on one in memory that all its connections share."""
    if not sound_library(pysqlite3.sqlite_version_info):
        raise LibraryError(
            say("SQLite {version} may corrupt databases", version=pysqlite3.sqlite_version),
            say("install a newer `pysqlite3` (3.51.3 or later)"),
        )
    in_memory = str(database) == MEMORY
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(database)),
        module=pysqlite3,
        connect_args={
            "isolation_level": None,
            "timeout": BUSY_TIMEOUT / 1000,
            "check_same_thread": False,
            "cached_statements": PREPARED,
        },
        **({"poolclass": StaticPool} if in_memory else {}),
    )
    sa.event.listen(engine, "connect", _configure_memory if in_memory else _configure_file)
    sa.event.listen(engine, "begin", _begin)
    return engine


def scratch_engine(source: sa.Engine, folder: Path | None) -> sa.Engine:
    """An engine on a copy of a database as it is now; nobody else sees it, and it is gone with the process.

    In memory, or in a file of `folder`, which has a name only while it is written. Whoever writes to the original goes
    on meanwhile: with a log of writes, readers keep nobody waiting.
    """
    raw = _scratch(source, MEMORY) if folder is None else _nameless_scratch(source, folder)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=MEMORY), module=pysqlite3, creator=lambda: raw, poolclass=StaticPool
    )
    sa.event.listen(engine, "begin", _begin)
    return engine


def _nameless_scratch(source: sa.Engine, folder: Path) -> Any:
    path = folder / f".homing-scratch-{secrets.token_hex(8)}"
    make_private_file(path)
    try:
        return _scratch(source, str(path))
    finally:
        path.unlink()


def _scratch(source: sa.Engine, path: str) -> Any:
    raw = pysqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=PREPARED)
    original = source.raw_connection()
    try:
        cast("Any", original.driver_connection).backup(raw)
    finally:
        original.close()
    # In this order: a file that keeps a log of writes needs its name.
    for name, value in _SCRATCH.items():
        raw.execute(f"PRAGMA {name} = {value}").fetchall()
    return raw


_SCRATCH: Mapping[str, int | str] = {
    "locking_mode": "exclusive",
    "journal_mode": "memory",
    "synchronous": 0,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "temp_store": 2,  # memory
    "cache_size": -64 * 1024,  # KiB
}


def make_private_file(path: Path) -> None:
    """Create an empty file that only its owner may read; SQLite gives its -wal and -shm the same mode."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def meaning_of(error: sa.exc.DBAPIError, place: str) -> StoreError | None:
    """The typed error for what SQLite reports; None when it is a fault of our own."""
    text = str(error.orig)
    for words, kind, hint in _MEANINGS:
        if words in text:
            return kind(say("{place}: {text}", place=place, text=text), hint)
    return None


def watcher(raw: Any) -> Callable[[], bool]:
    """Tells whether others have written to the file of a connection since it was last asked."""
    seen = [0]

    def changed() -> bool:
        before, seen[0] = seen[0], raw.execute("PRAGMA data_version").fetchone()[0]
        return before != seen[0]

    return changed


def fold(raw: Any) -> None:
    """Fold the log of writes into the file; without waiting for those who read from it."""
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")


def scrub(raw: Any, *, rebuilding: bool) -> bool:
    """Write the file anew if asked to, then fold the log in and cut it to nothing; False when others are in the way.

    `secure_delete` overwrites rows where they lay last. Where they lay before a page was split only a rebuilt file
    does not have them any more.
    """
    try:
        if rebuilding:
            raw.execute("VACUUM")
    except pysqlite3.OperationalError as error:
        if "is locked" not in str(error):
            raise
        return False
    busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _begin(connection: sa.Connection) -> None:
    # A deferred transaction that comes to write later fails at once: writers say so at the start.
    if not connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql("BEGIN")
    elif connection.engine.url.database == MEMORY:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        _begin_writing(connection, Path(str(connection.engine.url.database)))


def _begin_writing(connection: sa.Connection, database: Path) -> None:
    if somebody_waits(database):
        sleep(LET_PASS)
    if not _begun_at_once(connection):
        with waiting(database):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begun_at_once(connection: sa.Connection) -> bool:
    raw = connection.connection.cursor()
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except sa.exc.OperationalError as error:
        if "is locked" not in str(error.orig):
            raise
        return False
    else:
        return True
    finally:
        raw.execute(f"PRAGMA busy_timeout = {_SETTINGS['busy_timeout']}")
        raw.close()


def _configure_memory(raw: Any, _record: object) -> None:
    for name, value in _SETTINGS.items():
        raw.execute(f"PRAGMA {name} = {value}")


def _configure_file(raw: Any, _record: object) -> None:
    raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    mode = raw.execute("PRAGMA journal_mode = WAL").fetchone()  # unfetched, a failure would not raise
    if mode != ("wal",):
        raise StoreError(
            say("the database cannot use a write-ahead log (it answers {mode})", mode=mode),
            say("is it on a local disk?"),
        )
    _configure_memory(raw, _record)
    for name, value in _SETTINGS.items():
        found = raw.execute(f"PRAGMA {name}").fetchone()
        if found != (value,) and name not in _UNREADABLE:
            raise StoreError(
                say(
                    "SQLite did not take {name} = {value} (it answers {found})",
                    name=name,
                    value=value,
                    found=found,
                )
            )
