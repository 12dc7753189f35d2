"""Imports of files that are cut into batches: the cuts do not show."""

from multiprocessing import active_children
from pathlib import Path

import pytest

from engine.imports import ahead, delimited, gathering
from engine.imports.converting import Columns
from engine.imports.taking import Outcome
from tests.imported import counts, rejected, rows, taken
from tests.projects import Homing, applied_project


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project whose rules are in force."""
    return applied_project(tmp_path)


@pytest.mark.parametrize("large", [False, True], ids=["here", "in a process of its own"])
def test_large_files(homing: Homing, monkeypatch: pytest.MonkeyPatch, *, large: bool) -> None:
    """However a file is cut and wherever it is read, the rows, their order and what is said of them are the same."""
    monkeypatch.setattr(ahead, "LARGE", 0 if large else 10**9)
    monkeypatch.setattr(delimited, "CHUNK", 100)
    monkeypatch.setattr(gathering, "CHUNK", 70)
    lines = [
        f"C{number * 37 % 50},2026-10-01,{number},{'x' if number % 300 == 299 else 1}"
        for number in range(1500)
    ]
    content = "customer,at,store,amount\n" + "\n".join(lines) + "\n"
    said = taken(homing, "visit", content)
    assert counts(said) == (1500, 1495, 0, 0, 5)
    assert [row["rejected row"] for row in rejected(said)] == ["301", "601", "901", "1201", "1501"]
    stores: dict[int, list[int]] = {}
    for _, customer, store in rows(homing, "event_visit", "seq", "customer", "store"):
        stores.setdefault(customer, []).append(int(store))
    assert len(stores) == 50
    assert all(found == sorted(found) for found in stores.values())
    assert counts(taken(homing, "visit", content)) == (1500, 0, 0, 1495, 5)
    assert taken(homing, "visit", "id\n1\n").status == 2


def test_the_reading_process_is_killed(homing: Homing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the process that reads a large file, the import says so; what was taken stays, once."""
    monkeypatch.setattr(ahead, "LARGE", 0)
    content = "customer,at,store,amount\n" + "C1,2026-10-01,A,1\n" * 120_000
    take = gathering.Gathering.take

    def killing(transactions: gathering.Gathering, columns: Columns) -> Outcome:
        for process in active_children():
            process.kill()
        return take(transactions, columns)

    monkeypatch.setattr(gathering.Gathering, "take", killing)
    said = taken(homing, "visit", content)
    assert (said.status, said.err.splitlines()[0]) == (
        2,
        f"homing: {homing.folder / 'a.csv'}: the process that reads it was killed",
    )
    monkeypatch.setattr(gathering.Gathering, "take", take)
    before = len(rows(homing, "event_visit", "seq"))
    assert 0 < before < 120_000
    assert counts(taken(homing, "visit", content))[:2] == (120_000, 120_000 - before)
