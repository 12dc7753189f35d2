"""A kill -9 at every write, sync, removal and send of a command, and at those of the recovery from it.

`make test` tries a few of them, `make soak` all.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from tests.faulting.faulty import SOCKETS, WRITES, Fault, Faulty
from tests.faulting.shops import PEOPLE, RUN, Shop, check, check_end, looked_at, messages, moves

POINTS = int(os.environ.get("HOMING_KILLS", "2"))
"""Kills per command, spread evenly over its calls; `make soak` asks for more than there are."""


def places(count: int, points: int = POINTS) -> Iterator[int]:
    """So many of the numbers from 1 to `count`, or all of them."""
    step = max(count // points, 1)
    return iter(range(max(step // 2, 1), count + 1, step))


def test_a_kill_at_any_write_sends_nothing_twice(shop: Shop, homing: Faulty) -> None:
    """A5: what was committed is whole; the next run finishes it; what may have left is never sent again."""
    calm = shop.copy("calm")
    ended = homing(calm, *RUN)
    assert (ended.status, len(shop.gateway.hits)) == (0, PEOPLE)
    expected = moves(calm)
    for number in places(ended.seen):
        folder = shop.copy("killed")
        assert homing(folder, *RUN, fault=Fault("kill", number)).status == -9
        check(shop, folder)
        again = homing(folder, *RUN)
        assert again.status == 0, again
        check_end(shop, folder)
        assert moves(folder) == expected


def test_a_kill_in_the_middle_of_a_write(shop: Shop, homing: Faulty) -> None:
    """A5: half a page, half a line of the journal, half a seal: none of it is taken for a whole one."""
    for number in places(homing(shop.copy("calm"), *RUN, fault=Fault(kinds=WRITES)).seen):
        folder = shop.copy("torn")
        assert homing(folder, *RUN, fault=Fault("tear", number, WRITES)).status == -9
        check(shop, folder)
        assert homing(folder, *RUN).status == 0
        check_end(shop, folder)


def test_a_kill_before_a_byte_is_on_the_wire(shop: Shop, homing: Faulty) -> None:
    """A3, as near to the wire as can be: nothing was taken, nobody knows it, and nothing is sent again."""
    folder = shop.copy("killed")
    assert homing(folder, *RUN, fault=Fault("kill", 1, SOCKETS)).status == -9
    assert (set(map(int, messages(folder).values())), shop.gateway.hits) == ({3}, [])
    assert homing(folder, *RUN).status == 0
    check_end(shop, folder)
    assert shop.gateway.hits == []


def test_a_kill_in_the_recovery_from_a_kill(shop: Shop, homing: Faulty) -> None:
    """A6: from each state that a kill can leave, killed at each place of what follows; each that is left ends well."""
    known, ended, hits = set[str](), set[str](), shop.gateway.hits
    for first in places(homing(shop.copy("calm"), *RUN).seen, max(POINTS // 2, 1)):
        killed = shop.copy("killed")
        assert homing(killed, *RUN, fault=Fault("kill", first)).status == -9
        taken = list(hits)
        if not is_new(state_of(shop, killed), known):
            continue
        count = homing(shop.copy("again", killed), *RUN).seen
        for second in places(count, max(POINTS // 2, 1)):
            folder = shop.copy("again", killed)
            hits[:] = taken
            assert homing(folder, *RUN, fault=Fault("kill", second)).status == -9
            check(shop, folder)
            if is_new(state_of(shop, folder), ended):
                assert homing(folder, *RUN).status == 0
                check_end(shop, folder)


def is_new(one: str, known: set[str]) -> bool:
    """Whether a state is none of the known ones, to which it belongs from now on."""
    before = len(known)
    known.add(one)
    return len(known) > before


def state_of(shop: Shop, folder: Path) -> str:
    """What a recovery finds: what was committed, the files beside the database, and what the gateway has had.

    Without what differs between equal runs: the time, process numbers and names made by chance.
    """
    with looked_at(folder / "homing.db") as connection:
        rows = [row for row in connection.iterdump() if not row.startswith('INSERT INTO "lead"')]
    files = [(file.name, file.read_bytes()) for file in sorted(folder.glob("homing.s*"))]
    return re.sub(r"\b([0-9a-f]{16,}|[0-9]{13})\b", "?", repr([rows, files, sorted(shop.hits())]))


def test_a_kill_at_any_write_of_an_import(shop: Shop, homing: Faulty) -> None:
    """A8: the same file again gives exactly its rows, however much of it was taken before."""
    rows = "".join(f"C{n % PEOPLE},2026-01-01 09:0{n % 10},{n}.50\n" for n in range(200))
    visits = shop.folder.with_name("visits.csv")
    visits.write_text("customer,at,amount\n" + rows, encoding="utf-8")
    words = ("import", "visit", str(visits))
    for number in places(homing(shop.copy("calm"), *words).seen):
        folder = shop.copy("killed")
        assert homing(folder, *words, fault=Fault("kill", number)).status == -9
        assert homing(folder, *words).status == 0
        assert count_of(folder, "event_visit") == 200


def test_a_kill_at_any_write_of_apply(shop: Shop, homing: Faulty) -> None:
    """A7: the tables are the old ones or the new ones, and the release is the one that they fit."""
    rules = shop.folder / "rules" / "more.rules"
    rules.write_text('event call "电话" { minutes: number }\n', encoding="utf-8")
    for number in places(homing(shop.copy("calm"), "apply").seen):
        folder = shop.copy("killed")
        assert homing(folder, "apply", fault=Fault("kill", number)).status == -9
        assert (count_of(folder, "release") == 2) == has_table(folder, "event_call")
        assert homing(folder, "apply").status == 0
        assert (count_of(folder, "release"), has_table(folder, "event_call")) == (2, True)


def test_a_kill_at_any_write_of_a_backup_or_a_restore(shop: Shop, homing: Faulty) -> None:
    """Either there is a whole backup or none; either the old database, or the new one, or the same command does it."""
    file = shop.folder.with_name("copy.backup")
    count = homing(shop.copy("calm"), "backup", str(file)).seen
    for number in places(count, max(POINTS // 2, 1)):
        file.unlink(missing_ok=True)
        folder = shop.copy("killed")
        homing(folder, "backup", str(file), fault=Fault("kill", number))
        if file.exists():
            assert count_of(folder, "customer", file) == PEOPLE
            file.unlink()
        assert homing(folder, "backup", str(file)).status == 0
        assert list(file.parent.glob(".copy*")) == []  # what the killed one left is gone
        assert count_of(folder, "customer", file) == PEOPLE
    count = homing(shop.copy("calm"), "restore", str(file)).seen
    for number in places(count):
        folder = shop.copy("killed")
        homing(folder, "restore", str(file), fault=Fault("kill", number))
        homing(folder, *RUN)  # whatever it finds: nothing leaves that was not let go
        assert homing(folder, "restore", str(file)).status == 0
        assert homing(folder, *RUN).status == 0
        assert count_of(folder, "customer") == PEOPLE
        check(shop, folder)


def count_of(folder: Path, table: str, file: Path | None = None) -> int:
    """How many rows a table has."""
    with looked_at(file or folder / "homing.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def has_table(folder: Path, table: str) -> bool:
    """Whether there is such a table."""
    with looked_at(folder / "homing.db") as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return (table,) in names
