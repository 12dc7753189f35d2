"""Erasing: not a byte of the customer is left, and their addresses stay suppressed (faults I9, I10)."""

import atexit
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from engine.errors import RefusedError
from engine.safekeeping.erasing import erase
from engine.storage.audit import By
from engine.storage.census import uncovered
from engine.storage.search_index import catch_up
from tests.projects import CONFIG, Homing, applied_project

RULES = """\
customer { name: text, phone: phone, email: email }
event visit { note: text }
record car { plate: text }
message hello { sms: "{{ name }}您好" }
policy p { at most 9 per day }
journey greet {
  policy p
  enter when phone is known
  state first {
    send hello via sms
    task call "问候" { assign advisor, due 2 days, ask plate: text, outcome done -> end done }
  }
}
"""
CUSTOMERS = """\
id,name,phone,email
KD-77001,司马青衫,13812345678,qingshan@example.cn
KD-77002,李明,13800000002,li@example.cn
"""
OF_HERS = (
    "KD-77001",
    "司马青衫",
    "13812345678",
    "qingshan",
    "牌照京A12345",
    "常来坐坐",
    "kd-77001",
    "马青衫",
)
"""What nobody may find afterwards, three characters of her name in the index included."""


@cache
def _template() -> Path:
    """Made once for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="homing-erase-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    homing = applied_project(folder / "shop", RULES, CONFIG)
    homing.well("import", "customers", homing.file("../c.csv", CUSTOMERS))
    visits = "customer,at,note\nKD-77001,2026-10-01 09:00,常来坐坐\nKD-77002,2026-10-01 09:00,hi\n"
    homing.well("import", "visit", homing.file("../v.csv", visits))
    homing.well("import", "car", homing.file("../cars.csv", "id,customer,plate\n1,KD-77001,牌照京A12345\n"))
    rejected = "id,name,phone,email\nKD-77001,司马青衫,1.38E+10,x\n9,王,138 1234 5678,nonsense\n8,赵,12,y\n"
    assert homing("import", "customers", homing.file("../bad.csv", rejected)).status == 1
    homing.well("run", "--at", "2026-10-01 10:00")
    task = homing.well("tasks", "list", "--json").json[0]["id"]
    homing.well(
        "tasks", "finish", task, "--outcome", "done", "--set", "plate=牌照京A12345", "--note", "司马青衫"
    )
    homing.well("optout", "KD-77001", "--because", "司马青衫 called from 13812345678")
    homing.well("optout", "KD-77001", "--lift")
    homing.well("pause", "--because", "qingshan@example.cn complained")
    homing.well("resume")
    index(homing)
    return homing.folder


def index(homing: Homing) -> None:
    """Let the index that customers are found by take all of them."""
    project = homing.opened()
    assert catch_up(project.store, 10) == 0
    project.store.close()


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A shop in which everything has happened with two customers: messages, tasks, records, opt-outs, rejects."""
    folder = tmp_path / "shop"
    shutil.copytree(_template(), folder)
    return Homing(folder)


def bytes_of(folder: Path) -> dict[str, list[str]]:
    """The files of a folder that hold anything of hers, and what."""
    found = {
        str(path.relative_to(folder)): [word for word in OF_HERS if word.encode() in path.read_bytes()]
        for path in folder.rglob("*")
        if path.is_file()
    }
    return {name: words for name, words in found.items() if words}


