"""A kill -9 at any statement of `import`, `apply` or `run`: the same command again ends as if nothing had happened."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli import run
from tests.killed import killed_at, statements_of

RULES = """
customer { name: text, phone: phone, points: number }
event visit { amount: money }
message hello { sms: "{{ name }}, hello" }
message again { sms: "{{ name }}, hello again" }
policy service { at most 3 per month }
journey greet {
  policy service
  enter when phone is known
  on visit where (amount > 50) -> end came
  state first {
    send hello
    set points = 1
    after 1 day -> second
  }
  state second {
    send again
    task phone { assign advisor, due 1 day, outcome ok -> end done }
    after 2 days -> end lost
  }
}
"""
MORE = "\naudience regulars = points > 0\nvalue double = points * 2\n"
PEOPLE = 45
POINTS = int(os.environ.get("HOMING_KILLS", "4"))
"""Kills per command, spread evenly over its statements; `make soak` asks for more."""

STATE = {
    "customer": "id, name, phone, points",
    "event_visit": "customer, at, amount",
    "enrolment": "customer, status, state, visit, entered_at, settled_at, pending, wake_at, outcome, ended_at",
    "visit": "customer, visit, at, state, outcome",
    "message": "customer, visit, action, message, status, text, created_at, sent_at",
    "task": "customer, visit, status, due_at",
    "release": "release, digest",
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project with its rules applied and its customers imported."""
    folder = tmp_path / "shop"
    homing_in(folder, "init", str(folder), project=False)
    shutil.rmtree(folder / "rules")
    (folder / "rules").mkdir()
    (folder / "rules" / "greet.rules").write_text(RULES, encoding="utf-8")
    homing_in(folder, "apply")
    people = [f"C{n},Name {n},1380000{n:04}" for n in range(PEOPLE)]
    (folder / "people.csv").write_text("\n".join(["id,name,phone", *people]), encoding="utf-8")
    visits = [f"C{n},2026-01-0{1 + n % 5} 12:00,{n * 3}.50" for n in range(PEOPLE)]
    (folder / "visits.csv").write_text(
        "\n".join(["customer,at,amount", *visits, visits[0]]), encoding="utf-8"
    )
    homing_in(folder, "import", "customers", str(folder / "people.csv"))
    homing_in(folder, "run", "--at", "2026-01-01 10:00")
    return folder


def homing_in(folder: Path, *words: str, project: bool = True) -> None:
    """Run a command in this process."""
    own = ["--project", str(folder)] if project else []
    assert run([*own, *words]) == 0


def state_of(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the commands are about, in a stable order, and what left by the file channel."""
    with sqlite3.connect(folder / "homing.db") as connection:
        rows = {
            table: sorted(connection.execute(f"SELECT {columns} FROM {table}").fetchall(), key=repr)  # noqa: S608
            for table, columns in STATE.items()
        }
    connection.close()
    sent = (folder / "outbox.jsonl").read_text(encoding="utf-8").splitlines()
    return rows | {"sent": sorted((line,) for line in sent)}


COMMANDS = {
    "import": ["import", "visit", "{folder}/visits.csv"],
    "apply": ["apply"],
    "run": ["run", "--at", "2026-01-03 11:00"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_anywhere_changes_nothing_in_the_end(name: str, project: Path, tmp_path: Path) -> None:
    """Killed at a statement and run again, a command leaves the same rows, and nobody got a message twice."""
    if name == "run":
        homing_in(project, "import", "visit", str(project / "visits.csv"))
    if name == "apply":
        (project / "rules" / "more.rules").write_text(MORE, encoding="utf-8")
    calm = copied(project, tmp_path / "calm")
    statements = statements_of(words(name, calm))
    expected = state_of(calm)
    for statement in range(1, statements + 1, max(statements // POINTS, 1)):
        folder = copied(project, tmp_path / f"killed-{statement}")
        assert killed_at(statement, words(name, folder)).returncode == -9
        homing_in(folder, *words(name, folder)[2:])
        assert state_of(folder) == expected, f"killed at statement {statement} of {statements}"
        shutil.rmtree(folder)


def words(name: str, folder: Path) -> list[str]:
    """The words of a command for a project."""
    return ["--project", str(folder), *(word.format(folder=folder) for word in COMMANDS[name])]


def copied(project: Path, target: Path) -> Path:
    """A copy of a project at rest."""
    shutil.copytree(project, target)
    return target
