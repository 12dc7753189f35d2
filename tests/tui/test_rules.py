"""Rules, by keys: what the files say and what is in force, what is wrong, what would come of it, and applying."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.projects import Homing, make_project
from tests.queues import RULES, hire, with_held
from tests.rooms import LARGE, Visitor, visit


def write(homing: Homing, old: str, new: str) -> None:
    """Somebody changes the rules in their editor."""
    file = homing.folder / "rules" / "all.rules"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_mistake_stands_under_its_line_with_its_page(tmp_path: Path) -> None:
    """A file that is saved is looked over within a second; `n` leads to what is found, `x` explains it."""
    homing = with_held(tmp_path)

    async def play(visitor: Visitor) -> None:
        await visitor.press("6")
        assert "the files are the same" in visitor.text
        write(homing, "when lifetime_value > 5000", "when lifetime_valu > 5000")
        await visitor.look_around()
        assert "✗1 !1 changed" in visitor.text
        await visitor.press("n")
        assert "✗ There is no attribute, audience or value `lifetime_valu`." in visitor.text
        assert "→ Did you mean `lifetime_value`?" in visitor.text
        await visitor.press("x")
        assert "a name that nobody declares" in visitor.text
        await visitor.press("escape", "p")
        assert "The rules have errors" in visitor.told

    visit(homing, "王经理", play, LARGE)


def test_rules_are_applied_once_their_plan_was_seen(tmp_path: Path) -> None:
    """`a` makes the plan first; then it shows what it brings and wants the number; the trail says who it was."""
    homing = with_held(tmp_path)
    write(homing, "after 5 days", "after 6 days")

    async def play(visitor: Visitor) -> None:
        await visitor.press("6")
        for part in ("-     after 5 days -> end silent", "+     after 6 days -> end silent"):
            assert part in visitor.text
        await visitor.press("a")
        assert "First see what it would bring" in visitor.told
        assert "1 difference from release 1, 0 breaking" in visitor.text
        assert "forecast from" in visitor.text
        await visitor.press("a")
        assert "Apply these rules as release 2? Type 2." in visitor.text
        await visitor.press("1", "enter")
        assert "that is not 2" in visitor.text
        await visitor.press("backspace", "2", "enter")
        assert "Release 2 is in force." in visitor.told
        assert "the files are the same" in visitor.text
        assert "-     after 5 days -> end silent" in visitor.text  # what release 2 changed

    visit(homing, "王经理", play, LARGE)
    assert homing.well("status", "--json").json["release"] == 2
    assert [one["actor"] for one in homing.well("audit", "--json").json if one["verb"] == "apply"][
        -1
    ] == "王经理"


def test_a_plan_can_be_stopped(tmp_path: Path) -> None:
    """While one is made the room answers keys; Esc stops it, and nothing comes of it."""
    homing = with_held(tmp_path)

    async def play(visitor: Visitor) -> None:
        await visitor.press("6")
        await visitor.press("p")
        await visitor.pilot.press("enter")
        await visitor.pilot.pause()
        assert "Esc stops it" in visitor.text
        await visitor.pilot.press("escape")
        await visitor.settle()
        assert "`p` tells what applying the files would change" in visitor.text

    visit(homing, "王经理", play, LARGE)


def test_a_plan_looks_as_far_as_one_wants_and_those_without_a_state_go_where_one_says(tmp_path: Path) -> None:
    """Days are typed or taken from the usual ones; `m` chooses for a state that has gone; applying does that."""
    homing = with_held(tmp_path, value=100)
    write(homing, "  state hello {", "  state greeted {")
    write(
        homing,
        "    after 5 days -> end silent\n",
        "    after 5 days -> rest\n  }\n  state rest {\n    after 9 days -> end silent\n",
    )

    async def play(visitor: Visitor) -> None:
        await visitor.press("6", "p")
        assert "How far shall the plan look?" in visitor.text
        await visitor.press("up", "enter")
        for part in ("Plan: the next 30 days", "1 customer would be stranded", "`m` chooses where they go"):
            assert part in visitor.text
        await visitor.press("m")
        assert "win_back.hello" in visitor.text
        assert "→ greeted" in visitor.text  # which does the same
        await visitor.press("enter")
        assert "Where do the 1 in win_back.hello go?" in visitor.text
        assert "end reached" in visitor.text
        await visitor.press("down", "enter")
        assert "→ rest" in visitor.text
        await visitor.press("p")
        assert "move to" in visitor.text
        assert "stranded" not in visitor.text
        await visitor.press("p", "tab", "2", "enter")
        assert "Plan: the next 30 days" in visitor.text  # digits are for the number of days
        await visitor.press("a", "2", "enter")
        assert "Release 2 is in force." in visitor.told

    visit(homing, "王经理", play, LARGE)
    assert homing.well("status", "--json").json["active"] == {"win_back": {"rest": 1}}


def test_days_that_have_passed_are_lived_through_again(tmp_path: Path) -> None:
    """A replay tells whom only the new rules would have written to; a forecast shows of each message one."""
    homing = with_held(tmp_path, value=100)
    homing.well("run", "--at", "2026-11-25 10:00")
    write(homing, "    send hello via sms\n", "    send hello via sms\n    send plan via sms\n")

    async def play(visitor: Visitor) -> None:
        await visitor.press("6", "p", "3", "tab", "down", "enter")
        for part in ("Plan: the last 3 days again", "only the new ones: 1", "11-22 Sun  ███", "█ 1 → 2"):
            assert part in visitor.text
        for part in ("to C1 by sms, 2026-11-22 10:05", "您的专属方案。回T退订"):
            assert part in visitor.text

    visit(homing, "王经理", play, LARGE)


def test_the_first_release_is_made_in_the_room(tmp_path: Path) -> None:
    """Where no rules are in force the other rooms lead here, and here they are put in force."""
    homing = make_project(tmp_path, RULES)
    homing.opened(create=True).store.close()

    async def play(visitor: Visitor) -> None:
        assert "6 Rules puts them in force" in visitor.text
        await visitor.press("6")
        assert "No rules are in force yet" in visitor.text
        await visitor.press("a")
        assert "no rules are in force yet" in visitor.text
        await visitor.press("a", "1", "enter")
        assert "Release 1 is in force." in visitor.told
        await visitor.press("1")
        assert "no rules have been applied" not in visitor.text

    visit(homing, "老板", play, LARGE)
    assert homing.well("status", "--json").json["release"] == 1


def test_who_may_apply_rules_is_asked_where_the_project_says_so(tmp_path: Path) -> None:
    """`apply_by` names roles: others are told at once, in the room and by the command; without staff everybody may."""
    homing = with_held(tmp_path, config='\n[review]\napply_by = ["general_manager"]\n')
    hire(homing)
    write(homing, "after 5 days", "after 6 days")

    async def refused(visitor: Visitor) -> None:
        await visitor.press("6", "a")
        assert "that is for `general_manager`" in visitor.told
        assert "李总" in visitor.told

    visit(homing, "王经理", refused, LARGE)
    assert "that is for `general_manager`" in homing("apply", "--as", "小李").err
    assert "stay" in homing.well("plan").out  # looking is for everybody
    homing.well("apply", "--as", "李总")


SCENARIOS = """\
scenario "问候一次" {
  given customer { id: "C9", name: "陈", title: "女士", phone: "13800009999", lifetime_value: 100 }
  from 2026-11-23 10:00
  at 2026-11-23 12:00 expect sent hello
}

