"""Disks that are full, break, or say no: an exit status and a sentence, nothing half done, and nothing sent twice."""

import errno
import os
import resource
import shutil
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from engine.errors import StoreError
from engine.storage.states import MessageStatus as M
from tests.deliveries import NOW, at, gateway, ready
from tests.faulting.faulty import SOCKETS, SYNCS, WRITES, Ended, Fault, Faulty
from tests.faulting.shops import PEOPLE, RUN, Shop, check, check_end, messages
from tests.faulting.test_kills import places
from tests.gateways import Hit, says

NOBODY = 65534


def ended_in_words(status: int, said: str) -> bool:
    """Whether a command that could not do its work said so, with what to do."""
    return status == 2 and said.startswith("homing: ") and "hint: " in said and "Traceback" not in said


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=["full", "broken"])
def test_a_disk_that_is_full_from_some_write_on(error: int, shop: Shop, homing: Faulty) -> None:
    """D1, D2, D3: whichever write it is. The command ends in words; when there is room again the next one finishes."""
    for number in places(homing(shop.copy("calm"), *RUN, fault=Fault(kinds=WRITES, path="homing.")).seen):
        folder = shop.copy("full")
        fault = Fault("fail from there", number, WRITES, "homing.", error)
        ended = homing(folder, *RUN, fault=fault)
        assert ended_in_words(ended.status, ended.said) or ended.status == 0, ended
        check(shop, folder)
        again = homing(folder, *RUN)
        assert again.status == 0, again
        settled(shop, folder)


def settled(shop: Shop, folder: Path) -> None:
    """Whatever was given back for a second leaves with a later run."""
    check(shop, folder)
    if set(messages(folder).values()) <= {M.SENT, M.UNKNOWN}:
        check_end(shop, folder)


@pytest.mark.parametrize("path", ["homing.db", "homing.sent"])
def test_a_sync_that_fails(path: str, shop: Shop, homing: Faulty) -> None:
    """D5: what was not surely on the disk was not sent; the process ends, and a new one reads what is there."""
    for number in places(homing(shop.copy("calm"), *RUN, fault=Fault(kinds=SYNCS, path=path)).seen):
        folder = shop.copy("broken")
        before = len(shop.gateway.hits)
        ended = homing(folder, *RUN, fault=Fault("fail", number, SYNCS, path, errno.EIO))
        assert ended_in_words(ended.status, ended.said) or ended.status == 0, ended
        if path == "homing.sent":
            assert len(shop.gateway.hits) == before
        check(shop, folder)
        assert homing(folder, *RUN).status == 0
        settled(shop, folder)


@contextmanager
def no_more_room() -> Iterator[None]:
    """No file of this process may grow, for a while."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_disk_that_is_full_at_the_mark(tmp_path: Path) -> None:
    """D2: the mark cannot be written, so nothing leaves; with room again, it does."""
    some = ready(database=tmp_path / "homing.db")
    steps = some.delivery().steps(at(NOW), Counter())
    while next(steps) != "claimed":
        pass
    with no_more_room(), pytest.raises(StoreError):
        next(steps)
    assert gateway(some).got == []
    assert some.one()["status"] == "ready"
    assert some.deliver(NOW, alone=True) == {"sent": 1}
    some.store.close()


def test_a_disk_that_is_full_at_the_record(shop: Shop, homing: Faulty) -> None:
    """D3, D4: once the gateway has them no file may grow any more. They stay marked, then are unknown; taken once."""
    folder = shop.copy("full")

    def fill(hit: Hit) -> web.Response:
        resource.prlimit(homing.child, resource.RLIMIT_FSIZE, (1, 1))
        return says({"id": "7"})(hit)

    shop.answers.append(fill)
    ended = homing(folder, *RUN)
    shop.answers.pop()
    assert ended_in_words(ended.status, ended.said), ended
    assert (set(messages(folder).values()), len(shop.gateway.hits)) == ({M.SENDING}, PEOPLE)
    assert homing(folder, *RUN).status == 0
    assert set(messages(folder).values()) == {M.UNKNOWN}
    check_end(shop, folder)


def test_files_that_may_not_grow(shop: Shop, homing: Faulty) -> None:
    """D4: a limit of the system, not of the disk; the same words, nothing sent."""
    folder = shop.copy("limited")
    ended = homing(folder, *RUN, fault=Fault(limit=4096))
    assert ended_in_words(ended.status, ended.said), ended
    assert shop.gateway.hits == []
    check(shop, folder)


def test_a_database_of_another_user(shop: Shop, homing: Faulty) -> None:
    """D11: one that may not be written to, or, for who may do everything, that is another's. Nothing is sent."""
    folder = shop.copy("theirs")
    if os.geteuid():
        (folder / "homing.db").chmod(0o444)
    else:
        os.chown(folder / "homing.db", NOBODY, NOBODY)
    ended = homing(folder, *RUN)
    assert ended_in_words(ended.status, ended.said), ended
    assert shop.gateway.hits == []


