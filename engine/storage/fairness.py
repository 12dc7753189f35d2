"""Writers take turns. SQLite lets whoever asks at the right moment write: a long run would keep an import out for good.

Who waits says so by a lock on a file beside the database; who is about to begin its next transaction sees it and lets
the other go first.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LET_PASS = 0.15
"""Seconds in which a waiting writer is sure to ask again: SQLite asks ten times a second."""


@contextmanager
def waiting(database: Path) -> Iterator[None]:
    """Say, as long as this lasts, that a writer waits for the database."""
    try:
        file = os.open(_notice(database), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:  # a folder that may not be written to: then it waits without saying so
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_SH)
        yield
    finally:
        os.close(file)


def somebody_waits(database: Path) -> bool:
    """Whether another writer says that it waits."""
    try:
        file = os.open(_notice(database), os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def _notice(database: Path) -> Path:
    return database.with_name(f"{database.name}-turn")
