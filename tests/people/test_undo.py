"""Decisions taken back, as long as nothing has come of them."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.people.decisions import approve, refuse
from engine.people.practice import Practice
from engine.people.undoing import undo
from engine.storage.audit import By
from engine.storage.keys import intent_of
from engine.storage.schema import enrolment, message
from tests.projects import Homing
from tests.queues import held, hire, messages, with_held
from tests.shops_with_benefits import with_customers

LATER = "2026-11-23 10:05"


def test_an_approval(tmp_path: Path) -> None:
    """It waits again, where it did, for whom it did; then it can be decided on anew. It is on the trail."""
    homing = with_held(tmp_path, 2)
    before = held(homing)
    one = before[0]["id"]
    homing.well("queue", "approve", one, "--as", "王经理")
    said = homing.well("queue", "undo", one, "--as", "王经理", "--because", "看错了", "--json")
    assert said.json == [{"id": one, "decided": "undone"}]
    assert held(homing) == before
    homing.well("run", "--at", LATER)
    assert messages(homing)["C1"][0] == "held"
    (deed,) = [row for row in homing.well("audit", "--json").json if row["verb"] == "message approval undone"]
    assert (deed["actor"], deed["because"]) == ("王经理", "看错了")
    homing.well("queue", "approve", one)
    homing.well("run", "--at", "2026-11-23 10:10")
    assert messages(homing)["C1"][0] == "sent"


def test_it_has_left(tmp_path: Path) -> None:
    """Then it is too late."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    homing.well("queue", "approve", one["id"], "--as", "王经理")
    homing.well("run", "--at", LATER)
    said = homing("queue", "undo", one["id"])
    when = "2026-11-23T10:00:00+08:00"
    told = f"homing: message {one['id']} was approved by 王经理 at {when}, and more has come of it since\n"
    assert (said.status, said.err.splitlines(keepends=True)[0]) == (1, told)


def test_a_refusal(tmp_path: Path) -> None:
    """Its state waits for the message again: time that is counted from there begins anew."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    homing.well("queue", "refuse", one["id"])
    homing.well("run", "--at", LATER)
    homing.well("queue", "undo", one["id"])
    assert held(homing) == [one]
    homing.well("run", "--at", "2026-11-28 10:10")
    assert held(homing) == [one]
    homing.well("queue", "refuse", one["id"])
    homing.well("run", "--at", "2026-12-03 10:10")
    assert homing("queue", "undo", one["id"]).status == 1


def test_who_may_and_what_there_is_to_undo(tmp_path: Path) -> None:
    """The role that decides; a decision there must be, and it is taken back once."""
    homing = with_held(tmp_path)
    hire(homing)
    (one,) = held(homing)
    assert homing("queue", "undo", one["id"], "--as", "王经理").err.startswith(
        f"homing: nobody has decided on {one['id']}\n"
    )
    homing.well("queue", "approve", one["id"], "--as", "王经理")
    assert homing("queue", "undo", one["id"], "--as", "小李").status == 1
    said = [homing("queue", "undo", one["id"], "--as", "李总").status for _ in range(2)]
    assert said == [0, 1]


def test_benefits(tmp_path: Path) -> None:
    """One that nobody was told of is held again; one that was refused waits for its quota first."""
    homing = with_customers(tmp_path, 2)
    homing.well("run", "--at", "2026-11-25 10:00")
    before = held(homing, "--kind", "benefit")
    first, second = (row["id"] for row in before)
    homing.well("queue", "approve", first)
    homing.well("queue", "refuse", second)
    homing.well("queue", "undo", first)
    assert held(homing, "--kind", "benefit") == before[:1]
    homing.well("queue", "undo", second)
    homing.well("run", "--at", "2026-11-25 10:05")
    assert [row["id"] for row in held(homing, "--kind", "benefit")] == [first, second]
    homing.well("queue", "approve", "--benefit", "half_price", "--yes")
    homing.well("run", "--at", "2026-11-25 10:10")
    assert homing("queue", "undo", first).status == 1


def test_nothing_is_left_of_it(tmp_path: Path) -> None:
    """Decided and taken back, a message and its state are stored as they were."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    project, intent, by = homing.opened(), intent_of(one["id"]), By("王经理", 1_795_400_000_000)
    try:
        with project.store.read() as connection:
            stored = _stored(connection)
        for decide in (approve, refuse):
            with project.store.write() as connection:
                decide(connection, intent, by)
                undo(connection, intent, by, None, Practice())
            with project.store.read() as connection:
                assert _stored(connection) == stored
    finally:
        project.store.close()


def _stored(connection: sa.Connection) -> list[list[sa.Row[Any]]]:
    tables = (message, enrolment)
    return [list(connection.execute(sa.select(table))) for table in tables]


def test_edits(tmp_path: Path) -> None:
    """One after the other: it says what it said before, and waits as it did, since when it did."""
    homing = with_held(tmp_path)
    (first,) = homing.well("queue", "show", held(homing)[0]["id"], "--json").json
    one, later = first["id"], ("run", "--at", LATER)
    homing.well("queue", "edit", one, "--text", "第一稿。回T退订", "--as", "小李")
    (second,) = homing.well("queue", "show", one, "--json").json
    assert (second["since"], second["until"]) == (first["since"], first["until"])
    homing.well(*later)
    homing.well("queue", "edit", one, "--text", "第二稿。回T退订", "--as", "小李")
    (third,) = homing.well("queue", "show", one, "--json").json
    assert third["because"] == second["because"] == f"{first['because']}; its text was written by 小李"
    assert (third["since"], third["until"]) == (first["since"], first["until"])
    homing.well("queue", "approve", one, "--as", "王经理")
    for text in ("第二稿。回T退订", "第一稿。回T退订", first["text"]):
        homing.well("queue", "undo", one)
        assert messages(homing)["C1"] == ("held", text)
    assert homing.well("queue", "show", one, "--json").json == [first]
    assert homing("queue", "undo", one).status == 1
    homing.well("run", "--at", "2026-11-23 10:10")
    assert homing.well("queue", "show", one, "--json").json == [first]


def test_who_decided_stays_in_the_story(tmp_path: Path) -> None:
    """Also once it has left, or was refused: when it began to wait, who wrote it anew, who let it go, and why not."""
    homing = with_held(tmp_path, 2)
    first, second = (one["id"] for one in held(homing))
    homing.well("queue", "edit", first, "--text", "新的。回T退订", "--as", "小李")
    homing.well("queue", "approve", first, "--as", "王经理")
    homing.well("queue", "refuse", second, "--as", "王经理", "--because", "刚投诉过")
    homing.well("run", "--at", LATER)
    told = [_told(homing, customer) for customer in ("C1", "C2")]
    held_for = "review by manager when lifetime_value > 5000"
    assert told[0] == [
        ("hello held", f"{held_for}; its text was written by 小李"),
        ("hello: written anew by 小李", None),
        ("hello: approved by 王经理", None),
        ("hello sent via sms: 新的。回T退订", None),
    ]
    text = "【毛毛家】陈2女士您好,五折为您保留。回T退订"
    refused = (f"hello dropped via sms: {text}", "refused by 王经理: 刚投诉过")
    assert told[1] == [("hello held", held_for), refused]
    assert "approved by 王经理 at 2026-11-23T10:00" in homing.well("explain", "C1").out


def _told(homing: Homing, customer: str) -> list[tuple[str, str | None]]:
    """What became of a customer's messages."""
    story = homing.well("customer", customer, "--json").json["timeline"]
    return [(line["what"], line["because"]) for line in story if line["kind"] == "message"]
