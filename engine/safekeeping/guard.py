"""What must hold before a project sends anything, checked once before the first run; and that it was so at the end.

Opening the database has shown its version, its settings, that it lies on this machine and that its library is sound.
Here: that it is ours, whole, the one that was here before and no less than it was, that the clock has not gone
back, and that it knows what the journal says has left.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.delivery.journal import NAME, Journal, open_journal
from engine.delivery.noting import Noting
from engine.delivery.unseen import lost, take_in
from engine.errors import ClockError, ReadOnlyStoreError, ReplacedStoreError
from engine.projects.project import Project, database_of, is_large
from engine.projects.trusted_time import BACK
from engine.projects.virtual_time import last_run_at, virtual_time
from engine.safekeeping.seal import REMEDY, alone, begin_start, check_seal, read_seal, sealed_now, write_seal
from engine.safekeeping.settings import note_settings
from engine.storage.audit import By
from engine.wording import say


@contextmanager
def guarded(project: Project, now: int) -> Iterator[Noting]:
    """Check all that must hold; then what a delivery notes what it sends with. Under the project's lock.

    Raises the StoreErrors, JournalError and ClockError. `now` as `steady` made it.
    """
    check_files(project)
    seal = check_seal(project)
    lost_log = seal is not None and not seal.folded and not project.had_log
    if (seal is None or not seal.clean or lost_log) and is_large(project):
        project.store.quick_check()
    journal = open_journal(project.folder / NAME, now)
    try:
        if lost_log:
            _check_sends(project, journal)
        if seal is None:  # before the database says that it has one
            _seal(project, now, clean=False)
        with project.store.write() as connection:
            take_in(connection, journal, project.config.zone, By("homing", now))
            begin_start(connection)
            note_settings(connection, project.config, now)
        _seal(project, now, clean=False)
        yield Noting(journal, project.config.zone)
        _seal(project, now, clean=True)
    finally:
        journal.close()


def steady(project: Project, now: int) -> int:
    """The time for a run: never before what has happened already. ClockError when the clock is far behind that."""
    with project.store.read() as connection:
        last, is_virtual = last_run_at(connection) or 0, virtual_time(connection) is not None
    if is_virtual:
        return now
    seal = read_seal(project.folder)
    last = max(last, 0 if seal is None else seal.at)
    if now < last - BACK:
        iso = project.config.zone.iso
        raise ClockError(
            say("the clock says {now}, and Homing was at work at {last}", now=iso(now), last=iso(last)),
            say("set the clock right; nothing is sent until it is later than that"),
        )
    return max(now, last)


def check_files(project: Project) -> None:
    """The files of the database are the caller's, and nobody else's to read. ReadOnlyStoreError."""
    database = database_of(project.folder, project.config)
    if not isinstance(database, Path):
        return
    for path in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        if not path.exists():
            continue
        found = path.stat()
        if found.st_uid != os.geteuid():
            raise ReadOnlyStoreError(
                say("{path}: belongs to {owner}", path=path, owner=_named(found.st_uid)),
                say("run as its owner: files that another makes beside it would shut the owner out"),
            )
        if found.st_mode & 0o077:
            path.chmod(0o600)


def _check_sends(project: Project, journal: Journal) -> None:
    """For a database whose log is not there though nobody has folded it in: whether sends were lost with it."""
    with project.store.read() as connection:
        found = lost(connection, journal)
    if found:
        raise ReplacedStoreError(
            say(
                "{place}: its log (the file ending in -wal) is gone, and {n:,} sends with it",
                place=project.store.place,
                n=len(found),
            ),
            REMEDY,
        )


def _named(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _seal(project: Project, now: int, *, clean: bool) -> None:
    with project.store.read() as connection:
        at = now if virtual_time(connection) is None else 0
        seal = sealed_now(connection, at, clean=clean)
    with alone(project.folder):
        write_seal(project.folder, seal)