class TestErase:
    """`homing erase`."""

    def test_no_byte_is_left(self, homing: Homing) -> None:
        """Database, log, journal, outbox, rejects, trail: none of them knows her; all of them know the other one."""
        assert {"homing.db", "outbox.jsonl"} <= bytes_of(homing.folder).keys()
        said = homing.well("erase", "KD-77001", "--yes", "--json", "--as", "小林")
        assert said.json["rows"]["customer"] == 1
        assert said.json["files"] == {"outbox.jsonl": 1, "rejects/bad-customers.csv": 2}
        assert bytes_of(homing.folder) == {}
        assert homing("customer", "KD-77001").status == 2
        assert homing.well("customer", "KD-77002", "--json").json["attributes"]["name"] == "李明"
        assert "13800000002" in (homing.folder / "outbox.jsonl").read_text("utf-8")

    def test_the_trail_stays_whole(self, homing: Homing) -> None:
        """The rows stay with a number that leads to nobody; the notes go; `--verify` is content."""
        homing.well("erase", "KD-77001", "--yes", "--as", "小林", "--because", "asked for by mail")
        assert homing.well("audit", "--verify", "--json").json["findings"] == []
        rows = homing.well("audit", "--json").json
        last = rows[-1]
        assert (last["actor"], last["verb"], last["because"]) == ("小林", "erased", "asked for by mail")
        assert {row["customer"] for row in rows} == {None, "#1"}

    def test_a_note_struck_by_hand_shows(self, homing: Homing) -> None:
        """Who takes a note away without erasing is found out."""
        homing.well("erase", "KD-77001", "--yes")
        homing.well("optout", "KD-77002", "--because", "by phone")
        with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:
            connection.execute("update audit set because = null, salt = null where because = 'by phone'")
            connection.commit()
        assert homing("audit", "--verify").status == 1

    def test_backup_before_and_after(self, homing: Homing, tmp_path: Path) -> None:
        """A backup made afterwards holds nothing of her."""
        homing.well("erase", "KD-77001", "--yes")
        folder = tmp_path / "backups"
        folder.mkdir()
        homing.well("backup", str(folder / "after.backup"))
        assert bytes_of(folder) == {}

    def test_pages_that_were_split(self, homing: Homing) -> None:
        """Among many customers, whose rows were moved about before, nothing of one is left either."""
        places = [number * 761 % 1500 for number in range(1500)]
        for tag in ("first", "second-and-longer"):
            rows = [f"X-{place:05},{tag}{place:05},1390{place:07},x{place:05}@example.cn" for place in places]
            many = "\n".join(["id,name,phone,email", *rows])
            homing.well("import", "customers", homing.file("../many.csv", many))
            index(homing)
        gone = range(3, 1500, 250)
        for place in gone:
            homing.well("erase", f"X-{place:05}", "--yes")
        found = (homing.folder / "homing.db").read_bytes()
        words = [f"{x}-{place:05}" for place in gone for x in "Xx"] + [f"1390{place:07}" for place in gone]
        assert [word for word in words if word.encode() in found] == []

    def test_a_reply_from_a_former_number(self, homing: Homing) -> None:
        """What she wrote from a number that messages to her went to is hers, though she had another one by then."""
        homing.well("import", "customers", homing.file("../moved.csv", "id,phone\nKD-77001,13900000009\n"))
        with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:
            connection.execute(
                "insert into reply (channel, id, sender, text, taken_at) values ('sms', '1', '+8613812345678', 'T', 0)"
            )
            connection.commit()
        homing.well("erase", "KD-77001", "--yes")
        assert bytes_of(homing.folder) == {}

    def test_customers_without_addresses(self, tmp_path: Path) -> None:
        """Where rules know no number and no mail of anybody there is nothing to look for but the id."""
        homing = applied_project(tmp_path / "shop", "customer { name: text }\n", CONFIG)
        homing.well("import", "customers", homing.file("../c.csv", "id,name\nKD-77001,司马青衫\n"))
        homing.well("erase", "KD-77001", "--yes")
        assert bytes_of(homing.folder) == {}

    def test_who_is_not_asked_must_say_so(self, homing: Homing) -> None:
        """Without a terminal nothing is erased unless `--yes` says so."""
        said = homing("erase", "KD-77001")
        assert (said.status, "--yes" in said.err) == (2, True)
        assert homing("customer", "KD-77001").status == 0

    def test_a_message_on_the_wire(self, homing: Homing) -> None:
        """While a message to her is being sent nothing is erased."""
        with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:
            connection.execute("update message set status = 3 where customer = 1")
            connection.commit()
        project = homing.opened()
        with pytest.raises(RefusedError):
            erase(project, 1, By("test", 0))
        project.store.close()
        assert homing("customer", "KD-77001").status == 0

    def test_it_goes_on(self, homing: Homing) -> None:
        """Runs, views and explanations know nothing is missing."""
        homing.well("erase", "KD-77001", "--yes")
        homing.well("run", "--at", "2026-10-02 10:00")
        homing.well("messages", "--json")
        homing.well("tasks", "list", "--json")
        homing.well("explain", "KD-77002")


