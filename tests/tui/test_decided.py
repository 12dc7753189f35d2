"""Approve, by keys: how one comes to what waits, and what nobody decides on: what they may not, or did not see."""

from pathlib import Path

from engine.storage.schema import message
from engine.storage.symbols import load_symbols
from tests.queues import messages, staffed
from tests.rooms import Visitor, visit
from tests.tui.test_approve import doubtful


def test_one_comes_to_what_the_line_on_today_says(tmp_path: Path) -> None:
    """Enter on what waits for others shows it, on replies only those, until they are done or `f` shows all.

    Whoever may not decide is told so before anything is asked.
    """
    homing = staffed(tmp_path, 2)
    doubtful(homing)

    async def advisor(visitor: Visitor) -> None:
        await visitor.press("2")
        assert "1 of 2 to decide on\n" in visitor.text
        await visitor.press("1", "end", "enter")
        assert "1 of 1 to decide on · only messages to approve, f shows all · others' too" in visitor.text
        await visitor.press("r")
        assert visitor.told.startswith("小李 may not decide on message 陈2: that is for `manager`")
        await visitor.press("f")
        assert "1 of 3 to decide on · others' too" in visitor.text
        await visitor.press("1")
        await visitor.press(*rows_down(visitor, "reply to judge"), "enter")
        assert "1 of 1 to decide on · only replies, f shows all" in visitor.text
        await visitor.press("n")
        assert "1 of 1 to decide on\n" in visitor.text
        assert "Did it arrive?" in visitor.text

    visit(homing, "小李", advisor)

    async def stranger(visitor: Visitor) -> None:
        await visitor.press("3")
        assert "Nothing to do for you. o shows the 2 that others have." in visitor.text
        assert "finish" not in visitor.text
        await visitor.press("1", "end", "enter")
        assert "1 of 2 · nothing is overdue · others' too" in visitor.text
        await visitor.press("f")
        assert visitor.told.startswith("路人 is not on the staff and may not decide on task")

    visit(homing, "路人", stranger)


def rows_down(visitor: Visitor, what: str) -> list[str]:
    """The keys to a line of Today."""
    place = next(at for at, line in enumerate(visitor.lines) if what in line)
    first = next(at for at, line in enumerate(visitor.lines) if "For you" in line)
    return ["home", *["down"] * (place - first - 1)]


def test_nobody_lets_go_what_stands_below_the_screen(tmp_path: Path) -> None:
    """A long name hides no text; of a long text the end must have been on the screen."""
    homing = staffed(tmp_path, 1)
    homing.well("import", "customers", homing.file("n.csv", f"id,name\nC1,{'长' * 400}\n"))
    homing.well("run", "--at", "2026-11-23 10:05")

    async def play(visitor: Visitor) -> None:
        await visitor.press("2")
        assert "【毛毛家】长" in visitor.text
        await visitor.press("a")
        assert visitor.told == "not decided: the text goes on below; Space shows it, then press again"
        await visitor.press("space", "b", "a")
        assert visitor.told.startswith("approved for 长")

    visit(homing, "王经理", play)
    assert messages(homing)["C1"][0] == "waiting"


def test_all_alike_are_those_that_are_mine_to_let_go(tmp_path: Path) -> None:
    """What other roles must let go is left out of the number, and told."""
    homing = staffed(tmp_path, 3)
    project = homing.opened()
    with project.store.write() as connection:
        other = load_symbols(connection).number(connection, "role", "general_manager")
        connection.execute(message.update().where(message.c.customer == 2).values(role=other))
    project.store.close()

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "A")
        assert "Approve all 2 问候? Type 2." in visitor.text
        assert "! 1 is left out, since other roles must let it go" in visitor.text
        await visitor.press("2", "enter")
        assert visitor.told == "2 approved; u takes them back"
        await visitor.press("o", "A")
        assert visitor.told == "1 is left out, since other roles must let it go"

    visit(homing, "王经理", play)
    assert messages(homing)["C2"][0] == "held"
