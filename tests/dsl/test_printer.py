"""`homing fmt`: the canonical form of rules."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings

from dsl.parse import parse
from dsl.printer import print_file, print_node
from dsl.source import Source
from dsl.tree import File
from tests.strategies import files

CASES = sorted((Path(__file__).parent / "cases" / "fmt").glob("*.rules"))
CONTRACT = [case for case in CASES if case.name.startswith("contract_")]


def _parsed(text: str) -> File:
    file, diagnostics = parse(Source("a.rules", text))
    assert not diagnostics, [(item.message, item.span.text, item.span.line) for item in diagnostics]
    return file


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_canonical_form_of_a_file(case: Path) -> None:
    """Each `.rules` file is written as its `.expected` says, and that form stays as it is."""
    expected = case.with_suffix(".expected").read_text(encoding="utf-8")
    assert print_file(_parsed(case.read_text(encoding="utf-8"))) == expected
    assert print_file(_parsed(expected)) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_meaning_and_comments_stay(case: Path) -> None:
    """The tree of what is written equals the tree that was read, and no comment is lost or doubled."""
    before = _parsed(case.read_text(encoding="utf-8"))
    after = _parsed(print_file(before))
    assert after == before
    assert Counter(comment.text for comment in after.comments) == Counter(comment.text for comment in before.comments)


@pytest.mark.parametrize("case", CONTRACT, ids=lambda case: case.stem)
def test_the_examples_of_the_contract_are_canonical(case: Path) -> None:
    """The examples of the language's contract change in nothing but the alignment of their comments."""
    text = case.read_text(encoding="utf-8")
    assert _unaligned(print_file(_parsed(text))) == _unaligned(text)


def _unaligned(text: str) -> str:
    return re.sub(r" +#", " #", text)


@settings(max_examples=150)
@given(files())
def test_what_is_printed_parses_to_the_same_tree(file: File) -> None:
    """Every tree can be written so that it is read as the same tree, and printing twice changes nothing."""
    printed = print_file(file)
    again = _parsed(printed)
    assert again == file
    assert print_file(again) == printed