class TestSuppressed:
    """Whoever turns up with an address that is to hear no more hears no more."""

    @pytest.mark.parametrize(
        ("identity", "phone", "email"),
        [
            ("KD-77001", "13812345678", ""),
            ("NEW", "+86 138-1234-5678", ""),
            ("NEW", "００８６１３８１２３４５６７８", ""),
            ("NEW", "008613812345678", ""),
            ("NEW", "13900000009", "QingShan@Example.cn"),
            ("KD-77001", "13900000009", ""),
        ],
    )
    def test_erased(self, homing: Homing, identity: str, phone: str, email: str) -> None:
        """The same number in any form, the same address, the same id: no message."""
        homing.well("erase", "KD-77001", "--yes")
        again = f"id,name,phone,email\n{identity},新客,{phone},{email}\n"
        homing.well("import", "customers", homing.file("../again.csv", again))
        assert homing.well("run", "--at", "2026-10-02 10:00", "--json").json["messages"] == {"dropped": 1}
        optouts = homing.well("customer", identity, "--json").json["optouts"]
        assert [(item["lifted"], item["at"], item["because"]) for item in optouts] == [(None, None, "erased")]
        assert "every channel (erased)" in homing.well("customer", identity).out

    def test_opted_out(self, homing: Homing) -> None:
        """The number of somebody who opted out, under another id."""
        homing.well("optout", "KD-77002")
        homing.well("import", "customers", homing.file("../a.csv", "id,name,phone\nNEW,新客,138 0000 0002\n"))
        assert homing.well("run", "--at", "2026-10-02 10:00", "--json").json["messages"] == {"dropped": 1}

    def test_lifted(self, homing: Homing) -> None:
        """They come back and say so: then they hear again, and their number is free."""
        homing.well("erase", "KD-77001", "--yes")
        again = homing.file("../again.csv", "id,name,phone\nNEW,新客,13812345678\n")
        homing.well("import", "customers", again)
        homing.well("optout", "NEW", "--lift")
        homing.well("import", "customers", again)
        assert homing.well("run", "--at", "2026-10-02 10:00", "--json").json["messages"] == {"sent": 1}

    def test_somebody_else(self, homing: Homing) -> None:
        """Another number is another number."""
        homing.well("erase", "KD-77001", "--yes")
        homing.well("import", "customers", homing.file("../n.csv", "id,name,phone\nNEW,新客,13900000009\n"))
        assert homing.well("run", "--at", "2026-10-02 10:00", "--json").json["messages"] == {"sent": 1}


def test_every_table_is_covered(homing: Homing) -> None:
    """Each table has a way to the customer, or a reason why it holds nothing of them (fault I11)."""
    project = homing.opened()
    with project.store.read() as connection:
        assert uncovered(connection) == []
    project.store.close()


def test_an_address_that_a_rule_sets(tmp_path: Path) -> None:
    """An address that comes to somebody by `set` is compared like one that is imported: it hears no more."""
    rules = RULES.replace("email: email }", "email: email, other: phone }").replace(
        "    send hello via sms\n", "    set phone = other\n    send hello via sms\n"
    )
    homing = applied_project(tmp_path, rules.replace("when phone is known", "when other is known"), CONFIG)
    homing.well("import", "customers", homing.file("c.csv", CUSTOMERS))
    homing.well("erase", "KD-77001", "--yes")
    more = "id,name,other\nN1,新客,13812345678\nN2,旧客,13800000009\n"
    homing.well("import", "customers", homing.file("n.csv", more.replace("13812345678", "13900000001")))
    with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:  # not known at the import
        connection.execute("UPDATE customer SET other = '+8613812345678' WHERE id = 'N1'")
        connection.commit()
    homing.well("run", "--at", "2026-10-02 10:00")
    found = {one["customer"]: one["status"] for one in homing.well("messages", "--json").json}
    assert found == {"N1": "dropped", "N2": "sent"}
