"""A database put in place of a project's own: checked, in quarantine, told what left after it was made.

The old one is kept aside. Killed at any moment, either the old one is in its place, or there is none and the same
command does the rest.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path

import sqlalchemy as sa

from engine.calendars.zone import Zone
from engine.config import FILE_NAME, Config, load_config, parse_config
from engine.delivery.journal import NAME, head_of, line_of, open_journal
from engine.delivery.pausing import quarantine
from engine.delivery.unseen import take_in, take_in_again, take_lines
from engine.errors import BackupError, ReplacedStoreError
from engine.projects.project import database_of
from engine.projects.project_turn import lock_folder
from engine.projects.virtual_time import virtual_time
from engine.safekeeping.anchor import NAME as ANCHOR
from engine.safekeeping.anchor import append
from engine.safekeeping.backup import forget_backup, kept_files, made_at
from engine.safekeeping.erased import NAME as ERASED_BY_NOW
from engine.safekeeping.erased import Line, lines_in, read_erased, rewrite_erased
from engine.safekeeping.erasing_anew import Anew, erase_anew
from engine.safekeeping.seal import (
    Seal,
    begin_life,
    begin_start,
    incarnation,
    read_seal,
    sealed_now,
    write_seal,
)
from engine.storage.audit import By, Deed, Head, head, record
from engine.storage.copies import Progress, check_copy, copy_file, fold, open_copy
from engine.storage.durable import sync
from engine.storage.store import Store, check_version
from engine.storage.trail_key import NAME as KEY
from engine.storage.trail_key import put_key, trail_key
from engine.wording import say

_DRAFT = ".homing-restore.db"
_ENDS = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place. `made`: when the backup was made, None for a database that is no backup.

    `kept`: where the old database is now. `left`: attempts of which only the journal knew. `files`: written besides.
    `erased`: customers who had been erased since, and are erased in it as well.
    """

    database: Path
    made: int | None
    kept: Path | None
    left: int
    files: tuple[str, ...]
    erased: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be put in place, by whom, when by the clock."""

    source: Path
    actor: str
    now: int
    progress: Progress = lambda _done, _total: None


def restore(folder: Path, wish: Wish) -> Restored:
    """Put a backup, or any database of Homing's, in the place of a project's own; nothing leaves until it is let go.

    `folder`: a project, or a folder with nothing in it. Raises BackupError and the StoreErrors; then all is as before.
    """
    if not wish.source.is_file():
        raise BackupError(say("{path}: no such file", path=wish.source), say("name a backup"))
    _may_hold_project(folder)
    with lock_folder(folder):
        draft = _draft(folder)
        for path in _with_log(draft):
            path.unlink(missing_ok=True)
        copy_file(wish.source, draft, wish.progress)
        store = open_copy(draft)
        try:
            return _Restoring(folder, wish, store).done()
        finally:
            store.close()
            draft.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Restoring:
    """A copy of what is to be put in place, which becomes the project's database."""

    folder: Path
    wish: Wish
    store: Store

    def done(self) -> Restored:
        """Check it, prepare it, put it in place."""
        check_copy(self.store)
        check_version(self.store)
        with self.store.read() as connection:
            made, kept = made_at(connection), dict(kept_files(connection))
        noted, key = kept.pop(NAME, b""), kept.pop(KEY, b"").strip()
        gone = lines_in(kept.pop(ERASED_BY_NOW, b""))
        config = self._config(kept)
        database = database_of(self.folder, config)
        if not isinstance(database, Path):
            raise BackupError(
                say("the project keeps its data in PostgreSQL"), say("use its own tools, such as pg_restore")
            )
        for place in {database.parent, Path(self.store.place).parent} if key else ():
            _take_key(place, key)
        before = self._head()
        left = self._prepare(config, noted, made)
        anew = self._erase_anew([*gone, *read_erased(database.parent)])
        seal, after, key = self._seal(), self._head(), self._key()
        self.store.close()
        written = [] if (self.folder / FILE_NAME).is_file() else _write_files(self.folder, kept)
        aside = _put_aside(database, seal.incarnation.partition(".")[0])
        Path(self.store.place).replace(database)
        sync(database.parent)
        if anew.lines:
            rewrite_erased(database.parent, anew.lines)
        write_seal(self.folder, seal)
        append(database.parent, key, before, self.wish.now, "restored")  # what was more of it was not cut off
        append(database.parent, key, after, self.wish.now)
        return Restored(database, made, aside, left, tuple(written), anew.customers)

    def _config(self, kept: Mapping[str, bytes]) -> Config:
        if (self.folder / FILE_NAME).is_file():
            return load_config(self.folder / FILE_NAME)
        if FILE_NAME not in kept:
            raise BackupError(
                say("{folder}: no homing.toml there, and none in the backup", folder=self.folder),
                say("`homing init` makes a project; restore into that"),
            )
        return parse_config(kept[FILE_NAME].decode("utf-8-sig"))

    def _prepare(self, config: Config, noted: bytes, made: int | None) -> int:
        """Another life of the database begins: nothing of it leaves, and what has left is known."""
        because = "restored" if made is None else f"restored from a backup of {config.zone.iso(made)}"
        with self.store.write() as connection:
            by = self._by(connection)
            forget_backup(connection)
            begin_start(connection)
            begin_life(connection, self._life(connection))
            quarantine(connection, by, because)
            record(connection, by, Deed("restore", what=because))
            first, _, rest = noted.partition(b"\n")  # what left after the backup, as it noted itself
            lines = [line for raw in rest.splitlines() if (line := line_of(raw)) is not None]
            left = take_lines(connection, head_of(first), lines, config.zone, by)
            return left + _take_in(connection, self.folder, config.zone, by, surely=made is not None)

    def _erase_anew(self, noted: Iterable[Line]) -> Anew:
        """Who was erased since is not to come back with it."""
        with self.store.write() as connection:
            anew = erase_anew(connection, list(dict.fromkeys(noted)), self._by(connection))
        if anew.customers:
            self.store.scrub(rebuilding=True)
        return anew

    def _by(self, connection: sa.Connection) -> By:
        virtual = virtual_time(connection)
        return By(self.wish.actor, self.wish.now if virtual is None else virtual)

    def _head(self) -> Head:
        """The last row of its trail."""
        with self.store.read() as connection:
            return head(connection)

    def _key(self) -> bytes:
        """What its trail is chained with."""
        with self.store.read() as connection:
            return trail_key(connection)

    def _life(self, connection: sa.Connection) -> int:
        """The number of the life that begins: above those of the copy and of what was in its place."""
        lives = [incarnation(connection)]
        with suppress(ReplacedStoreError):
            seal = read_seal(self.folder)
            lives += [] if seal is None else [seal.incarnation]
        return max(int(life.partition(".")[0]) for life in lives) + 1

    def _seal(self) -> Seal:
        with self.store.read() as connection:
            at = self.wish.now if virtual_time(connection) is None else 0
            return replace(sealed_now(connection, at, clean=True), folded=True)


