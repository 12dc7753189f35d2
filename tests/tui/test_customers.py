"""Customers: found while one types, shown with journeys, story and reasons, and what they say put down."""

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
    """Opt-outs and consents as the commands record them, with where they were said; and taken back."""

    async def play(visitor: Visitor) -> None:
        await visitor.press("4", *"C1", "enter", "x", "enter", *"by phone", "enter")
        assert "1 waiting message taken back" in visitor.told
        assert "every channel" in visitor.text
        await visitor.press("x", "enter", *"again", "enter", "c", "enter", *"form", "enter")
        assert visitor.told == "put down"

    visit(homing, "王经理", play, LARGE)
    found = known(homing, "C1")
    (optout,), (consent,) = found["optouts"], found["consents"]  # type: ignore[misc]
    assert (optout["source"], bool(optout["lifted"])) == ("review room", True)
    assert (consent["policy"], consent["source"], consent["withdrawn"]) == (None, "form", None)


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
