"""Imports through the command line: what is taken, counted, changed and rejected."""

import random
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.imports import delimited, gathering
from engine.imports.events import EventTaker
from engine.imports.taking import Outcome
from engine.storage.digests import event_digest
from engine.storage.schema import changed, message, optout
from engine.storage.states import MessageStatus
from engine.storage.values import Stored
from tests.imported import counts, rejected, rows, taken
from tests.projects import Homing, applied_project


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project whose rules are in force."""
    return applied_project(tmp_path)


def test_customers(homing: Homing) -> None:
    """New customers are added, changed ones changed, the others left alone."""
    first = taken(
        homing, "customers", "id,name,phone,lifetime_value\nC1,陈晨,13800000001,8000\nC2,王五,,12.5\n"
    )
    assert (first.status, counts(first)) == (0, (2, 2, 0, 0, 0))
    second = taken(homing, "customers", "id,name,lifetime_value\nC1,陈晨,8000.00\nC2,王五,13\nC3,李四,\n")
    assert counts(second) == (3, 1, 1, 1, 0)
    assert rows(homing, "customer", "id", "name", "phone", "lifetime_value") == [
        ("C1", "陈晨", "+8613800000001", 800_000), ("C2", "王五", None, 1300), ("C3", "李四", None, None),
    ]  # fmt: skip


def test_every_type(homing: Homing) -> None:
    """Values are stored in the form of their declared type."""
    columns = "id,name,email,tier,lifetime_value,points,member,birthday,seen"
    said = taken(
        homing, "customers", f'{columns}\nC1, 陈 ,A@B.CN,vip,"¥1,234.50",1.5,是,2000/2/29,2026-10-01 09:30\n'
    )
    assert counts(said) == (1, 1, 0, 0, 0)
    assert rows(homing, "customer", *columns.split(",")) == [
        ("C1", "陈", "A@b.cn", "vip", 123_450, 1.5, 1, 11_016, 1_790_818_200_000)
    ]


def test_empty_cells_change_nothing(homing: Homing) -> None:
    """What a file does not say stays as it is."""
    taken(homing, "customers", "id,name,tier\nC1,陈晨,vip\n")
    assert counts(taken(homing, "customers", "id,name,tier\nC1,,regular\n")) == (1, 0, 1, 0, 0)
    assert rows(homing, "customer", "name", "tier") == [("陈晨", "regular")]


def test_one_customer_twice_in_a_file(homing: Homing) -> None:
    """The later row counts."""
    content = "id,name,tier\nC1,陈,\nC1,陈晨,vip\nC1,陈晨,\n"
    assert counts(taken(homing, "customers", content)) == (3, 1, 1, 1, 0)
    assert rows(homing, "customer", "name", "tier") == [("陈晨", "vip")]
    taken(homing, "customers", content)
    assert rows(homing, "customer", "name", "tier") == [("陈晨", "vip")]


def test_changed_customers_are_marked(homing: Homing) -> None:
    """The next run looks at those who are new or changed, and at no one else."""
    content = "id,name\nC1,陈晨\nC2,王五\n"
    taken(homing, "customers", content)
    assert [number for _, number in rows(homing, "changed", "seq", "customer")] == [1, 2]
    taken(homing, "customers", content)
    assert len(rows(homing, "changed", "seq")) == 2
    taken(homing, "customers", "id,name\nC1,陈晨\nC2,王六\n")
    assert [number for _, number in rows(homing, "changed", "seq", "customer")] == [1, 2, 2]


EVENTS = "customer,at,store,amount\nC1,2026-10-01 09:30,A,10\nC2,2026-10-01,B,5\nC2,2026-10-01,B,5\n"


def test_events(homing: Homing) -> None:
    """Equal rows of one file are different events; the same file again adds nothing."""
    assert counts(taken(homing, "visit", EVENTS)) == (3, 3, 0, 0, 0)
    assert counts(taken(homing, "visit", EVENTS)) == (3, 0, 0, 3, 0)
    assert counts(taken(homing, "visit", EVENTS, name="renamed.csv")) == (3, 0, 0, 3, 0)
    assert [store for _, store in rows(homing, "event_visit", "seq", "store")] == ["A", "B", "B"]


def test_events_in_other_clothes(homing: Homing) -> None:
    """Order of rows and columns, format and ways of writing make no other events."""
    taken(homing, "visit", EVENTS)
    other = "store,amount,at,customer\nB,5.00,2026/10/1,C2\nA,¥10,2026-10-01T01:30:00Z,C1\nB,5,20261001,C2\n"
    assert counts(taken(homing, "visit", other)) == (3, 0, 0, 3, 0)
    as_json = '[{"customer": "C1", "at": "2026-10-01 09:30:00", "store": "A", "amount": 10, "note": null}]'
    assert counts(taken(homing, "visit", as_json, name="a.json")) == (1, 0, 0, 1, 0)


def test_a_third_twin(homing: Homing) -> None:
    """A file with one more equal row than the one before adds just that one."""
    taken(homing, "visit", EVENTS)
    assert counts(taken(homing, "visit", EVENTS + "C2,2026-10-01,B,5\n")) == (4, 1, 0, 3, 0)


def test_twins_far_apart(homing: Homing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal rows are counted over the whole file, however far apart, and a new one anywhere is found."""
    monkeypatch.setattr("engine.imports.delimited.CHUNK", 10)
    lines = [f"C{number % 7},2026-10-0{number % 5 + 1},A,{number % 3}" for number in range(300)]
    content = "customer,at,store,amount\n" + "\n".join(lines) + "\n"
    assert counts(taken(homing, "visit", content)) == (300, 300, 0, 0, 0)
    random.Random(1).shuffle(lines)  # noqa: S311  # a test
    content = "customer,at,store,amount\n" + "\n".join(lines) + "\n"
    assert counts(taken(homing, "visit", content)) == (300, 0, 0, 300, 0)


