"""A customer is erased while a file is on its way in that still names them: it brings nothing of them back."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.imports import delimited, gathering
from engine.safekeeping.erasing import erase
from engine.storage.audit import By
from engine.storage.customers import customer_number
from tests.projects import Homing, applied_project

RULES = """\
customer { name: text, phone: phone }
event visit { note: text }
record car { plate: text }
message hello { sms: "{{ name }}您好" }
policy p { at most 9 per day }
journey greet {
  policy p
  enter when phone is known
  state first { send hello, after 1 day -> end over }
}
"""
FILES = {
    "customers": "id,name,phone\nA,陈,13800000003\nC1,司马青衫,13812345678\nB,李,13800000004\n",
    "visit": "customer,at,note\nC1,2026-10-01,青\nA,2026-10-01,a\nC1,2026-10-02,青\nB,2026-10-01,b\n",
    "car": "id,customer,plate\n1,C1,青1\n2,A,a\n3,C1,青2\n4,B,b\n",
    "consents": "customer,at\nC1,2026-10-01 09:00\nA,2026-10-01 09:00\nC1,2026-10-02 09:00\nB,2026-10-01 09:00\n",
}
TABLES = {"customers": "customer", "visit": "event_visit", "car": "record_car", "consents": "consent"}


def erasing(homing: Homing, take: Callable[..., Any], before: int) -> Callable[..., Any]:
    """Takes batches, and erases C1 before one of them."""
    batches = 0

    def taking(transactions: Any, columns: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == before:
            project = homing.opened()
            with project.store.read() as connection:
                number = customer_number(connection, "C1")
            erase(project, number, By("小林", 1_800_000_000_000))
            project.store.close()
        return take(transactions, columns)

    return taking


@pytest.mark.parametrize("before", [2, 3])
@pytest.mark.parametrize("what", FILES)
def test_nothing_of_them_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, before: int
) -> None:
    """Neither rows of theirs nor a customer of that id; everybody else's rows are taken, and every row is counted."""
    homing = applied_project(tmp_path, RULES)
    homing.well("import", "customers", homing.file("c.csv", "id,name,phone\nC1,司马青衫,13812345678\n"))
    monkeypatch.setattr(delimited, "CHUNK", 1)
    for way in (gathering.OneByOne, gathering.Gathering):
        monkeypatch.setattr(way, "take", erasing(homing, way.take, before))
    said = homing.well("import", what, homing.file("f.csv", FILES[what]), "--json").json
    assert said["read"] == said["added"] + said["changed"] + said["unchanged"] == FILES[what].count("\n") - 1
    with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:
        owners = f"SELECT customer.id FROM {TABLES[what]} AS own LEFT JOIN customer ON customer.customer = own.customer"  # noqa: S608  # a test's own words
        assert sorted(row[0] or "?" for row in connection.execute(owners)) == ["A", "B"]


def test_afterwards_they_may_come_back(tmp_path: Path) -> None:
    """A file that is imported later is a new beginning, and their addresses hear nothing."""
    homing = applied_project(tmp_path, RULES)
    homing.well("import", "customers", homing.file("c.csv", FILES["customers"]))
    homing.well("erase", "C1", "--yes")
    assert (
        homing.well("import", "customers", homing.file("c.csv", FILES["customers"]), "--json").json["added"]
        == 1
    )
    assert homing.well("customer", "C1", "--json").json["optouts"]
