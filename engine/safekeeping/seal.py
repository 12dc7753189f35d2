"""The seal: what the project folder remembers of its database, so that another one in its place shows.

Which life of the database it was (its incarnation), how much had arrived in it, when it was last at work, and whether
that work came to its end. A database that holds less, or another life, is an older copy or has lost its log.
"""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson
import sqlalchemy as sa

from engine.errors import ReplacedStoreError
from engine.projects.project import Project, database_of, has_log
from engine.storage.arrivals import arrivals
from engine.storage.durable import sync
from engine.storage.schema import meta
from engine.wording import say

NAME = "homing.seal"

_STARTS = "starts"


@dataclass(frozen=True, slots=True)
class Seal:
    """`starts`: how often sending was begun. `at`: the last time at work, 0 on virtual time.

    `clean`: whether that work came to its end. `folded`: whether the database's log was folded into its file after it.
    """

    incarnation: str
    starts: int
    arrivals: int
    at: int
    clean: bool
    folded: bool = False


def read_seal(folder: Path) -> Seal | None:
    """The seal of a project, None when there is none. ReplacedStoreError when it cannot be read."""
    path = folder / NAME
    try:
        return Seal(**orjson.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ReplacedStoreError(say("{path}: damaged", path=path), REMEDY) from error


def write_seal(folder: Path, seal: Seal) -> None:
    """Put a seal in place of the old one, whole or not at all."""
    path, draft = folder / NAME, folder / f".{NAME}.{os.getpid()}"
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, orjson.dumps(asdict(seal)) + b"\n")
        os.fsync(file)
    finally:
        os.close(file)
    draft.replace(path)
    sync(folder)


def sealed_now(connection: sa.Connection, at: int, *, clean: bool) -> Seal:
    """The seal that a database would have now."""
    return Seal(incarnation(connection), _starts(connection) or 0, arrivals(connection), at, clean)


def incarnation(connection: sa.Connection) -> str:
    """Which life of the database this is."""
    return str(connection.scalar(sa.select(meta.c.value).where(meta.c.key == "incarnation")))


def begin_life(connection: sa.Connection, number: int) -> None:
    """Another life of the database begins, in the transaction under way: the old seal does not fit it any more."""
    life = meta.update().where(meta.c.key == "incarnation")
    connection.execute(life.values(value=f"{number}.{secrets.token_hex(8)}"))


def note_arrivals(project: Project) -> None:
    """After a command that may have written: the database holds at least this from now on."""
    with project.store.read() as connection:
        here = sealed_now(connection, 0, clean=True)

    def noted(seal: Seal) -> Seal:
        is_more = here.incarnation == seal.incarnation and here.arrivals > seal.arrivals
        return replace(seal, arrivals=here.arrivals) if is_more else seal

    _change(project.folder, noted)


def note_closed(project: Project) -> None:
    """After the database was closed: when that has folded its log into the file, nobody needs the log any more."""
    database = database_of(project.folder, project.config)
    _change(project.folder, lambda seal: seal if has_log(database) else replace(seal, folded=True))


def _change(folder: Path, change: Callable[[Seal], Seal]) -> None:
    """Change the seal, if there is one. In a folder that is not ours nothing changes: whoever sends says so."""
    with suppress(OSError, ReplacedStoreError), alone(folder):
        seal = read_seal(folder)
        changed = seal and change(seal)
        if changed is not None and changed != seal:
            write_seal(folder, changed)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else changes the seal meanwhile."""
    file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def check_seal(project: Project) -> Seal | None:
    """The seal, when the database is the one that it was put on. None for a database that was never sealed.

    ReplacedStoreError when it is another one, or less than it was.
    """
    seal = read_seal(project.folder)
    with project.store.read() as connection:
        here = sealed_now(connection, 0, clean=True)
        known = _starts(connection)
    place = {"place": project.store.place}
    if seal is None and known is not None:
        raise ReplacedStoreError(
            say("{place}: {folder} holds no homing.seal of it", folder=project.folder, **place), REMEDY
        )
    if seal is not None and seal.incarnation != here.incarnation:
        raise ReplacedStoreError(say("{place}: not the database that was here before", **place), REMEDY)
    if seal is not None and (here.starts < seal.starts or here.arrivals < seal.arrivals):
        raise ReplacedStoreError(
            say("{place}: it holds less than it did: an older copy, or without its log", **place), REMEDY
        )
    return seal


def begin_start(connection: sa.Connection) -> None:
    """Count a start, in the transaction under way. From the first on, a database is not used without its seal."""
    number = str((_starts(connection) or 0) + 1)
    if not connection.execute(meta.update().where(meta.c.key == _STARTS).values(value=number)).rowcount:
        connection.execute(meta.insert().values(key=_STARTS, value=number))


def _starts(connection: sa.Connection) -> int | None:
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == _STARTS))
    return None if found is None else int(found)


REMEDY = say(
    "put back what belongs together (homing.db, homing.db-wal, homing.seal, homing.sent), or `homing restore` a "
    "backup; `homing restore` of the database file itself takes it as it is, and nothing leaves until somebody lets it"
)
