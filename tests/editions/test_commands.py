"""What policies watch, as commands tell it: `status`, `messages`, `explain`, `resume`."""

from pathlib import Path

import pytest

from tests.projects import Homing, applied_project
from tests.watched_shop import rules

LINE = "stop at 10% optout"
STOPPED = (
    "message `hello` is stopped: of 2 that went 1 were followed by an opt-out, and policy `p` says "
    "`stop at 10% optout`; `homing resume --message hello` lets it go on"
)


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project in which one of the two who were written to has opted out, and a third is to be."""
    homing = applied_project(tmp_path, rules("sample 1", LINE))
    homing.well("import", "customers", homing.file("a.csv", people(1, 4)))
    homing.well("run", "--at", "2026-11-23 10:00")
    homing.well("optout", "C2")
    homing.well("import", "customers", homing.file("b.csv", people(4, 5)))
    homing.well("run", "--at", "2026-11-24 10:00")
    return homing


def people(first: int, last: int) -> str:
    """A file of customers."""
    return "id,name,phone\n" + "".join(f"C{n},客{n},1380000000{n}\n" for n in range(first, last))


def test_status_tells_what_is_stopped_and_resume_lets_it_go_on(homing: Homing) -> None:
    """The project is not healthy until a person has decided; what is one of the sample stays held."""
    found = homing("status", "--json")
    assert (found.status, found.json["problems"]) == (1, [STOPPED])
    assert [(one["customer"], one["because"]) for one in homing.well("queue", "list", "--json").json] == [
        ("C1", "sample 1"),
        ("C4", LINE),
    ]
    homing.well("resume", "--message", "hello")
    homing.well("run", "--at", "2026-11-24 10:05")
    assert homing.well("status", "--json").json["problems"] == []
    listed = {one["customer"]: one["status"] for one in homing.well("messages", "--json").json}
    assert listed == {"C1": "held", "C2": "sent", "C3": "sent", "C4": "sent"}


def test_explain_names_the_lines(homing: Homing) -> None:
    """Of a message that is held each line of the policy that holds it is told, with its place."""
    (journey,) = homing.well("explain", "C1", "--json").json["journeys"]
    (message,) = journey["messages"]
    lines = [(one["text"], one["holds"]) for one in message["because"] if one["line"]]
    assert (LINE, False) in lines
    assert ("sample 1", False) in lines


def test_in_chinese(homing: Homing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The problem is told in the reader's language."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "消息 `hello` 已停发：发出 2 条，其中 1 条之后客户退订" in homing("status").err