def _take_key(folder: Path, key: bytes) -> None:
    """The trail of a backup goes on under its own key; another one that lies here is kept aside."""
    here = folder / KEY
    if here.exists() and here.read_bytes().strip() != key:
        end = f"-before-{secrets.token_hex(4)}"
        for path in (here, folder / ANCHOR):
            if path.exists():
                path.rename(path.with_name(f"{path.name}{end}"))
    put_key(folder, key)


def _draft(folder: Path) -> Path:
    """Where the copy is made: on the disk of the database that it is going to be."""
    if (folder / FILE_NAME).is_file():
        database = database_of(folder, load_config(folder / FILE_NAME))
        if isinstance(database, Path) and database.parent.is_dir():
            return database.with_name(_DRAFT)
    return folder / _DRAFT


def _take_in(connection: sa.Connection, folder: Path, zone: Zone, by: By, *, surely: bool) -> int:
    """What left after it, as the journal says that is still here. `surely`: it knows what it knows."""
    if not (folder / NAME).exists():
        return 0
    journal = open_journal(folder / NAME, by.now)
    try:
        return (take_in if surely else take_in_again)(connection, journal, zone, by)
    finally:
        journal.close()


def _may_hold_project(folder: Path) -> None:
    if (folder / FILE_NAME).is_file():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(path.name not in {"homing.lock", KEY, ERASED_BY_NOW, _DRAFT} for path in folder.iterdir()):
        raise BackupError(
            say("{folder}: neither a project nor an empty folder", folder=folder),
            say("name one with `--project`"),
        )


def _write_files(folder: Path, kept: Mapping[str, bytes]) -> list[str]:
    """The files of a backup, for a folder that has none of them."""
    names = sorted(name for name in kept if _is_inside(name))
    for name in sorted(names, key=lambda name: name == FILE_NAME):  # the last makes it a project
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept[name])
    return names


def _is_inside(name: str) -> bool:
    return (
        not name.startswith(("/", "~"))
        and ".." not in Path(name).parts
        and bool(re.fullmatch(r"[^\0\\]+", name))
    )


def _put_aside(database: Path, life: str) -> Path | None:
    """Give the old database another name, with its log if it cannot be folded in; None when there is none."""
    present = [path for path in _with_log(database) if path.exists()]
    if not present:
        return None
    if database.exists():
        fold(database)  # a damaged one is kept as it is, with its log
    names = (database.with_name(f"{database.name}-before-{life}{more}") for more in chain([""], _more()))
    aside = next(name for name in names if not any(path.exists() for path in _with_log(name)))
    for path, kept in zip(_with_log(database), _with_log(aside), strict=True):
        if path.exists():
            path.rename(kept)
    sync(database.parent)
    return aside


def _more() -> Iterator[str]:
    return (f"-{number}" for number in count(2))


def _with_log(database: Path) -> list[Path]:
    return [database.with_name(database.name + end) for end in _ENDS]
