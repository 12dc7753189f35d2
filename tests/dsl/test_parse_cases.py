"""What is said about rule files that are not written rightly, as people read it. A file in the folder is a case."""

from pathlib import Path

import pytest

from dsl.render import render
from dsl.syntax.load import load

CASES = Path(__file__).parent / "cases" / "syntax"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.rules")), ids=lambda path: path.stem)
def test_mistakes_are_reported_each_at_its_place(case: Path) -> None:
    """Every mistake gets one report, in words, with a caret under it, and nothing else is reported."""
    _, problems = load(case)
    assert render(problems) == case.with_suffix(".txt").read_text(encoding="utf-8")