def test_events_with_ids(homing: Homing) -> None:
    """An event with an id of its own is the same whatever else is said of it."""
    content = "id,customer,at,amount\nE1,C1,2026-10-01,1\nE2,C1,2026-10-01,1\nE1,C1,2026-10-02,2\n"
    assert counts(taken(homing, "visit", content)) == (3, 2, 0, 1, 0)
    assert counts(taken(homing, "visit", content)) == (3, 0, 0, 3, 0)


def test_events_of_unknown_customers(homing: Homing) -> None:
    """An event is never dropped: its customer comes into being with nothing but an id, and is filled in later."""
    said = taken(homing, "visit", EVENTS)
    assert "2 customers were not known: they have nothing but their id yet" in said.err
    assert counts(taken(homing, "customers", "id,name\nC1,陈晨\nC2,王五\n")) == (2, 0, 2, 0, 0)
    assert rows(homing, "customer", "id", "name") == [("C1", "陈晨"), ("C2", "王五")]


def test_arrival_keeps_the_order_of_the_file(homing: Homing) -> None:
    """Of a customer's events at one time, the later row arrived later."""
    taken(homing, "visit", "customer,at,store\nC2,2026-10-01,x\nC1,2026-10-01,b\nC1,2026-10-01,a\n")
    assert [store for _, store in rows(homing, "event_visit", "seq", "store") if store != "x"] == ["b", "a"]


def test_records(homing: Homing) -> None:
    """Records are added and changed by their id, and mark their customers."""
    content = "id,customer,service,due,kept\nB1,C1,洗护,2026-10-01 10:00,\nB2,C2,寄养,2026-10-02,是\n"
    assert counts(taken(homing, "appointment", content)) == (2, 2, 0, 0, 0)
    assert counts(taken(homing, "appointment", content)) == (2, 0, 0, 2, 0)
    assert counts(taken(homing, "appointment", "id,customer,kept\nB1,C1,否\n")) == (1, 0, 1, 0, 0)
    assert rows(homing, "record_appointment", "id", "service", "kept") == [
        ("B1", "洗护", 0),
        ("B2", "寄养", 1),
    ]
    assert len(rows(homing, "changed", "seq")) == 3


