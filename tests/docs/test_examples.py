"""The rules shown in the language guide and the tutorial are rules: they parse, and the check finds no errors.

A block of kind `rules` holds whole statements; those of one document are checked together. `rules fragment WHERE` holds
lines that stand within something else, and is put there first: see `_AROUND`.
"""

import re
from pathlib import Path

import pytest

from dsl.check import Context, check
from dsl.render import render
from dsl.syntax.load import parse_texts
from tests.console import played, sessions
from tests.sources import ROOT

DOCUMENTS = ("docs/language.md", "docs/tutorial.md")
_BLOCK = re.compile(r"^```rules(?: fragment (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_AROUND = {
    "policy": "policy fragment_{n} {{\n{lines}}}\n",
    "scenario": 'scenario "{n}" {{\n{lines}}}\n',
    "state": "journey fragment_{n} {{\npolicy marketing\nenter when visit ever\nstate only {{\n{lines}}}\n}}\n",
}
"""What is written around a fragment. In a fragment of kind `condition` every line is an audience."""


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_rules_shown_have_no_errors(document: str) -> None:
    """All rules of a document, taken together, are a rule set that could be applied."""
    files, flaws = parse_texts(_texts((ROOT / document).read_text(encoding="utf-8")))
    found = [*flaws, *check(files, Context()).diagnostics]
    assert render(item for item in found if item.severity == "error") == ""


def test_every_diagnostic_is_in_the_table() -> None:
    """The language guide names every slug that the checker's own cases show."""
    cases = (ROOT / "tests/dsl/cases").rglob("*.txt")
    told = {
        slug
        for case in cases
        for slug in re.findall(r"(?:error|warning|info)\[([a-z-]+)\]", case.read_text("utf-8"))
    }
    guide = (ROOT / "docs/language.md").read_text(encoding="utf-8")
    assert {slug for slug in told if f"`{slug}`" not in guide} == set()


def test_the_tutorial_goes_as_shown(tmp_path: Path) -> None:
    """Who saves the files of the tutorial and types its commands sees what it shows."""
    text = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    assert played(text, tmp_path) == sessions(text)


def _texts(document: str) -> dict[str, str]:
    blocks = enumerate(_BLOCK.findall(document), start=1)
    return {f"{n}.rules": _whole(n, where, lines) for n, (where, lines) in blocks}


def _whole(n: int, where: str, lines: str) -> str:
    if not where:
        return lines
    if where == "condition":
        return "".join(f"audience fragment_{n}_{i} = {line}\n" for i, line in enumerate(lines.splitlines()))
    return _AROUND[where].format(n=n, lines=lines)
