"""What `homing explain` says, word for word: each file of `cases` is a project, what happens to it, and the answers."""

from pathlib import Path

import pytest

from tests.sessions import played

CASES = sorted(Path(__file__).with_name("cases").glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_session_goes_as_it_is_written(case: Path, tmp_path: Path) -> None:
    """Who does these things is told this."""
    text = case.read_text(encoding="utf-8")
    assert played(text, tmp_path) == text
