"""docs/faults.md against the tests: each test that it names is there, and each fault has one or says why not."""

import ast
import re

import pytest

from tests.sources import ROOT

TEXT = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)+)`", TEXT)))
ROWS = re.findall(r"^\| ([A-Z]\d+) [^|]*\| [^|]+ \| (.*) \|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_is_there(named: str) -> None:
    """By file, class and name."""
    file, *names = named.split("::")
    body = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
    for name in names:
        found = [one for one in body if isinstance(one, ast.ClassDef | ast.FunctionDef) and one.name == name]
        assert found, f"{name} is not in {file}"
        body = found[0].body


def test_every_fault_has_a_test_or_a_reason() -> None:
    """And stands once, in the order of the catalogue."""
    assert [number for number, held in ROWS if not (held.startswith(("none", "`tests/")))] == []
    for family in {number[0] for number, _ in ROWS}:
        numbers = [int(number[1:]) for number, _ in ROWS if number[0] == family]
        assert numbers == list(range(1, len(numbers) + 1))


def test_no_row_is_overlooked() -> None:
    """What looks like a row is one."""
    assert len(ROWS) == len(re.findall(r"^\| [A-Z]\d+ ", TEXT, re.MULTILINE))
