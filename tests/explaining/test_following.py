"""What is told to follow from finishing a task is what a run then makes of it."""

import shutil
from pathlib import Path

import pytest

from tests.projects import CONFIG, Homing, Said, applied_project

RULES = """\
customer {
  name: text
  phone: phone
  points: number
  worth: money
  reason: one of near, dear, moved
}
message offer "方案" { sms: "方案{{ points }}。回T退订" }
message bye "道别" { sms: "再见。回T退订" }
policy marketing { send on every day 09:00 to 20:00 }
benefit check "免费检查" { approve by manager }
benefit rare "绝版" { stock 0 }

journey care "关怀" {
  policy marketing
  enter when name is known
  stage talk "先谈" {
    when points > 90 -> end rich
    state call "打电话" {
      task phone "问原因" {
        assign advisor
        due 2 days
        ask reason: one of near, dear, moved
        ask points: number
        outcome talked -> sorted
        outcome refused -> end refused
        outcome later
        outcome gift -> late
      }
      after 5 days -> end silent
    }
    state sorted "对症" {
      set points = points + 1
      when reason = near -> help.near
      when reason = moved -> end moved
      otherwise -> half
    }
    state late {
      grant rare else -> half
      after 1 day -> end given
    }
    state half "一半" { split { 50% -> end left, 50% -> end right } }
  }
  stage help "帮忙" {
    state near "上门" {
      set worth = 12.5
      tag "到店"
      task book "约时间" { assign advisor, due 4 hours, outcome booked -> end booked }
      after 3 days in stage at 10:00 -> offered
    }
    state offered {
      grant check
      send offer via sms
      after 2 days -> end offered
    }
  }
}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Homing:
    """One customer whom somebody is to call."""
    homing = applied_project(tmp_path_factory.mktemp("shop"), RULES, CONFIG)
    rows = "id,name,phone,points\nC1,陈晨,13800000001,4\n"
    homing.well("import", "customers", homing.file("c.csv", rows))
    homing.well("run", "--at", "2026-11-23 10:00")
    return homing


def _task(homing: Homing) -> str:
    found: str = homing.well("tasks", "list", "--json").json[0]["id"]
    return found


def _follows(homing: Homing, *filled: str) -> dict[str, dict[str, object]]:
    settings = [word for one in filled for word in ("--set", one)]
    found = homing.well("tasks", "show", _task(homing), *settings, "--json").json["follows"]
    return {one["outcome"]: one for one in found}


CASES = {
    ("talked", "reason=near"): ["对症", "上门"],
    ("talked", "reason=moved"): ["对症", "关怀 ended moved"],
    ("talked", "points=3"): ["对症", "一半", "关怀 ended"],
    ("talked", "reason=near points=90"): ["对症", "上门"],
    ("refused", ""): ["关怀 ended refused"],
    ("later", ""): [],
    ("gift", ""): ["late", "一半", "关怀 ended"],
    ("later", "points=91"): ["关怀 ended rich"],
}


@pytest.mark.parametrize(("outcome", "filled"), CASES)
def test_a_run_does_what_was_told(shop: Homing, tmp_path: Path, outcome: str, filled: str) -> None:
    """Every state on the way, with what is filled in; shares, `set` and the stage's own ways included."""
    shutil.copytree(shop.folder, tmp_path / "p")
    homing, answers = Homing(tmp_path / "p"), filled.split()
    steps = _follows(homing, *answers)[outcome]["steps"]
    told = [f"{one['title']} ended {one['ended']}" if one["ended"] else one["title"] for one in steps]
    assert len(told) == len(CASES[outcome, filled])
    assert all(one.startswith(expected) for one, expected in zip(told, CASES[outcome, filled], strict=True))
    settings = [word for one in answers for word in ("--set", one)]
    homing.well("tasks", "finish", _task(homing), "--outcome", outcome, *settings)
    homing.well("run", "--at", "2026-11-23 10:00")
    journey = homing.well("customer", "C1", "--json").json["journeys"][0]
    ended = [one["ended"] for one in steps if one["ended"]]
    assert journey["outcome"] == (ended[0] if ended else None)
    if not ended:
        assert journey["state"] == ("help.near" if told else "talk.call")


def test_it_is_told_in_words(shop: Homing) -> None:
    """What is done on the way, what comes later, and the line of the rules that leads there."""
    said = _follows(shop, "reason=near")["talked"]
    assert said["steps"][1]["does"] == [
        "worth becomes 12.5",
        "tags “到店”",
        "a task for advisor, within 4 hours: 约时间",
    ]
    assert said["later"] == "2026-11-26T10:00:00+08:00: offered"
    assert said["steps"][1]["text"] == "when reason = near -> help.near"
    assert _follows(shop)["later"]["later"] == "2026-11-28T10:00:00+08:00: the end, silent"
    shown = shop.well("tasks", "show", _task(shop), "--set", "reason=near").out
    assert "then 2026-11-26T10:00:00+08:00: offered" in shown


def test_what_cannot_be_read_is_refused(shop: Homing) -> None:
    """As finishing refuses it; and a task that is not there."""
    said: Said = shop("tasks", "show", _task(shop), "--set", "reason=far")
    assert (said.status, said.err) == (2, "homing: reason: 'far' is not one of near, dear, moved\n")
    assert shop("tasks", "show", "9.9.9.9.9.9").status == 2
