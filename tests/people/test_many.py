"""Deciding on many at once, with their number; and on so many beforehand."""

from collections import Counter
from pathlib import Path

import pytest

from tests.projects import Homing
from tests.queues import RULES, held, hire, messages, with_held
from tests.shops_with_benefits import grants, with_customers

LATER = "2026-11-23 10:05"


def _statuses(homing: Homing) -> Counter[str]:
    return Counter(status for status, _ in messages(homing).values())


def _more(homing: Homing, first: int, count: int, at: str = LATER) -> None:
    """More customers whose messages would be held."""
    rows = "".join(f"D{n},陈{n},女士,1390000{n:04},8000\n" for n in range(first, first + count))
    homing.well("import", "customers", homing.file("more.csv", "id,name,title,phone,lifetime_value\n" + rows))
    homing.well("run", "--at", at)


def _left(homing: Homing) -> int:
    return sum(one["left"] for one in homing("status", "--json").json.get("preapproved", []))


def test_many_are_counted_first(tmp_path: Path) -> None:
    """Without a terminal nobody can type the number: nothing happens without --yes. Three are shown."""
    homing = with_held(tmp_path, 5)
    said = homing("queue", "approve", "--message", "hello")
    assert (said.status, said.err) == (
        2,
        (
            "C1: 【毛毛家】陈1女士您好,五折为您保留。回T退订\n"
            "C2: 【毛毛家】陈2女士您好,五折为您保留。回T退订\n"
            "C3: 【毛毛家】陈3女士您好,五折为您保留。回T退订\n"
            "homing: 5 messages are held\n"
            "  hint: --yes decides on them without asking\n"
        ),
    )
    assert len(held(homing)) == 5
    assert homing.well("queue", "approve", "--journey", "win_back", "--yes").err == "5 approved\n"
    homing.well("run", "--at", LATER)
    assert _statuses(homing) == {"sent": 5}


@pytest.mark.parametrize("act", [(), ("C1",), ("--all", "1.1.0.1.1.0")])
def test_which_ones_must_be_said(tmp_path: Path, act: tuple[str, ...]) -> None:
    """Neither none, nor ids beside a choice."""
    assert with_held(tmp_path)("queue", "refuse", *act).status == 2


def test_what_is_not_for_this_person_is_passed_over(tmp_path: Path) -> None:
    """And told, with status 1; the others are decided on."""
    homing = with_held(tmp_path, 2)
    hire(homing)
    homing.well("queue", "refuse", held(homing)[0]["id"], "--as", "王经理")
    said = homing("queue", "refuse", "--all", "--yes", "--as", "小李")
    assert (said.status, said.err.splitlines()[:2]) == (1, ["0 refused", "1 was passed over"])
    assert (
        homing.well("queue", "refuse", "--all", "--yes", "--as", "李总", "--json").json[0]["decided"]
        == "refused"
    )
    assert held(homing) == []


def test_so_many_are_let_go_beforehand(tmp_path: Path) -> None:
    """The next three of a campaign are never held, the fourth is; what waits already waits on."""
    homing = with_held(tmp_path, 1)
    homing.well("queue", "approve", "--message", "hello", "--next", "3", "--as", "王经理")
    assert _left(homing) == 3
    _more(homing, 1, 2)
    assert (_left(homing), _statuses(homing)) == (1, {"held": 1, "sent": 2})
    _more(homing, 3, 3, "2026-11-23 10:10")
    assert (_left(homing), _statuses(homing)) == (0, {"held": 3, "sent": 3})


def test_those_that_wait_count_once(tmp_path: Path) -> None:
    """Let go at night, they wait for the morning, and leave then."""
    homing = with_held(tmp_path, 1)
    homing.well("queue", "approve", "--message", "hello", "--next", "2")
    _more(homing, 1, 3, "2026-11-23 21:00")
    assert (_left(homing), _statuses(homing)) == (0, {"held": 2, "waiting": 2})
    homing.well("run", "--at", "2026-11-24 09:00")
    assert _statuses(homing) == {"held": 2, "sent": 2}


def test_a_changed_message_voids_it(tmp_path: Path) -> None:
    """So does a changed rule about it; `--next 0` takes it back."""
    homing = with_held(tmp_path, 1)
    homing.well("queue", "approve", "--message", "hello", "--next", "5")
    homing.file("rules/all.rules", RULES.replace("五折为您", "六折为您"))
    homing.well("apply")
    _more(homing, 1, 2)
    assert _statuses(homing) == {"held": 3}
    (one,) = homing("status", "--json").json["preapproved"]
    assert (one["left"], one["void"]) == (5, True)
    homing.well("queue", "approve", "--message", "hello", "--next", "0")
    assert _left(homing) == 0


def test_a_text_that_may_not_go_is_held_all_the_same(tmp_path: Path) -> None:
    """Nobody could have read it beforehand."""
    homing = with_held(tmp_path, 1)
    homing.well("queue", "approve", "--message", "hello", "--next", "5")
    rude = "id,name,title,phone,lifetime_value\nE1,清仓,女士,13900000001,8000\nE2,王五,,13900000002,8000\n"
    homing.well("import", "customers", homing.file("d.csv", rude))
    homing.well("run", "--at", LATER)
    assert (_left(homing), _statuses(homing)) == (5, {"held": 3})


def test_who_may_approve_beforehand(tmp_path: Path) -> None:
    """Who may approve the messages; and of none that nobody would hold."""
    homing = with_held(tmp_path)
    hire(homing)
    beforehand = ("queue", "approve", "--message", "hello", "--next", "5", "--as")
    assert homing(*beforehand, "小李").status == 1
    homing.well(*beforehand, "王经理")
    assert homing("queue", "approve", "--message", "nobody", "--next", "5", "--as", "王经理").status == 2
    assert homing("queue", "approve", "--journey", "plans", "--next", "5", "--as", "李总").status == 2


def test_benefits_as_well(tmp_path: Path) -> None:
    """By their name, by journey, or all; the trail has a row for each, chained like any other."""
    homing = with_customers(tmp_path, 4)
    homing.well("run", "--at", "2026-11-25 10:00")
    said = homing("queue", "approve", "--all")
    assert (said.status, said.err.splitlines()[-2:]) == (
        2, ["homing: 4 benefits are held", "  hint: --yes decides on them without asking"]
    )  # fmt: skip
    homing.well("queue", "refuse", held(homing)[0]["id"])
    assert (
        homing.well("queue", "approve", "--benefit", "half_price", "--yes", "--as", "王经理").err
        == "3 approved\n"
    )
    assert held(homing) == []
    rows = [row for row in homing.well("audit", "--json").json if row["verb"] == "benefit approved"]
    assert [row["actor"] for row in rows] == ["王经理"] * 3
    homing.well("audit", "--verify")
    assert Counter(row["status"] for row in grants(homing) if row["benefit"] == "half_price") == {
        "granted": 3,
        "refused": 1,
    }
