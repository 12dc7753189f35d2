"""Exports: everything that is held on one customer, nothing of anybody else, no cell a formula (faults I5, I11)."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.storage.census import BY_ID, NOTHING_OF_CUSTOMERS, NUMBERED, THROUGH, holdings, uncovered
from engine.storage.every_table import metadata
from tests.projects import CONFIG, Homing, applied_project

RULES = """\
customer { name: text, phone: phone, balance: money, birthday: date }
event visit { note: text, amount: money }
record car { plate: text }
message hello { sms: "{{ name }}您好" }
policy p { at most 9 per day }
journey greet {
  policy p
  enter when phone is known
  state first {
    send hello via sms
    task call "问候" { assign advisor, due 2 days, outcome done -> end done }
  }
}
"""
CUSTOMERS = "id,name,phone,balance,birthday\nC1,=1+1,13812345678,12.50,1990-02-03\nC2,李明,13800000002,,\n"


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A shop with two customers, of whom one has a name that is a formula."""
    homing = applied_project(tmp_path / "shop", RULES, CONFIG)
    homing.well("import", "customers", homing.file("../c.csv", CUSTOMERS))
    visits = "customer,at,note,amount\nC1,2026-10-01 09:00,＝SUM(A1),3\nC2,2026-10-01 09:00,秘密,3\n"
    homing.well("import", "visit", homing.file("../v.csv", visits))
    homing.well("import", "car", homing.file("../cars.csv", "id,customer,plate\n1,C1,@京A\n"))
    homing.well("run", "--at", "2026-10-01 10:00")
    homing.well("optout", "C1", "--because", "by phone", "--as", "小林")
    return homing


def test_everything_in_words(homing: Homing) -> None:
    """Names for numbers, times with their zone, amounts as amounts; only what is this customer's."""
    found = homing.well("export", "C1").json
    assert found["id"] == "C1"
    assert found["customer"] == {
        "id": "C1",
        "name": "=1+1",
        "phone": "+8613812345678",
        "balance": 12.5,
        "birthday": "1990-02-03",
    }
    visit = {name: found["events"]["visit"][0][name] for name in ("at", "note", "amount")}
    assert visit == {"at": "2026-10-01T09:00:00+08:00", "note": "＝SUM(A1)", "amount": 3.0}
    assert found["records"]["car"][0]["plate"] == "@京A"
    (message,) = found["messages"]
    assert (message["journey"], message["message"], message["channel"]) == ("greet", "hello", "sms")
    assert (message["status"], message["text"]) == ("sent", "=1+1您好")
    assert found["journeys"][0]["status"] == "under way"
    assert found["optouts"][0]["channel"] == "every one"
    assert found["trail"][0]["because"] == "by phone"
    assert "秘密" not in json.dumps(found, ensure_ascii=False)


def test_who_exported_is_on_record(homing: Homing) -> None:
    """The trail says who was given it."""
    homing.well("export", "C1", "--as", "小林")
    last = homing.well("audit", "--json").json[-1]
    assert (last["actor"], last["verb"], last["customer"]) == ("小林", "exported", "C1")


def test_no_cell_is_a_formula(homing: Homing, tmp_path: Path) -> None:
    """The tables of a zip file are safe to open in a spreadsheet, in half and in full width; phones are texts."""
    target = tmp_path / "c1.zip"
    homing.well("export", "C1", "--format", "zip", "--to", str(target))
    with zipfile.ZipFile(target) as packed:
        assert json.loads(packed.read("customer.json"))["id"] == "C1"
        tables = [name for name in packed.namelist() if name.endswith(".csv")]
        cells = [
            cell
            for name in tables
            for row in csv.reader(io.StringIO(packed.read(name).decode("utf-8-sig")))
            for cell in row
        ]
    assert {"'=1+1", "'＝SUM(A1)", "'@京A", "'+8613812345678"} <= set(cells)
    assert not [
        cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    ]
    assert target.stat().st_mode & 0o777 == 0o600


def test_it_takes_no_other_files_place(homing: Homing, tmp_path: Path) -> None:
    """A file that is there stays."""
    target = tmp_path / "c1.json"
    homing.well("export", "C1", "--to", str(target))
    assert homing("export", "C1", "--to", str(target)).status == 2


def test_every_table_is_covered(homing: Homing) -> None:
    """Each table has a way to the customer, which export and erase take, or a reason why it has none."""
    project = homing.opened()
    with project.store.read() as connection:
        assert uncovered(connection) == []
        every = {str(holding.table.name) for holding in holdings(connection)}
        assert set(sa.inspect(connection).get_table_names()) >= metadata.tables.keys()
    project.store.close()
    assert {"customer", "event_visit", "record_car", "message", "reply", "reply_of", "audit"} <= every
    stale = (
        NOTHING_OF_CUSTOMERS.keys() | NUMBERED.keys() | THROUGH.keys() | BY_ID.keys()
    ) - metadata.tables.keys()
    assert not stale


def test_no_table_is_left_out_of_the_document(homing: Homing) -> None:
    """A table that is covered is in the document, and every column in which something stands."""
    project = homing.opened()
    found = homing.well("export", "C1").json
    left_out = {"customer", "digest", "hash", "salt", "mac"}
    with project.store.read() as connection:
        for holding in holdings(connection):
            wanted = sa.select(holding.table).where(holding.of(1))
            for row in connection.execute(wanted).mappings():
                known = {name for name, value in row.items() if value is not None} - left_out
                text = json.dumps(found, ensure_ascii=False)
                assert all(f'"{name}"' in text for name in known), holding.table.name
    project.store.close()
