"""A finished task opened again: as long as no run has gone on from there, with what was stored put back."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.storage.schema import enrolment
from tests.projects import Homing
from tests.queues import hire, tasks, with_held

FINISH = (
    "--outcome",
    "reached",
    "--set",
    "mood=good",
    "--set",
    "visits=3",
    "--set",
    "again=2026-12-01",
    "--as",
    "小李",
)


def _known(homing: Homing) -> dict[str, Any]:
    found: dict[str, Any] = homing.well("customer", "C1", "--json").json["attributes"]
    return found


def test_the_wrong_outcome(tmp_path: Path) -> None:
    """It is open again with what was filled in; the customer is as before. What counts is how it is finished next."""
    homing = with_held(tmp_path)
    hire(homing)
    (before,) = tasks(homing)
    known, one = _known(homing), str(before["id"])
    homing.well("tasks", "finish", one, *FINISH, "--note", "很客气")
    objection = f"homing: 王经理 may not decide on task {one}: that is for `advisor`"
    said = homing("tasks", "undo", one, "--as", "王经理")
    assert (said.status, said.err.splitlines()[0]) == (1, objection)
    said = homing.well("tasks", "undo", one, "--as", "小李", "--because", "点错了", "--json")
    assert said.json == {"id": one, "status": "open"}
    answers = {"mood": "good", "visits": 3.0, "again": "2026-12-01"}
    assert tasks(homing) == [before | {"answers": answers, "note": "很客气"}]
    assert _known(homing) == known
    deeds = [
        (row["verb"], row["because"]) for row in homing.well("audit", "--json").json if row["actor"] == "小李"
    ]
    assert deeds == [("task finished", "很客气"), ("task finish undone", "点错了")]
    homing.well("run", "--at", "2026-11-23 10:05")
    assert [row["state"] for row in homing.well("customer", "C1", "--json").json["journeys"]] == ["hello"]
    homing.well("tasks", "finish", one, "--outcome", "refused", "--as", "小李")
    homing.well("run", "--at", "2026-11-23 10:10")
    assert [row["outcome"] for row in homing.well("customer", "C1", "--json").json["journeys"]] == ["refused"]


def test_rules_have_gone_on(tmp_path: Path) -> None:
    """After a run it is too late, also where it moved nobody, or is still under way; what to do instead is said."""
    homing = with_held(tmp_path, 3)
    ids = {row["customer"]: str(row["id"]) for row in tasks(homing)}
    for customer, outcome in (("C1", "reached"), ("C2", "later")):
        homing.well("tasks", "finish", ids[customer], "--outcome", outcome, "--as", "小李")
    homing.well("run", "--at", "2026-11-23 10:05")
    when = "2026-11-23T10:00:00+08:00"
    for customer in ("C1", "C2"):
        told = (
            f"homing: task {ids[customer]} was finished by 小李 at {when}, and rules have gone on from there"
        )
        said = homing("tasks", "undo", ids[customer])
        assert (said.status, said.err.splitlines()[0]) == (1, told)
        assert f"`homing customer {customer}` says where to" in said.err
    said = homing("tasks", "undo", ids["C3"])
    assert (said.status, said.err) == (1, f"homing: task {ids['C3']} is open: nobody has finished it\n")
    homing.well("tasks", "finish", ids["C3"], "--outcome", "later", "--as", "小李")
    project = homing.opened()
    with project.store.write() as connection:  # as a run under way leaves somebody whom it has let in since
        theirs = enrolment.c.customer == int(ids["C3"].split(".")[0])
        connection.execute(enrolment.update().where(theirs).values(entered_seq=2**40))
    project.store.close()
    assert homing("tasks", "undo", ids["C3"]).status == 1


def test_what_has_changed_since_stays(tmp_path: Path) -> None:
    """What was stored is put back only where nobody has written something else over it."""
    homing = with_held(tmp_path)
    (one,) = tasks(homing)
    homing.well("tasks", "finish", one["id"], *FINISH)
    homing.well("import", "customers", homing.file("n.csv", "id,visits\nC1,7\n"))
    homing.well("tasks", "undo", one["id"], "--as", "小李")
    known = _known(homing)
    assert (known["mood"], known["visits"]) == (None, 7)
    project = homing.opened()
    with project.store.read() as connection:
        count = sa.select(sa.func.count()).select_from(sa.table("event_task_done"))
        assert connection.scalar(count) == 0
    project.store.close()
