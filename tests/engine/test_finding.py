"""Customers found by a part of what is known of them, whether the index knows them already or not."""

from datetime import date
from pathlib import Path

import pytest

from engine.storage.search_index import catch_up
from engine.storage.search_tables import INDEX_TABLES
from engine.views.finding import find
from engine.views.window import look
from tests.projects import RULES, Homing, applied_project

CUSTOMERS = """\
id,name,phone,email,points
K-101,陈晨,13812345678,chen@example.cn,1
K-102,陈晨曦,13900005678,,2
K-103,欧阳娜娜,13700001234,nana@example.cn,3
K-104,Ann Smith,13600009999,ANN@example.cn,4
K-1,王晨,,,5
"""

FOUND = {
    "陈": ["K-101", "K-102"],
    "晨": ["K-1", "K-101", "K-102"],
    "晨曦": ["K-102"],
    "阳娜": ["K-103"],
    "5678": ["K-101", "K-102"],
    "138 1234 5678": ["K-101"],
    "+86 138-1234-5678": ["K-101"],
    "１３８１２３４": ["K-101"],
    "陈 139": ["K-102"],
    "娜娜 1234": ["K-103"],
    "ann smith": ["K-104"],
    "SMITH an": ["K-104"],
    "k-103": ["K-103"],
    "nana@": ["K-103"],
    "K": ["K-1", "K-101", "K-102", "K-103", "K-104"],
    "陈 1234567": ["K-101"],
    '"%_': [],
    "周": [],
}
"""Whoever is to be found by each text."""


@pytest.fixture(name="homing")
def _homing(tmp_path: Path) -> Homing:
    homing = applied_project(tmp_path)
    homing.well("import", "customers", homing.file("c.csv", CUSTOMERS))
    return homing


def found(homing: Homing, *texts: str) -> list[list[str]]:
    """The ids of those found by each text, in their order."""
    project = homing.opened()
    with project.store.read() as connection:
        window = look(connection, project.config)
        people = [[one.id for one in find(window, text).people] for text in texts]
    project.store.close()
    return people


def index(homing: Homing) -> int:
    """Let the index catch up; how many it has left."""
    project = homing.opened()
    left = catch_up(project.store, 10)
    project.store.close()
    return left


def test_any_part_finds(homing: Homing) -> None:
    """One character of a name, digits anywhere, several words, in any case and width: before the index and with it."""
    for _ in range(2):
        assert [sorted(ids) for ids in found(homing, *FOUND)] == [*FOUND.values()]
        assert index(homing) == 0


def test_the_best_come_first(homing: Homing) -> None:
    """A whole name or id before one that only begins so, and that before one that has it somewhere."""
    index(homing)
    chen, short, newest = found(homing, "陈晨", "k-1", "")
    assert chen == ["K-101", "K-102"]
    assert short[0] == "K-1"
    assert newest == ["K-1", "K-104", "K-103", "K-102", "K-101"]
    assert "more than 1" in homing.well("customer", "--find", "晨", "--limit", "1").err


def test_it_follows_whoever_changes(homing: Homing) -> None:
    """A name that an import changes is found at once, the former one never again; new customers as well."""
    index(homing)
    homing.well("import", "customers", homing.file("d.csv", "id,name,points\nK-101,周舟,9\nK-105,周洲,1\n"))
    for _ in range(2):
        now, before = found(homing, "周", "陈晨")
        assert sorted(now) == ["K-101", "K-105"]
        assert before == ["K-102"]
        assert index(homing) == 0


def test_other_texts_make_it_anew(homing: Homing) -> None:
    """What rules declare later is looked through as well."""
    index(homing)
    homing.file("rules/all.rules", RULES.replace("points: number", "points: number\n  plate: text"))
    homing.well("apply")
    homing.well("import", "customers", homing.file("e.csv", "id,plate\nK-102,粤B12345\n"))
    for _ in range(2):
        assert found(homing, "粤b123", "欧阳") == [["K-102"], ["K-103"]]
        assert index(homing) == 0


def test_addresses_are_masked(homing: Homing) -> None:
    """A list shows enough of a number to tell it apart."""
    said = homing.well("customer", "--find", "13812345678")
    assert "138****5678" in said.out
    assert "12345678" not in said.out
    assert homing.well("customer", "--find", "k-103", "--json").json[0]["attributes"]["name"] == "欧阳娜娜"


def test_one_is_named_or_looked_for(homing: Homing) -> None:
    """Without either nothing is shown."""
    assert homing("customer").status == 2
    assert "nobody" in homing.well("customer", "--find", "周").err


def test_the_last_purchase_is_told(homing: Homing) -> None:
    """Of all that somebody bought, the day of the latest; of others nothing."""
    visits = "customer,at,amount\nK-101,2026-11-02 10:00,5\nK-101,2026-11-01 23:59,7\nK-102,2025-01-01,1\n"
    homing.well("import", "visit", homing.file("v.csv", visits))
    project = homing.opened()
    with project.store.read() as connection:
        people = find(look(connection, project.config), "晨").people
    project.store.close()
    bought = {one.id: one.bought for one in people}
    assert bought == {
        "K-101": (date(2026, 11, 2), "visit"),
        "K-102": (date(2025, 1, 1), "visit"),
        "K-1": None,
    }


def test_an_analyze_of_somebodys_is_mended(homing: Homing) -> None:
    """What one finds out about the small index would slow the large one down: the next import forgets it."""

    def known() -> set[str]:
        with project.store.read() as connection:
            rows = connection.exec_driver_sql("SELECT tbl FROM sqlite_stat1").scalars()
            return {name for name in rows if name in INDEX_TABLES}

    project = homing.opened()
    catch_up(project.store, 1)
    with project.store.write() as connection:
        connection.exec_driver_sql("ANALYZE")
    assert known()
    homing.well("import", "customers", homing.file("c.csv", CUSTOMERS))
    assert not known()
    project.store.close()
