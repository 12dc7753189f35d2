"""Drafts of backups: files under names of their own until they are whole. What killed backups have left behind goes.

Who works on a draft holds a lock on it, which the system lets go of however the process ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".homing-part"


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """An empty file beside the target, for its owner alone; gone afterwards. Raises OSError."""
    for left in target.parent.glob(f".*{SUFFIX}"):
        _remove_if_left(left)
    draft = target.with_name(f".{target.name}.{os.getpid()}{SUFFIX}")
    lock = _locked(draft)
    try:
        yield draft
    finally:
        _remove(draft)
        os.close(lock)


def _locked(draft: Path) -> int:
    while True:
        file = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        if draft.exists() and os.path.samestat(draft.stat(), os.fstat(file)):
            return file
        os.close(file)  # somebody took it for one that was left behind, before it was locked


def _remove_if_left(draft: Path) -> None:
    with suppress(OSError), draft.open("rb") as file:  # somebody works on it, or it is somebody else's
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(draft)


def _remove(draft: Path) -> None:
    for log in ("-journal", "-wal", "-shm"):  # of the library, which died with its process
        draft.with_name(f"{draft.name}{log}").unlink(missing_ok=True)
    draft.unlink(missing_ok=True)