scenario "五天后结束" {
  given customer { id: "C9", name: "陈", title: "女士", phone: "13800009999", lifetime_value: 100 }
  from 2026-11-23 10:00
  at 2026-11-30 10:00 expect ended reached
}
"""


def test_scenarios_are_played_and_failures_stand_under_their_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`t` plays them, `n` leads to the step that went otherwise, `e` opens it there; what was saved is read anew."""
    homing = with_held(tmp_path)
    (tmp_path / "rules" / "tries.rules").write_text(SCENARIOS, encoding="utf-8")
    editor = tmp_path / "vim"
    editor.write_text('#!/bin/sh\necho "$1" > "$(dirname "$0")/line"\nsed -i s/reached/silent/ "$2"\n')
    editor.chmod(0o755)

    async def play(visitor: Visitor) -> None:
        monkeypatch.setattr(visitor.app, "suspend", nullcontext)  # the screen of a test is nobody's terminal
        await visitor.press("6", "t")
        for part in (
            "✗1 ✓1",
            "2 scenarios, 1 failed",
            "✗ 五天后结束  tries.rules:7",
            "✓ 问候一次  tries.rules:1",
        ):
            assert part in visitor.text
        await visitor.press("n", "n")  # the first is a warning
        assert "✗ it went otherwise:" in visitor.text
        assert "win_back ended silent" in visitor.text
        monkeypatch.delenv("EDITOR", raising=False)
        monkeypatch.delenv("VISUAL", raising=False)
        await visitor.press("e")
        assert "No editor is set." in visitor.told
        monkeypatch.setenv("EDITOR", str(editor))
        await visitor.press("e")
        assert "of other files" in visitor.text
        assert "it went otherwise" not in visitor.text
        await visitor.press("t")
        assert "2 scenarios, all passed" in visitor.text

    visit(homing, "王经理", play, LARGE)
    assert (tmp_path / "line").read_text() == "+10\n"


def test_changes_are_gone_through_beside_each_other_or_in_one_text(tmp_path: Path) -> None:
    """`c` and `C` lead from change to change, file to file; `d` turns from two texts to one."""
    homing = with_held(tmp_path)
    write(homing, "  visits: number\n}", "  visits: number\n  pets: number\n}")
    write(homing, "after 5 days", "after 6 days")
    (tmp_path / "rules" / "later.rules").write_text("# nothing yet\n", encoding="utf-8")

    async def play(visitor: Visitor) -> None:
        await visitor.press("6")
        assert "+   pets: number" in visitor.text
        assert "│" in visitor.text
        await visitor.press("d")
        assert "│" not in visitor.text
        await visitor.press("c", "c")
        assert "+ # nothing yet" in visitor.text
        await visitor.press("C")
        assert "+     after 6 days -> end silent" in visitor.text

    visit(homing, "王经理", play, (200, 24))