def test_records_stay_with_their_customer(homing: Homing) -> None:
    """A record that names another customer is rejected, as it was written."""
    taken(homing, "appointment", "id,customer\nB1,C1\n")
    said = taken(homing, "appointment", "customer,id,due\nC1,B1,\nC2,B1,2026/10/1\nC3,B3,\nC4,B3,\n")
    assert (said.status, counts(said)) == (1, (4, 1, 0, 1, 2))
    why = "rejected because"
    assert [(row["rejected row"], row[why], row["due"]) for row in rejected(said)] == [
        ("3", "record 'B1' belongs to another customer", "2026/10/1"),
        ("5", "record 'B3' belongs to another customer", ""),
    ]


def test_records_that_are_known_need_not_name_their_customer(homing: Homing) -> None:
    """A list of what was kept has no customers; only a record nobody knows yet must say whose it is."""
    taken(homing, "appointment", "id,customer\nB1,C1\n")
    said = taken(homing, "appointment", "id,kept\nB1,是\nB2,是\n")
    assert (said.status, counts(said)) == (1, (2, 0, 1, 0, 1))
    assert rejected(said)[0]["rejected because"] == "customer: missing, and no such record is known yet"
    said = taken(homing, "appointment", "id,customer,kept\nB3,,是\nB2,C2,\nB1,,否\nB2,,是\n")
    assert (said.status, counts(said)) == (1, (4, 1, 2, 0, 1))
    assert rows(homing, "record_appointment", "id", "kept") == [("B1", 0), ("B2", 1)]


def test_rejects(homing: Homing) -> None:
    """Rows that cannot be taken are written as they were, with their line and reason; the others are taken."""
    content = 'id,name,phone,note\nC1,陈晨,1.38E+10,=1+1\n,王五,,\nC3,"李\nC4,赵六,13800000004,ok\nC5,钱七\n'
    said = taken(homing, "customers", content)
    assert (said.status, counts(said)) == (1, (5, 1, 0, 0, 4))
    assert said.json["rejects_file"] == str(homing.folder / "rejects" / "a-customers.csv")
    mangled = "phone: '1.38E+10' was rounded by a spreadsheet: the number is lost"
    assert rejected(said) == [
        {
            "rejected row": "2",
            "rejected because": mangled,
            "id": "C1",
            "name": "陈晨",
            "phone": "1.38E+10",
            "note": "'=1+1",
        },
        {
            "rejected row": "3",
            "rejected because": "id: missing",
            "id": "",
            "name": "王五",
            "phone": "",
            "note": "",
        },
        {
            "rejected row": "4",
            "rejected because": "a quote that is never closed",
            "id": "C3",
            "name": "李",
            "phone": "",
            "note": "",
        },
        {
            "rejected row": "6",
            "rejected because": "2 cells, but 4 columns",
            "id": "C5",
            "name": "钱七",
            "phone": "",
            "note": "",
        },
    ]


def test_mended_rejects(homing: Homing) -> None:
    """The file of rejects, mended, is itself imported."""
    said = taken(homing, "customers", "id,name,phone\nC1,=陈,12345\n")
    mended = (
        Path(said.json["rejects_file"]).read_text(encoding="utf-8-sig").replace("12345", "+8613800000001")
    )
    said = taken(homing, "customers", mended, name="mended.csv")
    assert (counts(said), said.err) == ((1, 1, 0, 0, 0), "")
    assert rows(homing, "customer", "name", "phone") == [("=陈", "+8613800000001")]


