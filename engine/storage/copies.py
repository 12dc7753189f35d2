"""Copies of a database in files of their own: whole, of one moment, made while others write.

A copy keeps no log of writes beside it: it is one file, which may be moved and kept.
"""

from collections.abc import Callable
from pathlib import Path

import pysqlite3
import sqlalchemy as sa

from engine.errors import BackupError, DamagedStoreError, ForeignStoreError, LockedStoreError
from engine.storage.sqlite import make_private_file
from engine.storage.store import BACKUP, Store
from engine.wording import say

_STEP = 1024
"""Pages copied between two looks at how far it is."""

Progress = Callable[[int, int], None]
"""Told how many of how many pages are copied."""


def copy_file(source: Path, target: Path, progress: Progress = lambda _done, _total: None) -> None:
    """Copy the database in a file, its log included, to a new file. The source is not written to.

    ForeignStoreError when it is none, DamagedStoreError when it cannot be read, BackupError when there is no room.
    """
    make_private_file(target)
    try:
        _copy(source, target, progress)
    except pysqlite3.DatabaseError as error:
        target.unlink()
        raise _meaning(error, source, target) from error
    except BaseException:
        target.unlink()
        raise


def open_copy(path: Path) -> Store:
    """Open a copy, still without a log beside it."""
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), module=pysqlite3)
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return Store(engine, str(path))


def check_copy(store: Store) -> None:
    """Read all of a copy, indexes and references included. DamagedStoreError when something is wrong."""
    with store.read() as connection:
        findings = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if findings != ["ok"] or broken is not None:
        raise DamagedStoreError(
            say("{place}: damaged: {findings}", place=store.place, findings=findings[0]), BACKUP
        )


def fold(path: Path) -> bool:
    """Make a database one file, its log folded in; False when it is too damaged for that.

    LockedStoreError when another process has it open.
    """
    raw = pysqlite3.connect(str(path), isolation_level=None, timeout=0.5)
    try:
        raw.execute("PRAGMA locking_mode = exclusive").fetchall()
        mode = raw.execute("PRAGMA journal_mode = delete").fetchone()
    except pysqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise _in_use(path) from error
        return False
    finally:
        raw.close()
    if mode != ("delete",):
        raise _in_use(path)
    return True


def _in_use(path: Path) -> LockedStoreError:
    return LockedStoreError(
        say("{path}: another program has it open", path=path), say("stop what uses it, then try again")
    )


def _copy(source: Path, target: Path, progress: Progress) -> None:
    held = pysqlite3.connect(
        f"{source.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10
    )
    raw = pysqlite3.connect(str(target), isolation_level=None)
    try:
        # One state throughout: otherwise whatever others write begins the copy anew.
        held.execute("BEGIN")
        held.execute("SELECT count(*) FROM sqlite_master").fetchone()
        held.backup(raw, pages=_STEP, progress=lambda _, left, total: progress(total - left, total))
        held.execute("COMMIT")
        raw.execute("PRAGMA journal_mode = delete").fetchall()
    finally:
        raw.close()
        held.close()


def _configure(raw: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    settings = {"journal_mode": "delete", "synchronous": "extra", "foreign_keys": 1, "secure_delete": 1}
    cursor = raw.cursor()
    raw.isolation_level = None
    for name, value in settings.items():
        cursor.execute(f"PRAGMA {name} = {value}")
        cursor.fetchall()
    cursor.close()


def _meaning(error: Exception, source: Path, target: Path) -> Exception:
    text = str(error)
    if "not a database" in text:
        return ForeignStoreError(say("{path}: not a database", path=source), say("name a backup of Homing's"))
    if "malformed" in text:
        return DamagedStoreError(say("{place}: damaged: {findings}", place=source, findings=text), BACKUP)
    if "is full" in text or "I/O" in text:
        return BackupError(
            say("{path}: cannot be written: {why}", path=target, why=text), say("make room, then try again")
        )
    return BackupError(
        say("{path}: cannot be read: {why}", path=source, why=text), say("copy it to a disk of this machine")
    )
