"""Opening the database: what is made, what is refused, and with which words."""

import multiprocessing as mp
import os
import stat
from pathlib import Path
from threading import Thread

import pysqlite3
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from engine.errors import (
    DamagedStoreError,
    ForeignStoreError,
    FullStoreError,
    LockedStoreError,
    MissingStoreError,
    NewerStoreError,
    OlderStoreError,
    StoreError,
)
from engine.storage import file_systems, sqlite
from engine.storage.arrivals import arrivals, mark_changed, take
from engine.storage.benefit_tables import grant_redeemed
from engine.storage.columns import DropColumn
from engine.storage.fairness import LET_PASS, somebody_waits, waiting
from engine.storage.file_systems import kind_of_mount
from engine.storage.flow_tables import traffic
from engine.storage.review_tables import review
from engine.storage.schema import INTENT, changed, message, meta, task
from engine.storage.staff_tables import decision, edit
from engine.storage.store import Store, open_store
from engine.storage.symbols import load_symbols
from engine.storage.traffic import left_between
from engine.storage.upgrading import BEFORE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "homing.db"


def pragma(store: Store, name: str) -> object:
    """A setting of a connection."""
    with store.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_settings(path: Path) -> None:
    """Every connection has the settings that durability, erasure and safety rest on."""
    store = open_store(path, create=True)
    wanted = {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "trusted_schema": 0,
        "cell_size_check": 1, "busy_timeout": 10_000, "journal_size_limit": 67_108_864, "temp_store": 2,
        "cache_size": -65_536,
    }  # fmt: skip
    assert {name: pragma(store, name) for name in wanted} == wanted
    store.close()


def test_private(path: Path) -> None:
    """Only the owner may read the database, its log included."""
    store = open_store(path, create=True)
    with store.write() as connection:
        take(connection, 1)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    store.close()
    assert modes == {0o600}


def test_write_is_whole(path: Path) -> None:
    """What a failed transaction did is gone, tables that it made included."""
    store = open_store(path, create=True)
    with pytest.raises(sa.exc.OperationalError, match="no such table"), store.write() as connection:
        _half_a_transaction(connection)
    with store.read() as connection:
        assert "half" not in sa.inspect(connection).get_table_names()
        assert arrivals(connection) == 0
    store.close()


def _half_a_transaction(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE half (x)")
    take(connection, 5)
    connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")


def test_missing_is_not_made(path: Path) -> None:
    """A database that is not there is only made when that is wanted."""
    with pytest.raises(MissingStoreError, match="no such database"):
        open_store(path)
    assert not path.exists()


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(MissingStoreError, match="no such folder"):
        open_store(tmp_path / "nowhere" / "homing.db", create=True)


def test_older(path: Path) -> None:
    """A database of an older Homing is left alone too: its tables are others."""
    store = open_store(path, create=True)
    with store.write() as connection:
        connection.execute(meta.update().where(meta.c.key == "schema").values(value="1"))
    store.close()
    with pytest.raises(OlderStoreError, match="made by an older Homing"):
        open_store(path)


def test_of_the_version_before(path: Path) -> None:
    """It is brought up when it is opened: whoever has tasks will be ranked, what has left is counted."""
    store = open_store(path, create=True)
    made = _tasks_as_made(store)
    with store.write() as connection:
        for index in task.indexes:
            index.drop(connection)
        connection.execute(DropColumn(task.c.rank))
        connection.execute(DropColumn(edit.c.former))
        for later in (task.c.before, decision.c.former, review.c.former):
            connection.execute(DropColumn(later))
        grant_redeemed.drop(connection)
        traffic.drop(connection)
        message_row = dict.fromkeys(("message", "state", "policy", "created_at", "changed_at", *INTENT), 1)
        left = [(900_001, 3, 5), (1_799_999, 3, 6), (1_800_000, 3, 6), (1_800_000, None, 7), (None, 3, 8)]
        for customer, (at, channel, status) in enumerate(left):
            mine = {"customer": customer, "sent_at": at, "channel": channel, "status": status}
            connection.execute(message.insert().values(message_row | mine))
        row: dict[str, object] = dict.fromkeys((*INTENT, "task", "state", "status", "created_at"), 1)
        connection.execute(task.insert(), [row | {"customer": 7}, row | {"customer": 8, "status": 2}])
        connection.execute(meta.update().where(meta.c.key == "schema").values(value=BEFORE[0]))
    store.close()
    store = open_store(path)
    assert _tasks_as_made(store) == made
    with store.read() as connection:
        assert connection.scalars(sa.select(changed.c.customer)).all() == [7]
        assert left_between(connection, 900_000, 1_800_000) == {3: (2, 1)}
        assert left_between(connection, 1_800_000, 1_800_001) == {0: (1, 0), 3: (1, 1)}
    store.close()


_GROWN = ("task", "edit", "decision", "review")


def _tasks_as_made(store: Store) -> tuple[list[str], list[str | None]]:
    """The columns of those tables that have more than before, and how the indexes of tasks were made."""
    with store.read() as connection:
        found = sa.inspect(connection)
        columns = [column["name"] for table in _GROWN for column in found.get_columns(table)]
        text = "SELECT sql FROM sqlite_master WHERE tbl_name = 'task' AND type = 'index' ORDER BY name"
        return columns, list(connection.exec_driver_sql(text).scalars())


def test_newer(path: Path) -> None:
    """A database of a newer Homing is left alone."""
    store = open_store(path, create=True)
    with store.write() as connection:
        connection.execute(meta.update().where(meta.c.key == "schema").values(value="999"))
    store.close()
    with pytest.raises(NewerStoreError, match="made by a newer Homing"):
        open_store(path)


def test_not_a_database(path: Path) -> None:
    """A file of another kind is no database."""
    path.write_bytes(b"id,name\n1,a\n" * 1000)
    with pytest.raises(ForeignStoreError, match="not a database"):
        open_store(path)


def test_another_programs_database(path: Path) -> None:
    """A database of another program is not ours, and not touched."""
    other = pysqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(ForeignStoreError, match="not a database of Homing's"):
        open_store(path, create=True)


def test_damaged(path: Path) -> None:
    """A page with garbage in it is found when the database is opened."""
    store = open_store(path, create=True)
    with store.write() as connection:
        load_symbols(connection).number(connection, "journey", "x")
    store.close()
    content = bytearray(path.read_bytes())
    content[4096 + 8 : 2 * 4096] = os.urandom(4096 - 8)
    path.write_bytes(content)
    with pytest.raises(DamagedStoreError):
        open_store(path)


def hold(path: str, held: "mp.synchronize.Event", done: "mp.synchronize.Event") -> None:
    """Keep the database to ourselves until told."""
    with open_store(path).write():
        held.set()
        done.wait()


def test_locked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits too long for another process is told so, and can go on later."""
    monkeypatch.setitem(sqlite._SETTINGS, "busy_timeout", 50)
    store = open_store(path, create=True)
    context = mp.get_context("spawn")
    held, done = context.Event(), context.Event()
    process = context.Process(target=hold, args=(str(path), held, done))
    process.start()
    held.wait()
    with pytest.raises(LockedStoreError, match="locked"), store.write():
        pass
    done.set()
    process.join()
    with store.write() as connection:
        assert take(connection, 1) == 1
    store.close()


def test_writers_take_turns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has to wait says so, and who would write next lets it pass first."""
    store, other = open_store(path, create=True), open_store(path)
    taken: list[int] = []

    def write() -> None:
        with other.write() as connection:
            taken.append(take(connection, 1))

    paused: list[float] = []
    monkeypatch.setattr(sqlite, "sleep", paused.append)
    thread = Thread(target=write)
    with store.write() as connection:
        assert not somebody_waits(path)
        thread.start()
        while not somebody_waits(path):
            pass
        assert take(connection, 1) == 1
    thread.join()
    assert (taken, paused) == ([2], [])
    with waiting(path), store.write():
        assert paused == [LET_PASS]
    assert not somebody_waits(path)
    for one in (store, other):
        one.close()


def test_full(path: Path) -> None:
    """A full disk takes the whole transaction back."""
    store = open_store(path, create=True)
    with store.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with pytest.raises(FullStoreError, match="full"), store.write() as connection:
        _fill(connection, pages)
    with store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(changed)) == 0
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    store.close()


