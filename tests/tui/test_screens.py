"""The main screens, as they are kept in tests/tui/screens: whoever changes one sees in the review what it is like."""

import pytest

from tests.projects import Homing
from tests.rooms import Visitor, visit
from tests.screens import NAMES, SCREENS, drawn, faint, project
from tui.doors import DOORS


@pytest.fixture(scope="module")
def homing(tmp_path_factory: pytest.TempPathFactory) -> Homing:
    """A project that all screens show: they only look."""
    return project(tmp_path_factory.mktemp("screens"))


@pytest.mark.parametrize("name", NAMES)
def test_the_screen_is_as_it_is_kept(name: str, homing: Homing) -> None:
    """Nothing is cut off or out of line, in either language, small or large, dark or light."""
    assert drawn(name, homing) == (SCREENS / f"{name}.txt").read_text(encoding="utf-8")


DEEPER = ("escape f4 C 1 enter right", "f5 enter")
"""Where one may stand within rooms: a journey with the place of somebody lit, and one with its counts."""


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_everything_can_be_read(theme: str, homing: Homing) -> None:
    """In every room writing stands out from its ground as WCAG 2 wants it."""

    async def play(visitor: Visitor) -> None:
        for door in DOORS:
            await visitor.press(f"f{door.key}")
            assert faint(visitor) == []
        for keys in DEEPER:
            await visitor.press(*keys.split())
            assert faint(visitor) == []

    visit(homing, "王经理", play, (120, 35), light=theme == "light")
