"""Customers: found while one types, shown with journeys, story and reasons, and what they say put down."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest

from engine.views.customer import customer
from engine.views.window import look
from tests.projects import Homing
from tests.queues import hire, with_held
from tests.rooms import LARGE, Visitor, visit

HOSTILE = "[red]张三[/] \x1b[31m\u202eevil"


@pytest.fixture(scope="module", name="shop")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> Homing:
    """Three customers under way, one with a name that would like to colour the screen."""
    homing = with_held(tmp_path_factory.mktemp("shop"), 3)
    hire(homing)
    homing.well("import", "customers", homing.file("d.csv", f"id,name,phone\nX9,{HOSTILE},13900007777\n"))
    return homing


@pytest.fixture(name="homing")
def _homing(shop: Homing, tmp_path: Path) -> Homing:
    shutil.copytree(shop.folder, tmp_path, dirs_exist_ok=True)
    return Homing(tmp_path)


def known(homing: Homing, identity: str) -> dict[str, object]:
    """The customer, as the store has them."""
    project = homing.opened()
    with project.store.read() as connection:
        found = customer(look(connection, project.config), identity)
    project.store.close()
    return found


def test_somebody_is_found_and_read(homing: Homing) -> None:
    """Type, Enter, Enter, and turn the pages; the place is lit in the drawing; `w` says why; numbers show on record."""

    async def play(visitor: Visitor) -> None:
        await visitor.press("4")
        assert "the newest customers" in visitor.text
        await visitor.press("陈", "2")
        assert "1 found" in visitor.text
        await visitor.press("enter", "enter")
        assert "138****0002" in visitor.text
        assert "13800000002" not in visitor.text
        await visitor.press("v")
        assert "13800000002" in visitor.text
        await visitor.press("right")
        assert any("● hello" in line and "here since 2026-11-23 10:00" in line for line in visitor.lines)
        assert any("▶ ■ reached" in line for line in visitor.lines)
        await visitor.press("right")
        assert "召回: hello" in visitor.text
        await visitor.press("w")
        assert "“召回”: hello, since 2026-11-23 10:00" in visitor.text
        assert "to do: 打电话 (advisor), by 2026-11-25 10:00" in visitor.text
        assert "enter when name is known" in visitor.text
        assert "✓" in visitor.text
        await visitor.press("escape", "slash", *"7777")
        assert "⟨202E⟩evil" in visitor.text
        assert "[red]张三[/]" in visitor.text
        await visitor.press("8")
        assert "nobody found" in visitor.text

    visit(homing, "王经理", play)
    assert "shown in full" in {row["verb"] for row in homing.well("audit", "--json").json}


def test_what_they_say_is_put_down(homing: Homing) -> None:
    """Opt-outs and consents as the commands record them, told with who heard it; a consent asks for what it needs."""

    async def play(visitor: Visitor) -> None:
        await visitor.press("4", *"C1", "enter", "c")
        assert "✗ has not agreed" in visitor.text
        await visitor.press("escape", "x", "enter", *"by phone", "enter")
        assert "1 waiting message taken back" in visitor.told
        assert "opted out (every channel)  王经理: by phone" in visitor.text
        assert re.search(r"陈1 .* opted out", visitor.text)
        await visitor.press("c")
        assert "! opted out (every channel)" in visitor.text
        await visitor.press("enter", *"form", "enter")
        assert "nothing goes all the same" in visitor.text
        await visitor.press("enter")
        assert visitor.told == "put down: messages again: every channel"
        await visitor.press("x")
        assert "✓ may be written to" in visitor.text
        await visitor.press("escape", "right", "right")
        assert "opt-out lifted (every channel)  王经理: form" in visitor.text
        assert "agreed (every policy, every channel)  王经理: form" in visitor.text

    visit(homing, "王经理", play, LARGE)
    found = known(homing, "C1")
    (optout,), (consent,) = found["optouts"], found["consents"]  # type: ignore[misc]
    assert (optout["because"], bool(optout["lifted"])) == ("王经理: by phone", True)
    assert (consent["policy"], consent["source"], consent["withdrawn"]) == (None, "form", None)


def test_what_time_leads_to_is_told(homing: Homing) -> None:
    """Beside where somebody is stands what comes next, and when."""
    homing.well("optout", "C2")
    homing.well("run", "--at", "2026-11-23 10:30")

    async def play(visitor: Visitor) -> None:
        await visitor.press("4", *"C2", "enter", "enter", "right")
        assert "2026-11-28 10:00 → the end: silent" in visitor.text

    visit(homing, "王经理", play, LARGE)


def test_esc_leads_back(homing: Homing) -> None:
    """While one types only keys that work are told; Esc leads from customer to list, and to the room one came from."""

    async def play(visitor: Visitor) -> None:
        await visitor.press("4", *"C1")
        assert visitor.lines[-1].split() == ["Enter", "to", "the", "list", "Esc", "clear", "F1–F7", "rooms"]
        await visitor.press("escape")
        assert "the newest customers" in visitor.text
        await visitor.press("f2", "c", "enter")
        assert visitor.app.current_mode == "customers"
        await visitor.press("escape", "escape")
        assert visitor.app.current_mode == "approve"

    visit(homing, "王经理", play)


def test_all_that_is_held_is_handed_out(homing: Homing) -> None:
    """`e` writes the zip file of `homing export` where one says; another file's place is not taken."""
    target = homing.folder / "C1.zip"

    async def play(visitor: Visitor) -> None:
        await visitor.press("4", *"C1", "enter", "e", "enter")
        assert "C1.zip" in visitor.told
        await visitor.press("e", "enter")
        assert "there is such a file already" in visitor.told

    visit(homing, "王经理", play)
    with zipfile.ZipFile(target) as file:
        assert "陈1" in file.read("customer.csv").decode()