def _fill(connection: sa.Connection, pages: int) -> None:
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    mark_changed(connection, range(1, 100_000))


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False), ((3, 44, 6), True), ((3, 44, 5), False), ((3, 50, 7), True), ((3, 51, 2), False),
        ((3, 51, 3), True), ((3, 52, 0), False), ((3, 52, 1), True), ((3, 53, 4), True),
    ],
)  # fmt: skip
def test_library(version: tuple[int, ...], *, sound: bool) -> None:
    """Libraries that may corrupt a database with a write-ahead log are refused."""
    assert sqlite.sound_library(version) is sound


def test_numbers_of_names(path: Path) -> None:
    """A name keeps its number; kinds are apart."""
    store = open_store(path, create=True)
    with store.write() as connection:
        symbols = load_symbols(connection)
        one = symbols.number(connection, "journey", "care")
        assert symbols.number(connection, "stage", "care") != one
        assert symbols.number(connection, "journey", "care") == one
    with store.read() as connection:
        symbols = load_symbols(connection)
        assert (symbols.find("journey", "care"), symbols.name(one)) == (one, "care")
        assert symbols.find("journey", "other") is None
    store.close()


def test_arrivals() -> None:
    """Numbers of arrival go on without gaps over everything that arrives; each change marks a customer once."""
    store = open_store(":memory:")
    with store.write() as connection:
        assert [take(connection, 3), take(connection, 1)] == [1, 4]
        mark_changed(connection, [7, 5, 7])
        rows = connection.execute(sa.select(changed.c.seq, changed.c.customer)).all()
        assert [tuple(row) for row in rows] == [(5, 5), (6, 7)]
        assert arrivals(connection) == 6
    store.close()


MOUNTS = """\
/dev/vda1 / ext4 rw 0 0
proc /proc proc rw 0 0
server:/export /mnt/share nfs4 rw 0 0
/dev/vdb /mnt/share/local\\040disk xfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/work/homing.db", "ext4"),
        ("/mnt/share/x/homing.db", "nfs4"),
        ("/mnt/share/local disk/homing.db", "xfs"),
    ],
)
def test_file_systems(path: str, kind: str) -> None:
    """The innermost file system counts; a database on a network is refused."""
    assert kind_of_mount(MOUNTS, Path(path)) == kind


def test_network_file_system(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a network file system two machines could write at once without knowing of each other."""
    mounts = path.parent / "mounts"
    mounts.write_text(f"server:/x {path.parent} nfs4 rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr(file_systems, "_MOUNTS", mounts)
    with pytest.raises(StoreError, match=r"on a network file system \(nfs4\)"):
        open_store(path, create=True)
    assert not path.exists()


def test_indexes_of_other_dialects_hold_the_same_part() -> None:
    """PostgreSQL's index of open messages holds the open ones."""
    (index,) = [item for item in message.indexes if item.name == "message_open"]
    text = str(sa.schema.CreateIndex(index).compile(dialect=postgresql.dialect()))
    assert text == "CREATE INDEX message_open ON message (status, until, channel, state) WHERE status < 5"
