"""A held message written anew, in the room: looked over while one types, by what looks it over when it is saved."""

from pathlib import Path

from textual.widgets import TextArea

from tests.queues import messages, staffed, with_held
from tests.rooms import LARGE, Visitor, visit


def test_editing_is_looked_over_while_one_types(tmp_path: Path) -> None:
    """What breaks the policy is told at once and cannot be saved; what may go is saved, and held as before."""
    homing = staffed(tmp_path, 1)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "e", "backspace")
        assert 'require "回T退订"' in visitor.text
        await visitor.press("ctrl+s")
        assert "not valid yet" in visitor.text
        await visitor.press("订", "x")
        assert "24 characters, 1 segment" in visitor.text
        await visitor.press("ctrl+s")
        assert "its text was written by 王经理" in visitor.text

    visit(homing, "王经理", play, LARGE)
    assert messages(homing)["C1"] == ("held", "【毛毛家】陈1女士您好,五折为您保留。回T退订x")


def test_what_was_written_is_thrown_away_only_when_asked_twice(tmp_path: Path) -> None:
    """One escape warns, the second leaves; the message says what it said."""
    homing = staffed(tmp_path, 1)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "e", "x", "escape")
        assert "Esc once more throws away" in visitor.text
        await visitor.press("escape")
        assert "1 of 1 to decide on" in visitor.text

    visit(homing, "王经理", play)
    assert messages(homing)["C1"][1] == "【毛毛家】陈1女士您好,五折为您保留。回T退订"


def test_what_may_go_but_hardly_should_is_warned_of(tmp_path: Path) -> None:
    """What looks as if it were to be filled in, and more segments than it took: it may be saved all the same."""
    homing = staffed(tmp_path, 1)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "e", *"${foo}")
        assert "! ${foo} will stand there so" in visitor.text
        await visitor.press(*"{{")
        assert "not valid yet" in visitor.text
        assert "回T退订${foo}{{" in visitor.text.partition("not valid yet")[2].replace("\n", "")
        await visitor.press("backspace", "backspace")
        visitor.app.screen.query_one(TextArea).insert("好" * 50)
        await visitor.settle()
        assert "(was 1)" in visitor.text
        await visitor.press("ctrl+s")
        assert visitor.told.startswith("Saved; now it waits for approval.")
        assert "once approved  may go via sms: the next run sends it" in visitor.text

    visit(homing, "王经理", play, LARGE)
    assert "${foo}" in str(messages(homing)["C1"][1])


def test_where_a_value_is_missing_the_words_around_it_are_there(tmp_path: Path) -> None:
    """The editor begins with the wording, the missing part marked; until somebody fills it in, that is warned of."""
    homing = with_held(tmp_path, 0)
    rows = "id,name,phone,lifetime_value\nC1,王五,13800000099,100\n"
    homing.well("import", "customers", homing.file("d.csv", rows))
    homing.well("run", "--at", "2026-11-23 10:05")

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "a")
        assert visitor.told == "the message for 王五 has no text yet: e writes one"
        await visitor.press("e")
        assert "【毛毛家】王五[title]您好,五折为您保留。回T退订" in visitor.text
        assert "! [title] will stand there so" in visitor.text

    visit(homing, "王经理", play, LARGE)
