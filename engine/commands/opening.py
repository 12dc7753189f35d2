"""What the commands share that work on a database: the opened project, the time, who calls."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.commands.options import named_project, real_time
from engine.config import FILE_NAME, load_config
from engine.people.practice import Practice
from engine.projects.folder import project_folder
from engine.projects.project import Project, database_of, open_project
from engine.projects.releases import Release, current_release
from engine.projects.virtual_time import virtual_time
from engine.safekeeping.anchor import note_head
from engine.safekeeping.seal import note_arrivals, note_closed
from engine.storage.audit import By
from engine.storage.store import is_missing
from engine.terminal import talk
from engine.wording import say


@contextmanager
def opened(*, create: bool = False) -> Iterator[Project]:
    """The project that this call is about. With `create`, a database that is not there is made, and said so.

    MissingStoreError without: a database that was lost and made anew would not know what has been sent.
    """
    folder = project_folder(named_project(), Path.cwd())
    new = create and _lacks_database(folder)
    project = open_project(folder, create=create)
    if new:
        talk(say("made an empty database: {database}", database=project.config.database))
    try:
        yield project
        note_arrivals(project)
        note_head(project, real_time())
    finally:
        project.store.close()
        note_closed(project)


def _lacks_database(folder: Path) -> bool:
    database = database_of(folder, load_config(folder / FILE_NAME))
    return isinstance(database, Path) and is_missing(database)


def time_of(project: Project) -> int:
    """The time: the clock's, or that of a project on virtual time."""
    with project.store.read() as connection:
        at = virtual_time(connection)
    return real_time() if at is None else at


def is_virtual(project: Project) -> bool:
    """Whether the project is on virtual time, in which none passes by itself."""
    with project.store.read() as connection:
        return virtual_time(connection) is not None


def release_of(project: Project) -> Release:
    """The release in force; NoReleaseError when there is none."""
    with project.store.read() as connection:
        return current_release(connection, project.config)


def by(project: Project, actor: str | None) -> By:
    """Who does it, now."""
    return By(user(actor), time_of(project))


def practice_of(project: Project) -> Practice:
    """How this house decides."""
    return Practice(project.config.zone, project.config.second_person)


def user(actor: str | None) -> str:
    """Who calls: as they say themselves, else the user of this computer."""
    if actor:
        return actor
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
