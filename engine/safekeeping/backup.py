"""A backup: one file that is a database, copied while everything runs, with what else a project needs in it.

Beside the tables of the project it has `backup` (when it was made, of which life, by which version) and
`backup_file`: homing.toml, the files of the rule set, and what the journal noted while the copy was made. Secrets are
not in it, nor what channels of kind `file` have written, nor rejected rows.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from engine.config import FILE_NAME
from engine.delivery.journal import NAME, head, journal_at, last_batch, lines_after
from engine.errors import BackupError, StoreError
from engine.projects.project import Project, database_of
from engine.safekeeping.anchor import folder_of
from engine.safekeeping.drafts import draft_of
from engine.safekeeping.erased import NAME as ERASED
from engine.safekeeping.seal import incarnation
from engine.storage.copies import Progress, check_copy, copy_file, open_copy
from engine.storage.durable import sync
from engine.storage.trail_key import NAME as KEY
from engine.wording import say

_metadata = sa.MetaData()

about = sa.Table(
    "backup",
    _metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""`made_at` (milliseconds), `incarnation`, `homing` (its version)."""

files = sa.Table(
    "backup_file",
    _metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
"""Files by their path in the project's folder."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made. `files`: how many besides the database."""

    path: Path
    size: int
    files: int


def back_up(project: Project, target: Path, now: int, progress: Progress = lambda _d, _t: None) -> Backup:
    """Copy a project as it is now to a new file. It is there when it is whole and on the disk, and not before.

    BackupError when there is something by that name or the disk is full, StoreError where the database is PostgreSQL.
    """
    database = database_of(project.folder, project.config)
    if not isinstance(database, Path):
        raise StoreError(
            say("only SQLite databases are backed up by Homing"),
            say("use PostgreSQL's own tools, such as pg_dump"),
        )
    target = target.parent.resolve() / target.name
    _may_make(target)
    with draft_of(target) as draft:
        copy_file(database, draft, progress)
        count = _complete(draft, project, now)
        sync(draft)
        try:
            os.link(draft, target)  # unlike a rename, it never takes another file's place
        except FileExistsError:
            raise _exists(target) from None
        sync(target.parent)
    return Backup(target, target.stat().st_size, count)


def kept_files(connection: sa.Connection) -> Mapping[str, bytes]:
    """The files in a backup; none in a database that is no backup."""
    if not sa.inspect(connection).has_table(files.name):
        return {}
    return {row.name: row.content for row in connection.execute(sa.select(files))}


def made_at(connection: sa.Connection) -> int | None:
    """When a backup was made; None for a database that is no backup."""
    if not sa.inspect(connection).has_table(about.name):
        return None
    found = connection.scalar(sa.select(about.c.value).where(about.c.key == "made_at"))
    return None if found is None else int(found)


def forget_backup(connection: sa.Connection) -> None:
    """Make a backup a database like any other, in the transaction under way."""
    _metadata.drop_all(connection)


def _may_make(target: Path) -> None:
    if target.exists():
        raise _exists(target)
    if not target.parent.is_dir():
        raise BackupError(say("{parent}: no such folder", parent=target.parent), say("make it first"))


def _exists(target: Path) -> BackupError:
    return BackupError(
        say("{path}: there is such a file already", path=target),
        say("a backup never replaces one: name another"),
    )


def _complete(draft: Path, project: Project, now: int) -> int:
    """Add what belongs to it to a copy, and check all of it."""
    store = open_copy(draft)
    try:
        with store.write() as connection:
            _metadata.create_all(connection)
            own = {"made_at": str(now), "incarnation": incarnation(connection), "homing": version("homing")}
            connection.execute(about.insert(), [{"key": key, "value": value} for key, value in own.items()])
            found = _files_of(project, connection)
            connection.execute(
                files.insert(), [{"name": name, "content": text} for name, text in found.items()]
            )
        check_copy(store)
    finally:
        store.close()
    return len(found)


def _files_of(project: Project, connection: sa.Connection) -> dict[str, bytes]:
    found = {FILE_NAME: (project.folder / FILE_NAME).read_bytes()}
    for path in sorted(project.rules.rglob("*")) if project.rules.is_relative_to(project.folder) else ():
        name = path.relative_to(project.folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            found[str(name)] = path.read_bytes()
    key = folder_of(project) / KEY
    if key.exists():
        found[KEY] = key.read_bytes()
    erased = folder_of(project) / ERASED
    if erased.exists():
        found[ERASED] = erased.read_bytes()
    journal = project.folder / NAME
    if identity := journal_at(journal):  # what was noted since the moment of the copy
        lines = lines_after(journal, identity, last_batch(connection, identity))
        found[NAME] = head(identity) + "".join(line.text for line in lines).encode()
    return found
