"""What waits for people, counted; and something held, as whoever decides on it sees it."""

from pathlib import Path
from typing import Any

from engine.calendars.zone import parse_time
from engine.views.agenda import Waiting, agenda
from engine.views.approvals import Line, Recipient, approval
from engine.views.window import look
from tests.projects import Homing
from tests.queues import START, held, hire, tasks, with_held


def counted(homing: Homing, actor: str, at: str) -> list[Waiting]:
    """The agenda at some time."""
    project = homing.opened()
    try:
        with project.store.read() as connection:
            return agenda(look(connection, project.config), actor, parse_time(at, project.config.zone))
    finally:
        project.store.close()


def seen(homing: Homing, identity: str) -> Any:
    """One that is held."""
    project = homing.opened()
    try:
        with project.store.read() as connection:
            return approval(look(connection, project.config), identity)
    finally:
        project.store.close()


def test_late_things_come_first(tmp_path: Path) -> None:
    """Calls that are overdue stand before messages that have waited as long; before that, the oldest come first."""
    homing = with_held(tmp_path, 2)
    early = [(one.kind, one.role, one.number, one.overdue) for one in counted(homing, "小李", START)]
    assert sorted(early) == [("message", "manager", 2, 0), ("task", "advisor", 2, 0)]
    late = counted(homing, "小李", "2026-11-27 10:00")
    assert [(one.kind, one.overdue) for one in late] == [("task", 2), ("message", 0)]


def test_the_work_of_others_is_left_out(tmp_path: Path) -> None:
    """What was handed to somebody else waits for them alone."""
    homing = with_held(tmp_path, 2)
    hire(homing)
    homing.well("staff", "add", "小王", "--role", "advisor")
    homing.well("tasks", "assign", tasks(homing)[0]["id"], "--to", "小王", "--as", "小李")
    mine, theirs = (
        [one.number for one in counted(homing, who, START) if one.kind == "task"] for who in ("小李", "小王")
    )
    assert (mine, theirs) == ([1], [2])


def test_what_is_held_tells_its_rule_and_where_it_goes(tmp_path: Path) -> None:
    """The line of the rules in its own words, the address with its kind, the length as an sms."""
    homing = with_held(tmp_path, 1)
    found = seen(homing, held(homing)[0]["id"])
    assert found["rule"] == Line("all.rules", 20, "review by manager when lifetime_value > 5000")
    assert found["recipient"] == Recipient("+8613800000001", "phone")
    assert (found["length"], found["segments"]) == (23, 1)
