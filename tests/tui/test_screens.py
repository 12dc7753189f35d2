"""The main screens, as they are kept in tests/tui/screens: whoever changes one sees in the review what it is like."""

from pathlib import Path

import pytest

from tests.screens import SCREENS, drawn


@pytest.mark.parametrize("name", sorted(file.stem for file in SCREENS.glob("*.txt")))
def test_the_screen_is_as_it_is_kept(name: str, tmp_path: Path) -> None:
    """Nothing is cut off or out of line, in either language, small or large."""
    assert drawn(name, tmp_path) == (SCREENS / f"{name}.txt").read_text(encoding="utf-8")