def test_hostile_cells(homing: Homing) -> None:
    """NUL characters, broken bytes and over-long cells are rejected, each with its reason."""
    content = b"id,name\nC1,a\0b\n" + b"C2,\xff\xfe\n" + "C3,好\nC4,好\n".encode()
    said = taken(homing, "customers", content)
    assert counts(said) == (4, 2, 0, 0, 2)
    assert [row["rejected because"] for row in rejected(said)] == [
        "name: a NUL character",
        "name: bytes that are no text in this encoding",
    ]


def test_columns_by_other_names(homing: Homing) -> None:
    """Columns are matched by name whatever their case and width, or as told."""
    content = "客户号,Name,ＰＨＯＮＥ,等级\nC1,陈晨,13800000001,vip\n"
    said = taken(homing, "customers", content, "--map", "客户号=id", "--map", "等级=tier")
    assert counts(said) == (1, 1, 0, 0, 0)
    assert rows(homing, "customer", "id", "name", "phone", "tier") == [
        ("C1", "陈晨", "+8613800000001", "vip")
    ]


def test_unknown_columns(homing: Homing) -> None:
    """Columns that are not taken are named, with the nearest field."""
    said = taken(homing, "customers", "id,nmae,x y z\nC1,陈晨,\n")
    assert said.err == "columns not taken: nmae (did you mean name?), x y z\n"


@pytest.mark.parametrize(
    ("what", "content", "options", "message"),
    [
        ("customers", "ID number,name\nC1,x\n", (), "no column `id` (it has: ID number, name)"),
        ("visit", "customer,amount\nC1,1\n", (), "no column `at`"),
        ("visit", "customer,amount\n", (), "no column `at`"),
        ("appointment", "customer,service\nC1,x\n", (), "no column `id` (it has: customer, service)"),
        ("customers", "id,name,name\nC1,x,y\n", (), "two columns for `name`: 'name' and 'name'"),
        ("customers", "id,name\nC1,x\n", ("--map", "nam=name"), "no column 'nam' to map"),
        ("customers", "id,a\nC1,x\n", ("--map", "a=nmae"), "there is no field `nmae`"),
        ("customers", "id,a\nC1,x\n", ("--map", "a"), "--map 'a' is not COLUMN=FIELD"),
        ("customers", "id\nC1\n", ("--encoding", "klingon"), "unknown encoding 'klingon'"),
        ("vist", "customer,at\n", (), "nothing is called `vist` that could be imported"),
        ("sent", "customer,at\n", (), "nothing is called `sent` that could be imported"),
    ],
)
def test_mistakes(homing: Homing, what: str, content: str, options: tuple[str, ...], message: str) -> None:
    """What cannot be imported at all is an error with a hint, and nothing is taken."""
    said = taken(homing, what, content, *options)
    assert said.status == 2
    assert said.err.startswith("homing: ")
    assert message in said.err
    assert rows(homing, "customer", "id") == []


def test_before_any_release(tmp_path: Path) -> None:
    """Without rules in force there is nothing to import into."""
    homing = Homing(tmp_path / "new")
    homing.folder.mkdir()
    homing.file("homing.toml", '[project]\nbrand = "x"\n')
    homing.opened(create=True).store.close()
    said = taken(homing, "customers", "id\nC1\n")
    assert (said.status, said.err.splitlines()[-2:]) == (
        2,
        [
            "homing: no rules have been applied yet",
            "  hint: `homing apply` makes the rule set the one that runs",
        ],
    )


def test_optouts(homing: Homing) -> None:
    """An imported opt-out is kept to, and takes back what waits; a later import of the file changes nothing."""
    taken(homing, "customers", "id,name,phone\nC1,陈晨,13800000001\n")
    taken(homing, "visit", "customer,at\nC1,2023-01-01\n")
    homing.well("run", "--at", "2024-01-02 03:00")
    content = "customer,at,channel\nC1,2024-01-02 03:30,\nC2,2024-01-02 03:30,sms\n"
    assert counts(taken(homing, "optout", content)) == (2, 2, 0, 0, 0)
    project = homing.opened()
    with project.store.read() as connection:
        statuses = connection.execute(sa.select(message.c.status)).scalars().all()
        assert statuses == [MessageStatus.CANCELLED]
        assert len(connection.execute(sa.select(optout)).all()) == 2
    project.store.close()
    homing.well("optout", "C1", "--lift")
    assert counts(taken(homing, "optout", content)) == (2, 0, 0, 2, 0)
    assert homing.well("customer", "C1", "--json").json["optouts"][0]["lifted"] is not None


