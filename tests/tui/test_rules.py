"""Rules, by keys: what the files say and what is in force, what is wrong, what would come of it, and applying."""

from pathlib import Path

from tests.projects import Homing
from tests.queues import with_held
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
        await visitor.press("down")
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
        await visitor.pilot.press("p")
        assert "Esc stops it" in visitor.text
        await visitor.pilot.press("escape")
        await visitor.settle()
        assert "`p` tells what applying the files would change" in visitor.text

    visit(homing, "王经理", play, LARGE)
