"""`homing fmt`: the canonical form of rules."""

import re
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from dsl.printing.printer import print_file, print_node
from dsl.source import NOWHERE, Source
from dsl.syntax.parse import parse
from dsl.tree.expressions import Name, Node, Text
from dsl.tree.statements import AudienceDecl, File
from tests.strategies import disturbed, files
from tests.strategies_expressions import KEYWORDS

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
    assert _comments(after) == _comments(before)


@pytest.mark.parametrize("case", CONTRACT, ids=lambda case: case.stem)
def test_the_examples_of_the_contract_are_canonical(case: Path) -> None:
    """The examples of the language's contract change in nothing but the alignment of their comments."""
    text = case.read_text(encoding="utf-8")
    assert _unaligned(print_file(_parsed(text))) == _unaligned(text)


def _unaligned(text: str) -> str:
    return re.sub(r" +#", " #", text)


@pytest.mark.parametrize("word", KEYWORDS.split())
def test_every_word_of_the_language_can_be_a_name(word: str) -> None:
    """A name that is a word of the language gets backticks where it would be read as that word."""
    for case in CONTRACT:
        statements = _renamed(_parsed(case.read_text(encoding="utf-8")).statements, word)
        file = File(NOWHERE.source, statements)
        assert _parsed(print_file(file)) == file


def _renamed(thing: Any, word: str) -> Any:
    """The same tree with one word as every name."""
    match thing:
        case Name():
            return Name(word)
        case tuple():
            return tuple(_renamed(part, word) for part in thing)
        case Node():
            compared = [field.name for field in fields(thing) if field.compare]
            return type(thing)(**{name: _renamed(getattr(thing, name), word) for name in compared})
    return thing


def test_backticks_stand_only_where_they_are_needed() -> None:
    """Words of the language are names without marks where nothing else can stand, and lose marks there."""
    text = 'customer {\n  `due`: text\n  `now`: `text`\n}\naudience `lapsed` = `due` = "now" and `now` is known\n'
    expected = 'customer {\n  due: text\n  now: text\n}\naudience lapsed = due = "now" and `now` is known\n'
    assert print_file(_parsed(text.replace("`text`", "text"))) == expected


def test_one_node_is_written_as_rules_write_it() -> None:
    """Explanations quote conditions on one line, other nodes as they stand in a file."""
    text = "audience a = tier = vip\n  and (x or\n  y)\njourney j { state s { after 1 days -> end done } }\n"
    audience, journey = _parsed(text).statements
    assert isinstance(audience, AudienceDecl)
    assert print_node(audience.condition) == "tier = vip and (x or y)"
    assert print_node(journey) == "journey j { state s { after 1 day -> end done } }"


def test_a_string_over_lines_is_quoted_in_one() -> None:
    """In an expression on one line a string over lines is one with escapes."""
    assert print_node(Text("one\ntwo", block=True)) == '"one\\ntwo"'


def test_line_ends_of_windows_and_a_byte_order_mark_go() -> None:
    """Files of any editor come out alike."""
    text = "\ufeffcustomer {\r\n\r\n\tname: text\u3000, # who\r\n\r\n\r\n  tier: text\r\n}\r\n"
    assert print_file(_parsed(text)) == "customer {\n  name: text  # who\n\n  tier: text\n}\n"


@settings(max_examples=100)
@given(files())
def test_what_is_printed_parses_to_the_same_tree(file: File) -> None:
    """Every tree can be written so that it is read as the same tree, and printing twice changes nothing."""
    printed = print_file(file)
    again = _parsed(printed)
    assert again == file
    assert print_file(again) == printed


@settings(max_examples=100)
@given(files().map(print_file).flatmap(disturbed))
def test_comments_stay_wherever_they_are_written(text: str) -> None:
    """Comments at ends of lines and on lines of their own stay, whatever they stand beside, and once only."""
    before = _parsed(text)
    printed = print_file(before)
    after = _parsed(printed)
    assert after == before
    assert _comments(after) == _comments(before)
    assert print_file(after) == printed


def _comments(file: File) -> Counter[str]:
    return Counter(comment.text for comment in file.comments)
