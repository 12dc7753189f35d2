"""Journeys, by keys: from all of them to a drawing with live counts, to who is in a state, and back."""

from pathlib import Path

from tests.projects import applied_project
from tests.queues import START, with_held
from tests.rooms import LARGE, Visitor, visit
from tests.shops_with_benefits import START as START_OF_GIFTS
from tests.shops_with_benefits import with_customers


def test_one_goes_deeper_and_back(tmp_path: Path) -> None:
    """Enter: the drawing; enter: who is in a state; enter: a customer. Escape leads back, and the cursor stays."""
    homing = with_held(tmp_path, 103)

    async def play(visitor: Visitor) -> None:
        await visitor.press("5")
        assert "103" in visitor.text
        assert "103 messages wait" in visitor.text
        await visitor.press("down", "enter")
        assert "○ hello" in visitor.text
        assert "103 here now · in 7 days +103 −0" in visitor.text
        assert "103 messages have not left" in visitor.text
        assert "enter when name is known" in visitor.text
        await visitor.press("enter")
        assert "召回 › hello" in visitor.text
        assert "陈1 " in visitor.text
        assert f"since {START}" in visitor.text
        await visitor.press("end", "down")
        assert "陈103" in visitor.text
        assert "陈1 " not in visitor.text
        await visitor.press("up")
        assert "› 陈100" in visitor.text
        await visitor.press("enter")
        assert "[4 Customers]" in visitor.text
        assert "› 陈100" in visitor.text
        await visitor.press("5", "escape", "escape")
        assert "All journeys\n" in visitor.text
        await visitor.press("p", *"why", "enter")
        assert "‖ paused" in visitor.text
        assert "journey `win_back` is paused" in str(homing("status", "--json").json["problems"])
        await visitor.press("r", "enter")
        assert "‖ paused" not in visitor.text

    visit(homing, "王经理", play)


def test_what_runs_late_is_marked(tmp_path: Path) -> None:
    """Who waits for a benefit for longer than any timer stands out, from the list down to the state."""
    homing = with_customers(tmp_path, 2)
    for at in (START_OF_GIFTS, "2026-12-28 10:00"):
        homing.well("run", "--at", at)

    async def play(visitor: Visitor) -> None:
        await visitor.press("5")
        assert "! 2 stuck" in visitor.text
        await visitor.press("down", "enter")
        assert "(! 2)  2" in visitor.text
        assert "2 longer than its timers allow" in visitor.text
        assert "2 benefits wait to be given" in visitor.text

    visit(homing, "王经理", play, LARGE)


PATIENCE = """\
customer { name: text }
event visit
journey care "关怀" {
  enter when name is known
  state waiting "等待到店" { on visit -> end came }
}
"""


def test_who_is_somewhere_for_longer_than_nearly_everybody_before_them_shows(tmp_path: Path) -> None:
    """Where no timer says how long, those before them do; the measure stands beside the number."""
    homing = applied_project(tmp_path, PATIENCE)
    people = [f"C{number}" for number in range(1, 61)]
    homing.well(
        "import", "customers", homing.file("c.csv", "id,name\n" + "".join(f"{one},陈\n" for one in people))
    )
    homing.well("run", "--at", "2026-11-23 10:00")
    visits = "".join(f"{one},2026-11-25 10:00\n" for one in people[:58])
    homing.well("import", "visit", homing.file("v.csv", "customer,at\n" + visits))
    for at in ("2026-11-25 10:00", "2026-11-28 10:00"):
        homing.well("run", "--at", at)

    async def play(visitor: Visitor) -> None:
        await visitor.press("5")
        assert "~ Longer in a state than 95 of 100 stay" in visitor.text
        await visitor.press("enter")
        assert "(~ 2)  2" in visitor.text
        assert "95 of 100 leave within 2 days (by 58 who left and 2 who are there)" in visitor.text
        assert "~ 2 here for longer than that" in visitor.text
        await visitor.press("enter")
        assert visitor.text.count("~ since 2026-11-23 10:00") == 2

    visit(homing, "王经理", play, LARGE)
