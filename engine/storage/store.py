"""The one place that opens the database: who reads, who writes, and whether the file is ours and whole.

Knows nothing of what the tables mean. A write has the database to itself from its start.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from engine.errors import (
    DamagedStoreError,
    ForeignStoreError,
    LibraryError,
    LockedStoreError,
    MissingStoreError,
    NewerStoreError,
    OlderStoreError,
    ReplacedStoreError,
    StoreError,
)
from engine.storage import sqlite
from engine.storage.every_table import metadata
from engine.storage.file_systems import network_file_system
from engine.storage.schema import meta
from engine.storage.search_tables import INDEX_TABLES, forget_statistics
from engine.storage.upgrading import NOW, bring_up, is_of_before
from engine.wording import say

SCHEMA_VERSION = int(NOW)
"""Version of the fixed tables; raised whenever `engine.storage.schema` changes."""

BACKUP = say("put a backup in its place: see docs/operations.md")

QUICK_CHECK_LIMIT = 32 * 1024 * 1024  # bytes
"""Files up to this size are checked whole whenever they are opened; larger ones by `status`."""


@dataclass(frozen=True)
class Store:
    """An open database. Close it when done; one per process."""

    engine: sa.Engine = field(repr=False)
    place: str
    file: tuple[int, int] | None = field(default=None, repr=False)
    """Which file is open, by device and inode; None where the database is none."""

    def check_place(self) -> None:
        """MissingStoreError when the file that is open lies there no more, ReplacedStoreError when another does.

        Else whoever has had it open for long would go on writing into a file that nobody will ever read again.
        """
        there = None if self.file is None else file_at(Path(self.place))
        if self.file is not None and there is None:
            raise MissingStoreError(
                say("{place}: the database was taken away while it was open", place=self.place),
                say("put it back where it was; what is decided meanwhile is not kept"),
            )
        if there != self.file:
            raise ReplacedStoreError(
                say("{place}: another database was put in its place", place=self.place),
                say("start again: it works on the new one then"),
            )

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of the database throughout; keep it short."""
        with self._explained(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that has the database to itself: committed at the end, or rolled back as a whole."""
        with self._explained(), self.engine.connect() as connection:
            connection.execution_options(**{sqlite.WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def writer(self) -> Iterator[sa.Connection]:
        """A connection for work in several transactions: each `connection.begin()` is a write of its own."""
        with self._explained(), self.engine.connect() as connection:
            connection.execution_options(**{sqlite.WRITES: True})
            yield connection

    @contextmanager
    def patient(self, connection: sa.Connection, tries: int) -> Iterator[None]:
        """A write on a writer's connection that must not be given up soon: asks for the lock so many times."""
        transaction = self._begun(connection, tries)
        with transaction:
            yield

    def _begun(self, connection: sa.Connection, tries: int) -> sa.RootTransaction:
        for _ in range(tries - 1):
            try:
                return connection.begin()
            except sa.exc.DBAPIError as error:
                if not isinstance(sqlite.meaning_of(error, self.place), LockedStoreError):
                    raise
        return connection.begin()

    @contextmanager
    def watch(self) -> Iterator[Callable[[], bool]]:
        """Tells cheaply whether anybody, we included, has written since it last said so; perhaps too often."""
        if self.engine.dialect.name != "sqlite" or self.place == sqlite.MEMORY:
            yield lambda: True
            return
        raw = self.engine.raw_connection()
        try:
            yield sqlite.watcher(raw.driver_connection)
        finally:
            raw.close()

    def quick_check(self) -> None:
        """Read every page; DamagedStoreError when one is not as it should be. Only SQLite needs it."""
        if self.engine.dialect.name != "sqlite":
            return
        with self.read() as connection:
            findings = connection.exec_driver_sql("PRAGMA quick_check(1)").scalars().all()
        if findings != ["ok"]:
            raise DamagedStoreError(
                say("{place}: damaged: {findings}", place=self.place, findings=findings[0]), BACKUP
            )

    def analyse(self) -> None:
        """Let the database look at what it holds, so that it plans its queries well. After much has changed."""
        with self.write() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
            quoted = connection.dialect.identifier_preparer.quote
            for name in sorted({*sa.inspect(connection).get_table_names()} - INDEX_TABLES):
                connection.exec_driver_sql(f"ANALYZE {quoted(name)}")
            forget_statistics(connection)

    def fold(self) -> None:
        """Fold the log of writes into the file, as far as nobody reads from it, so that it stays short."""
        if self.engine.dialect.name != "sqlite":
            return
        with self._explained():
            raw = self.engine.raw_connection()
            try:
                sqlite.fold(raw.driver_connection)
            finally:
                raw.close()

    def scrub(self, *, rebuilding: bool) -> bool:
        """Leave no byte of what was deleted, neither in the log of writes nor, `rebuilding`, in gaps of the file.

        Waits for those who read and write; whether it could be done.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        with self._explained():
            raw = self.engine.raw_connection()
            try:
                return sqlite.scrub(raw.driver_connection, rebuilding=rebuilding)
            finally:
                raw.close()

    def close(self) -> None:
        """Give the database back; its log is folded into the file when we were the last."""
        self.engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            meant = sqlite.meaning_of(error, self.place)
            if meant is None:
                raise
            raise meant from error


@contextmanager
def aside(connection: sa.Connection) -> Iterator[None]:
    """A transaction of a writer's connection that writes temporary tables only, and so keeps nobody waiting."""
    connection.execution_options(**{sqlite.WRITES: False})
    try:
        with connection.begin():
            yield
    finally:
        connection.execution_options(**{sqlite.WRITES: True})


def open_store(database: Path | str, *, create: bool = False) -> Store:
    """Open a database: a file, `:memory:` (made anew, with a fixed install key), or a `postgresql://` URL.

    Creates the file and its tables when `create` is set and there is none. Raises the StoreErrors.
    """
    if str(database).startswith(("postgresql://", "postgresql+")):
        store = Store(_server_engine(str(database)), sa.make_url(str(database)).render_as_string())
        _make_or_check(store, create=create)
        return store
    if str(database) == sqlite.MEMORY:
        store = Store(sqlite.sqlite_engine(database), sqlite.MEMORY)
        _make_tables(store, install_key="memory")
        return store
    return _open_file(Path(database), create=create)


def is_missing(path: Path) -> bool:
    """Whether there is no database: no file, or one with nothing in it."""
    return not path.exists() or (path.is_file() and path.stat().st_size == 0)


def file_at(path: Path) -> tuple[int, int] | None:
    """Which file lies there, by device and inode; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _server_engine(url: str) -> sa.Engine:
    try:
        return sa.create_engine(url)
    except ModuleNotFoundError as error:
        raise LibraryError(
            say("a PostgreSQL database needs the library {name!r}", name=error.name),
            say("`pip install {name}`", name=error.name),
        ) from None
    except sa.exc.ArgumentError:
        raise StoreError(
            say("`database` is no address of a database"), say("mend it in homing.toml")
        ) from None


def _open_file(path: Path, *, create: bool) -> Store:
    path = path.resolve()  # one name for one file: SQLite finds its log by name
    if kind := network_file_system(path):
        raise StoreError(
            say("{path}: on a network file system ({kind})", path=path, kind=kind),
            say("keep the database on a local disk"),
        )
    if is_missing(path):
        _may_create(path, create=create)
        sqlite.make_private_file(path)
    if not path.is_file():
        raise ForeignStoreError(
            say("{path}: not a file", path=path), say("is `database` in homing.toml the right file?")
        )
    store = Store(sqlite.sqlite_engine(path), str(path), file_at(path))
    try:
        _make_or_check(store, create=create)
        if path.stat().st_size <= QUICK_CHECK_LIMIT:
            store.quick_check()
    except BaseException:
        store.close()
        raise
    return store


def _may_create(path: Path, *, create: bool) -> None:
    if not path.parent.is_dir():
        raise MissingStoreError(
            say("{parent}: no such folder", parent=path.parent),
            say("make it, or mend `database` in homing.toml"),
        )
    if not create:
        raise MissingStoreError(
            say("{path}: no such database", path=path),
            say("put it back, or a backup of it; in a new project `homing apply` makes an empty one"),
        )


def _make_or_check(store: Store, *, create: bool) -> None:
    with store.read() as connection:
        tables = sa.inspect(connection).get_table_names()
    if not tables and create:
        _make_tables(store, install_key=secrets.token_hex(32))
    elif "meta" not in tables:
        raise ForeignStoreError(
            say("{place}: not a database of Homing's", place=store.place),
            say("mend `database` in homing.toml"),
        )
    else:
        check_version(store)


def _make_tables(store: Store, install_key: str) -> None:
    with store.write() as connection:
        if sa.inspect(connection).get_table_names():
            return  # somebody else was first
        metadata.create_all(connection)
        counters = dict.fromkeys(("arrivals", "customers", "records"), "0")
        known = {"schema": str(SCHEMA_VERSION), "install_key": install_key, **counters}
        known["incarnation"] = f"1.{install_key if store.place == sqlite.MEMORY else secrets.token_hex(8)}"
        connection.execute(meta.insert(), [{"key": key, "value": value} for key, value in known.items()])


def check_version(store: Store) -> None:
    """Whether a database is one of Homing's, of this version; else the StoreError that says which.

    One of the version before is made one of this.
    """
    with store.read() as connection:
        older = is_of_before(connection)
    if older:
        with store.write() as connection:
            bring_up(connection)
    with store.read() as connection:
        found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == "schema"))
    if found is None:
        raise ForeignStoreError(
            say("{place}: not a database of Homing's", place=store.place),
            say("mend `database` in homing.toml"),
        )
    if not found.isdigit():
        raise DamagedStoreError(
            say("{place}: damaged: its tables are of version {found!r}", place=store.place, found=found),
            BACKUP,
        )
    versions = {"place": store.place, "found": found, "known": SCHEMA_VERSION}
    if int(found) < SCHEMA_VERSION:
        raise OlderStoreError(
            say("{place}: made by an older Homing (its tables: {found}, known here: {known})", **versions),
            say(
                "before 1.0 there is no way from one to the other: make the project anew, or keep the older Homing"
            ),
        )
    if int(found) > SCHEMA_VERSION:
        raise NewerStoreError(
            say("{place}: made by a newer Homing (its tables: {found}, known here: {known})", **versions),
            say("install the newer Homing"),
        )