@pytest.mark.parametrize("text", ["T", "ｔ。", "td", "TD!", "退订", "回T退订", " 退订！！ ", "STOP"])
def test_replies_that_opt_out(homing: Homing, text: str) -> None:
    """The agreed words alone are an opt-out, in any width and case, with any punctuation."""
    taken(homing, "replied", f"customer,at,text\nC1,2024-01-02,{text}\nC2,2024-01-02,Tom 退订 不\n")
    assert [customer for (customer,) in rows(homing, "optout", "customer")] == [1]


def test_consents(homing: Homing) -> None:
    """Consents are for a policy and a channel, or for every one; the last word counts."""
    content = "customer,policy,channel,at,source\nC1,marketing,sms,2026-01-01,form\nC2,,,2026-01-01,form\n"
    assert counts(taken(homing, "consents", content)) == (2, 2, 0, 0, 0)
    assert counts(taken(homing, "consents", content)) == (2, 0, 0, 2, 0)
    given = homing.well("customer", "C1", "--json").json["consents"]
    assert given == [
        {
            "policy": "marketing", "channel": "sms", "given": "2026-01-01T00:00:00+08:00", "withdrawn": None,
            "source": "form",
        }
    ]  # fmt: skip
    said = taken(homing, "consents", "customer,policy,at\nC1,marketin,2026-01-01\n")
    assert rejected(said)[0]["rejected because"] == "policy: 'marketin' is not one of marketing"


def test_again_after_a_kill(homing: Homing, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that ended half-way is simply run again: the result is the same."""
    monkeypatch.setattr(delimited, "CHUNK", 10)
    monkeypatch.setattr(gathering, "CHUNK", 10)
    lines = [f"C{number},2026-10-01,A,{number % 2}" for number in range(20)] * 3
    content = "customer,at,store,amount\n" + "\n".join(lines) + "\n"
    real, calls = EventTaker.store, iter(range(3))

    def dying(taker: EventTaker, connection: sa.Connection, places: range) -> Outcome:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return real(taker, connection, places)

    monkeypatch.setattr(EventTaker, "store", dying)
    assert taken(homing, "visit", content).status == 130
    monkeypatch.setattr(EventTaker, "store", real)
    read, added, _, unchanged, _ = counts(taken(homing, "visit", content))
    assert (read, added + unchanged, len(rows(homing, "event_visit", "seq"))) == (60, 60, 60)
    assert min(added, unchanged) > 0


def test_trail(homing: Homing) -> None:
    """Who imported what is in the trail; nobody's data is."""
    taken(homing, "customers", "id,name\nC1,陈晨\n", "--as", "ann")
    trail = rows(homing, "audit", "seq", "actor", "verb", "what", "because")
    assert trail[-1][1:] == ("ann", "import", "customers: 1 added, 0 changed, 0 rejected", "a.csv")


def test_nothing_marked_by_events(homing: Homing) -> None:
    """New events need no mark: their order of arrival says that they are new."""
    taken(homing, "visit", EVENTS)
    assert rows(homing, changed.name, "customer") == []


def test_the_same_event_by_another_way(homing: Homing) -> None:
    """An event that comes in alone has the digest that it has in a file."""
    taken(homing, "visit", EVENTS)
    values: dict[str, Stored] = {"amount": 1000, "store": "A"}
    found = rows(homing, "event_visit", "seq", "at", "digest")
    assert found[0][2] == event_digest("visit", "C1", found[0][1], values)
    assert found[2][2] == event_digest("visit", "C2", found[2][1], {"store": "B", "amount": 500}, twin=1)
