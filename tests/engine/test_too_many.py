"""A run that would write to an unusual share of all customers waits for a person (fault G13), by `[guard]`."""

import json
from pathlib import Path

import pytest

from engine.config import parse_config
from engine.errors import ConfigError
from tests.projects import CONFIG, Homing, applied_project

RULES = """\
customer { name: text, phone: phone, points: number }
message hello { sms: "{{ name }}您好" }
message thanks { sms: "谢谢{{ name }}" }
policy p { at most 2 per month }
journey everybody "所有人" {
  policy p
  enter when points > 0
  state first {
    send hello via sms
    otherwise -> end over
  }
}
journey few "几个人" {
  policy p
  enter when points > 98
  state first {
    send thanks via sms
    otherwise -> end over
  }
}
"""
PEOPLE = "id,name,phone,points\n" + "".join(f"C{n},陈晨,138000{n:05},{n}\n" for n in range(100))
GUARD = '[guard]\nmost_in_a_run = "20%"\n'
AT = ("run", "--at", "2026-10-12 10:00")
TOLD = "one run let 99 of its messages go, more than 20: all.rules:7"


def shop(folder: Path, guard: str) -> Homing:
    """A hundred customers, of whom a rule meets all by mistake."""
    homing = applied_project(folder, RULES, CONFIG + guard)
    homing.well("import", "customers", homing.file("c.csv", PEOPLE))
    return homing


def left(homing: Homing) -> list[str]:
    """Which customers messages left to."""
    path = homing.folder / "outbox.jsonl"
    return (
        [json.loads(line)["customer"] for line in path.read_text("utf-8").splitlines()]
        if path.exists()
        else []
    )


def test_nothing_leaves_of_a_journey_that_meets_too_many(tmp_path: Path) -> None:
    """What other journeys send goes. Status is not healthy, names the rule and the number; staff would be told."""
    homing = shop(tmp_path, GUARD)
    homing.well(*AT)
    assert left(homing) == ["C99"]
    said = homing("status")
    assert said.status == 1
    assert (
        f"problem: journey `everybody` is paused since 2026-10-12T10:00:00+08:00 by [guard]: {TOLD}"
        in said.err
    )
    assert len(homing("messages", "--status", "ready", "--json").json) == 99


def test_somebody_lets_it_go(tmp_path: Path) -> None:
    """By `homing resume --journey`, on record; what waited is not counted again."""
    homing = shop(tmp_path, GUARD)
    homing.well(*AT)
    homing.well("resume", "--journey", "everybody", "--as", "小林")
    homing.well("run", "--at", "2026-10-12 10:05")
    assert len(left(homing)) == 100
    assert homing("status").status == 0
    verbs = [
        (row["actor"], row["verb"], row["what"], row["because"]) for row in homing("audit", "--json").json
    ]
    assert verbs[-2:] == [
        ("[guard]", "pause", "journey everybody", TOLD),
        ("小林", "resume", "journey everybody", None),
    ]


def test_without_a_guard_everything_goes(tmp_path: Path) -> None:
    """As it does where nobody has said how many are usual."""
    homing = shop(tmp_path, "")
    homing.well(*AT)
    assert len(left(homing)) == 100


@pytest.mark.parametrize(
    ("most", "gone"), [("100", 100), ("99", 100), ("98", 1), ('"99%"', 100), ('"0.5%"', 1)]
)
def test_as_many_as_is_said(tmp_path: Path, most: str, gone: int) -> None:
    """A number, or a share of all customers, of which a handful is never unusual."""
    homing = shop(tmp_path, f"[guard]\nmost_in_a_run = {most}\n")
    homing.well(*AT)
    assert len(left(homing)) == gone


def test_what_people_have_approved_does_not_count(tmp_path: Path) -> None:
    """Somebody has looked at each."""
    homing = shop(tmp_path, "[guard]\nmost_in_a_run = 50\n")
    homing.file("rules/all.rules", RULES.replace("send hello via sms", "send hello via sms review by boss"))
    homing.well("apply")
    homing.well(*AT)
    homing.well("queue", "approve", "--all", "--yes")
    homing.well("run", "--at", "2026-10-12 10:05")
    assert len(left(homing)) == 100


@pytest.mark.parametrize("most", ['"many"', "0", "true", '"120%"', '"0%"', "2.5"])
def test_what_is_neither_number_nor_share_is_refused(most: str) -> None:
    """With its line."""
    with pytest.raises(ConfigError, match=r"homing.toml:4: `most_in_a_run` is"):
        parse_config(f'[project]\nbrand = "x"\n[guard]\nmost_in_a_run = {most}\n')