def test_a_log_that_was_deleted(shop: Shop, homing: Faulty) -> None:
    """D8: after a kill the log holds what was committed. Without it the database is refused, and sends nothing."""
    folder = shop.copy("killed")
    ended, taken = _without_log(shop, homing, folder, Fault("kill", PEOPLE, SOCKETS))
    assert ended_in_words(ended.status, ended.said)
    assert "it holds less than it did" in ended.said
    _taken_as_it_is(shop, homing, folder, taken)
    check(shop, folder)


def test_a_log_that_was_deleted_while_it_was_folded_in(shop: Shop, homing: Faulty) -> None:
    """D8: half of it is in the file by then. Lost sends tell; which moves are lost nobody can tell.

    Where even an index does not fit its table any more nobody can take the database as it is.
    """
    count = homing(shop.copy("calm"), *RUN).seen
    for back in range(15, 30):
        folder = shop.copy(f"killed-{back}")
        shop.gateway.hits.clear()
        ended, taken = _without_log(shop, homing, folder, Fault("kill", count - back))
        if f"is gone, and {taken} sends with it" in ended.said:
            restored = homing(folder, "restore", str(folder / "homing.db"))
            if restored.status == 0:
                break
            assert "damaged" in restored.said
    else:
        pytest.fail("no write is one of the folding")
    assert ended_in_words(ended.status, ended.said)
    _taken_as_it_is(shop, homing, folder, taken)


def _without_log(shop: Shop, homing: Faulty, folder: Path, fault: Fault) -> tuple[Ended, int]:
    """A run is killed and the log deleted: how the next run ends, and how many messages had been taken."""
    assert homing(folder, *RUN, fault=fault).status == -9
    taken = len(shop.gateway.hits)
    (folder / "homing.db-wal").unlink(missing_ok=True)
    return homing(folder, *RUN), taken


def _taken_as_it_is(shop: Shop, homing: Faulty, folder: Path, taken: int) -> None:
    """Nothing that was taken goes again when somebody takes the database as it is."""
    assert homing(folder, "restore", str(folder / "homing.db")).status == 0
    for words in (RUN, ("resume",), RUN):
        assert homing(folder, *words).status == 0
    assert len(shop.gateway.hits) == taken


def test_a_log_of_another_database(shop: Shop, homing: Faulty) -> None:
    """D8: the log of another project, or of another day, is no log of this one."""
    one, other = shop.copy("one"), shop.folder.with_name("other")
    shutil.copytree(one, other)
    with closing(sqlite3.connect(other / "homing.db")) as connection:
        connection.execute("UPDATE meta SET value = '1.another' WHERE key = 'incarnation'")
        connection.commit()
    count = homing(shop.copy("calm"), *RUN).seen
    for folder in (one, other):
        assert homing(folder, *RUN, fault=Fault("kill", count - 12)).status == -9
    taken = len(shop.gateway.hits)
    shutil.copy(other / "homing.db-wal", one / "homing.db-wal")
    ended = homing(one, *RUN)
    assert ended_in_words(ended.status, ended.said), ended
    assert len(shop.gateway.hits) == taken


def test_a_bare_copy_of_the_database_file(shop: Shop, homing: Faulty) -> None:
    """D9: what is in the log alone is not in such a copy; in its place it is refused, and a backup has it all."""
    folder = shop.copy("at-work")
    assert homing(folder, *RUN, fault=Fault("kill", 1, SOCKETS)).status == -9
    shutil.copy(folder / "homing.db", folder.with_name("bare.db"))
    assert homing(folder, "backup", str(folder.with_name("whole.db"))).status == 0
    kept = {name: rows(folder.with_name(name)) for name in ("bare.db", "whole.db")}
    assert kept == {"bare.db": 0, "whole.db": PEOPLE}
    shutil.copy(folder.with_name("bare.db"), folder / "homing.db")
    ended = homing(folder, *RUN)
    assert ended_in_words(ended.status, ended.said)


def rows(database: Path) -> int:
    """How many messages a database has."""
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM message").fetchone()[0])
