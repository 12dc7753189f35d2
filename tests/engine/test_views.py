"""What people see of a project: the order of tasks and of what happened, and what is never made up."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.projects import RULES, Homing, applied_project, make_project
from tests.sources import ROOT

TWO = "id,name,phone,lifetime_value\nC1,陈晨,13800000001,100\nC2,王五,13800000002,900\nC3,李雷,13800000003,\n"
VISITS = "customer,at\nC1,2023-08-01 10:00\nC2,2023-08-01 10:00\nC3,2023-08-01 10:00\n"
RANKED = RULES.replace(
    "  enter when lapsed\n",
    "  enter when lapsed  # long gone\n    and tier is missing  # not ours\n  rank by lifetime_value * 2\n",
)
THANKS = """
journey thanks "谢谢" { state only { after 1 day -> end over } }
"""
APPOINTMENTS = """
journey prepare {
  for appointment
  enter when due within next 3 days
  rank by lifetime_value * days until due
  state call {
    task ring { outcome done -> end done }
    task confirm { outcome done }
  }
}
"""


def _with_people(folder: Path, rules: str = RULES) -> Homing:
    """A project with three customers who were not seen for long."""
    homing = applied_project(folder, rules)
    homing.well("import", "customers", homing.file("c.csv", TWO))
    homing.well("import", "visit", homing.file("v.csv", VISITS))
    return homing


def _with_tasks(folder: Path, rules: str = RANKED) -> Homing:
    """A project in which all of them are to be called."""
    homing = _with_people(folder, rules)
    for time in ("2024-01-02 09:30", "2024-01-05 10:00"):
        homing.well("run", "--at", time)
    return homing


def _customers(homing: Homing) -> list[str]:
    return [item["customer"] for item in homing.well("tasks", "--json").json]


def test_tasks_follow_the_rank_of_their_journey(tmp_path: Path) -> None:
    """Who ranks highest is called first, who has no rank last; without `rank by` the oldest task comes first."""
    assert _customers(_with_tasks(tmp_path / "ranked")) == ["C2", "C1", "C3"]
    assert _customers(_with_tasks(tmp_path / "plain", RULES)) == ["C1", "C2", "C3"]


def test_tasks_of_records_are_ranked_by_their_own(tmp_path: Path) -> None:
    """A rank may be made of the record; ranks of several journeys stand in one list, closed tasks at its end."""
    homing = _with_tasks(tmp_path, RANKED + APPOINTMENTS)
    booked = "id,customer,due\nA1,C3,2024-01-06 10:00\nA2,C1,2024-01-07 10:00\nA3,C1,2024-01-06 10:00\n"
    homing.well("import", "appointment", homing.file("a.csv", booked))
    homing.well("run", "--at", "2024-01-05 11:00")
    listed = homing.well("tasks", "--json").json
    assert [(item["customer"], item["task"]) for item in listed] == [
        ("C2", "phone"), ("C1", "phone"), *([("C1", "ring"), ("C1", "confirm")] * 2),
        ("C3", "phone"), ("C3", "ring"), ("C3", "confirm"),
    ]  # fmt: skip
    homing.well("tasks", "finish", listed[0]["id"], "--outcome", "refused")
    assert _customers(homing)[-1] == "C2"


def test_a_timeline_tells_in_order_what_one_instant_brought(tmp_path: Path) -> None:
    """A task opens before it is done, and it is done before that leads on; journeys stand together.

    The reason is the rule in one line, without its comments; that of a journey begun elsewhere is its name.
    """
    beginning = RANKED.replace("after 5 days", "begin thanks\n      after 5 days")
    homing = _with_tasks(tmp_path, beginning + THANKS)
    task = homing.well("tasks", "--customer", "C1", "--json").json[0]["id"]
    homing.well("tasks", "finish", task, "--as", "小李", "--outcome", "refused")
    homing.well("run", "--at", "2024-01-05 10:00")
    told = homing.well("customer", "C1", "--json").json["timeline"]
    assert [(line["at"][:10], line["kind"], line["what"].partition(":")[0]) for line in told] == [
        ("2023-08-01", "event", "visit"),
        ("2024-01-02", "state", "win_back"),
        ("2024-01-02", "message", "hello sent via sms"),
        ("2024-01-05", "state", "win_back"),
        ("2024-01-05", "task", "phone for advisor"),
        ("2024-01-05", "task", "phone done as refused by 小李"),
        ("2024-01-05", "end", "win_back ended refused"),
        ("2024-01-05", "state", "thanks"),
    ]
    assert told[1]["because"] == "all.rules:35 enter when lapsed and tier is missing"
    assert told[-1]["because"] == 'all.rules:60 journey thanks "谢谢"'


def test_alike_lines_of_a_timeline(tmp_path: Path) -> None:
    """Two tasks of one name may be done at one instant, one of them with a note."""
    rules = RULES + RULES[RULES.index("journey") :].replace("win_back", "second")
    homing = _with_tasks(tmp_path, rules)
    for number, task in enumerate(homing.well("tasks", "--customer", "C1", "--json").json):
        note = ("--note", "改天") if number else ()
        homing.well("tasks", "finish", task["id"], "--as", "小李", "--outcome", "refused", *note)
    told = homing.well("customer", "C1", "--json").json["timeline"]
    assert [line["because"] for line in told if " done " in line["what"]] == [None, "改天"]


@pytest.mark.parametrize("command", [("run",), ("status",), ("messages",), ("customer", "C1"), ("tasks",)])
def test_a_lost_database_is_not_made_anew(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Only `apply` makes a database: an empty one would not know what has been sent."""
    homing = make_project(tmp_path)
    said = homing(*command)
    assert (said.status, said.out) == (2, "")
    assert said.err == (
        f"homing: {tmp_path}/homing.db: no such database\n"
        "  hint: put it back, or a backup of it; in a new project `homing apply` makes an empty one\n"
    )
    assert not (tmp_path / "homing.db").exists()
    assert "made an empty database: homing.db\n" in homing.well("apply").err


