"""`pause` and `resume` as they are typed: what they say, and what stays."""

from pathlib import Path

import pytest

from tests.projects import Homing, applied_project


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project with one customer who is about to be written to."""
    homing = applied_project(tmp_path)
    homing.well("import", "customers", homing.file("c.csv", "id,name,phone\nC1,陈晨,13800000001\n"))
    homing.well(
        "import", "visit", homing.file("v.csv", "customer,at,store,amount\nC1,2023-08-01 10:00,A,1500\n")
    )
    return homing


def test_nothing_leaves_until_it_may_go_on(homing: Homing) -> None:
    """The engine goes on deciding; status says who stopped it and why, and is not healthy."""
    said = homing.well("pause", "--as", "小林", "--because", "短信平台出错", "--json").json["paused"]
    assert [(item["what"], item["name"], item["by"], item["because"]) for item in said] == [
        ("all", "", "小林", "短信平台出错")
    ]
    homing.well("run", "--at", "2024-01-02 09:30")
    why = f"all sending is paused since {said[0]['since']} by 小林: 短信平台出错"
    listed = homing.well("messages", "--json").json
    assert [(item["status"], item["because"]) for item in listed] == [("ready", why)]
    (explained,) = homing.well("explain", "C1", "--journey", "win_back", "--json").json["journeys"]
    assert [item["verdict"] for item in explained["messages"]] == [f"may go otherwise, but {why}"]
    found = homing("status", "--json")
    assert found.status == 1
    assert [problem for problem in found.json["problems"] if "小林" in problem] == [why]
    assert homing.well("resume", "--json").json == {"paused": []}
    homing.well("run", "--at", "2024-01-02 09:35")
    assert [item["status"] for item in homing.well("messages", "--json").json] == ["sent"]


def test_a_part_is_named(homing: Homing) -> None:
    """One thing at a time, by a name that there is."""
    assert homing.well("pause", "--channel", "sms").err.startswith("paused\n")
    assert homing.well("pause", "--channel", "sms").err.startswith("it was paused already\n")
    assert homing.well("resume", "--journey", "win_back").err.startswith("it was not paused\n")
    both = homing("pause", "--channel", "sms", "--journey", "win_back")
    assert (both.status, both.err) == (
        2,
        "homing: name one: a channel, a journey or a message\n  hint: call the command once for each\n",
    )
    wrong = homing("pause", "--message", "helo")
    assert (wrong.status, wrong.err.splitlines()[0]) == (2, "homing: there is no message `helo`")
