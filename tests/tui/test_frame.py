"""The house around the rooms: it opens, helps, follows the database, and closes."""

import subprocess
import sys
from pathlib import Path

from tests.projects import make_project
from tests.queues import held, hire, with_held
from tests.rooms import LARGE, Visitor, visit


def test_it_opens_with_what_waits_for_me(tmp_path: Path) -> None:
    """A manager sees at once what is to be approved, and that tasks wait for others."""
    homing = with_held(tmp_path, 3)
    hire(homing)

    async def play(visitor: Visitor) -> None:
        mine, others = visitor.text.split("For others")
        assert "3 messages to approve" in mine
        assert "3 tasks to do" in others

    visit(homing, "王经理", play)


def test_help_names_every_key(tmp_path: Path) -> None:
    """`?` says what the room is for and which keys work; escape closes it."""

    async def play(visitor: Visitor) -> None:
        await visitor.press("ctrl+c")
        assert visitor.told == "Ctrl+C copies what is marked. q quits, Ctrl+Q from everywhere."
        await visitor.press("question_mark")
        assert "What waits for you stands at the top" in visitor.text
        assert "light or dark" in visitor.text
        assert "Scroll" not in visitor.text
        await visitor.press("escape")
        assert "light or dark" not in visitor.text

    visit(with_held(tmp_path), "王经理", play)


def test_the_palette_finds_what_keys_do(tmp_path: Path) -> None:
    """Typing a part of its name does what a key does: all rooms are light then, those entered before and after."""

    async def play(visitor: Visitor) -> None:
        def shade() -> str:
            return visitor.app.screen.styles.background.hex

        dark = shade()
        await visitor.press("2", "ctrl+p", *"light", "enter")
        light = shade()
        assert light != dark
        for room in "3", "1", "2":
            await visitor.press(room)
            assert shade() == light

    visit(with_held(tmp_path), "王经理", play)


def test_the_palette_finds_customers_from_everywhere(tmp_path: Path) -> None:
    """Whoever has the words is offered, and shown in their room; of nobody, the search tells that."""

    async def play(visitor: Visitor) -> None:
        await visitor.press("7", "ctrl+p", "陈", "2")
        assert "陈2  C2  Customers" in visitor.text
        await visitor.press("enter")
        assert "[4 Customers]" in visitor.text
        assert "138****0002" in visitor.text
        await visitor.press("f7", "ctrl+p", *"zz", "enter")
        assert "nobody found" in visitor.text

    visit(with_held(tmp_path, 2), "王经理", play)


def test_it_follows_the_database(tmp_path: Path) -> None:
    """What somebody else decides elsewhere is seen a second later, without a key."""
    homing = with_held(tmp_path, 2)

    async def play(visitor: Visitor) -> None:
        assert "2 messages to approve" in visitor.text
        homing.well("queue", "refuse", held(homing)[0]["id"])
        await visitor.look_around()
        assert "1 message to approve" in visitor.text

    visit(homing, "王经理", play)


def test_without_rules_it_says_what_to_do(tmp_path: Path) -> None:
    """A project without rules opens too, and tells which command is missing."""
    homing = make_project(tmp_path)
    homing.opened(create=True).store.close()

    async def play(visitor: Visitor) -> None:
        assert "6 Rules puts them in force" in visitor.text

    visit(homing, "王经理", play)


def test_a_database_that_was_taken_away_is_missed(tmp_path: Path) -> None:
    """The room says so within a second and does nothing more, until the database is back."""
    homing = with_held(tmp_path)
    database, away = tmp_path / "homing.db", tmp_path / "away.db"

    async def play(visitor: Visitor) -> None:
        await visitor.press("2")
        database.rename(away)
        await visitor.press("a")
        assert "the database was taken away while it was open" in visitor.told
        await visitor.look_around()
        assert "! " + str(database) in visitor.text
        away.rename(database)
        await visitor.look_around()
        assert "taken away" not in visitor.lines[2]
        await visitor.press("a")
        assert "Nothing waits for your decision." in visitor.text

    visit(homing, "王经理", play, LARGE)
    assert [one["status"] for one in homing.well("messages", "--json").json] == ["waiting"]


def test_q_leaves(tmp_path: Path) -> None:
    """One key closes the house."""

    async def play(visitor: Visitor) -> None:
        await visitor.pilot.press("q")
        await visitor.pilot.pause()
        assert not visitor.app.is_running

    visit(with_held(tmp_path), "王经理", play)


def test_it_needs_a_terminal(tmp_path: Path) -> None:
    """In a script, where nobody can press a key, it says what prints instead."""
    said = with_held(tmp_path)("review")
    assert said.status == 2
    assert "needs a terminal" in said.err


def test_other_commands_load_nothing_of_it() -> None:
    """The library of the room takes a third of a second to load, which no other command pays."""
    code = (
        "import sys; from engine.cli import run; run(['review', '--help']); run(['queue', '--help']); "
        "print('textual' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