def test_messages_that_no_channel_takes(tmp_path: Path) -> None:
    """A run says so, with status 1, and so does `status` until they have gone."""
    homing = _with_people(tmp_path)
    (tmp_path / "outbox.jsonl").symlink_to(tmp_path / "missing" / "outbox.jsonl")
    said = homing("run", "--at", "2024-01-02 09:30")
    assert (said.status, said.err) == (
        1,
        "3 messages were not taken and will be tried again; `homing status` tells more\n",
    )
    told = homing("status", "--json")
    assert (told.status, told.json["problems"]) == (
        1,
        ["3 messages were not taken by their channels so far: `homing messages --status ready`"],
    )
    (tmp_path / "outbox.jsonl").unlink()
    assert homing.well("run", "--at", "2024-01-02 10:00", "--json").json["messages"] == {"sent": 3}
    assert homing("status").status == 0


def _on_a_terminal(homing: Homing, *args: str, wide: int = 80) -> str:
    """What a terminal shows, without colours."""
    ours, theirs = os.openpty()
    own = {"PYTHONPATH": str(ROOT), "COLUMNS": str(wide), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    command = [sys.executable, "-m", "engine.cli", "--project", str(homing.folder), *args]
    with subprocess.Popen(command, env=os.environ | own, stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while piece := os.read(ours, 65_536):
                shown += piece
        process.wait()
    os.close(ours)
    return click.unstyle(shown.decode()).replace("\r\n", "\n")


def test_nothing_is_cut_on_a_narrow_terminal(tmp_path: Path) -> None:
    """Times stay whole, long texts go over several lines, and what cannot stand in columns stands below each other."""
    homing = _with_people(tmp_path)
    homing.well("run", "--at", "2024-01-02 09:30")
    text = "【毛毛家】陈晨您好,好久不见!回复1预约,回T退订"
    told = _on_a_terminal(homing, "customer", "C1")
    assert "2024-01-02T09:30:00+08:00  message  问候 sent via sms:" in told
    assert text in "".join(line[36:].split("  ")[0].strip() for line in told.splitlines())
    assert "…" not in told
    card = _on_a_terminal(homing, "messages").split("\n\n")[0]
    assert [line.split(maxsplit=1) for line in card.splitlines()] == [
        ["id", "1.1.0.1.1.0"],
        ["customer", "C1"],
        ["journey", "win_back"],
        ["message", "hello"],
        ["channel", "sms"],
        ["status", "sent"],
        ["sent", "2024-01-02T09:30:00+08:00"],
        ["text", text],
    ]


MESSAGES = (
    """\
messages
journey   state          message  channel  messages  segments
win_back  contact.hello  hello    sms      3         3
""",
    """\
messages
win_back
state          message  channel  messages  segments
contact.hello  hello    sms      3         3
""",
    """\
messages
win_back  contact.hello
message  channel  messages  segments
hello    sms      3         3
""",
)


@pytest.mark.parametrize(("wide", "told"), list(zip((80, 55, 45), MESSAGES, strict=True)))
def test_tables_of_a_plan_on_narrow_terminals(tmp_path: Path, wide: int, told: str) -> None:
    """Where there is no room for journey and state beside the figures, they stand above them."""
    homing = _with_people(tmp_path)
    homing.well("run", "--at", "2024-01-02 03:00")
    shown = _on_a_terminal(homing, "plan", "--days", "2", wide=wide)
    assert told in "".join(f"{line.rstrip()}\n" for line in shown.splitlines())
