"""Every node knows the characters it was read from."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from dsl.source import NOWHERE, Source
from dsl.syntax.parse import parse
from dsl.tree.expressions import Compare, Logic, Name, Node, Occurs, Ref, Text
from dsl.tree.journeys import Goto, JourneyDecl, On, StateDecl
from dsl.tree.statements import AudienceDecl, File

CASES = sorted((Path(__file__).parent / "cases" / "fmt").glob("contract_*.rules"))


def _nodes(thing: object) -> Iterator[Node]:
    if isinstance(thing, tuple):
        for part in thing:
            yield from _nodes(part)
    if isinstance(thing, Node):
        yield thing
        for field in fields(thing):
            yield from _nodes(getattr(thing, field.name))


def _parsed(text: str) -> File:
    file, problems = parse(Source("a.rules", text))
    assert not problems
    return file


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_spans_cover_what_was_written(case: Path) -> None:
    """A node lies inside the node around it, names and texts cover exactly themselves, and none lies nowhere."""
    file = _parsed(case.read_text(encoding="utf-8"))
    for node in _nodes(file.statements):
        assert node.span.source is file.source
        assert node.span.text == node.span.text.strip() != ""
        inner = list(_nodes(tuple(getattr(node, field.name) for field in fields(node))))
        assert all(node.span.start <= part.span.start and part.span.end <= node.span.end for part in inner)
        if isinstance(node, Name):
            assert node.span.text.strip("`") == node.text
        if isinstance(node, Text) and not node.block:
            assert node.span.text == f'"{node.value}"'


def test_spans_of_expressions() -> None:
    """Parentheses count for what is around them, not for what is inside."""
    (audience,) = _parsed("audience a = (b or c = 1) and no visit ever").statements
    assert isinstance(audience, AudienceDecl)
    both = audience.condition
    assert isinstance(both, Logic)
    either, never = both.operands
    assert both.span.text == "(b or c = 1) and no visit ever"
    assert either.span.text == "b or c = 1"
    assert isinstance(either, Logic)
    assert [operand.span.text for operand in either.operands] == ["b", "c = 1"]
    assert isinstance(never, Occurs)
    assert (never.span.text, never.events.span.text) == ("no visit ever", "visit ever")


def test_spans_of_statements() -> None:
    """A block reaches from its first word to its brace; a target is its name."""
    (journey,) = _parsed("journey w {\n  state a { on visit -> `a` } # c\n}\n# d\n").statements
    assert isinstance(journey, JourneyDecl)
    (state,) = journey.items
    assert isinstance(state, StateDecl)
    (on,) = state.items
    assert isinstance(on, On)
    assert isinstance(on.target, Goto)
    assert journey.span.text == "journey w {\n  state a { on visit -> `a` } # c\n}"
    assert state.span.text == "state a { on visit -> `a` }"
    assert (on.span.text, on.target.span.text, on.target.parts[0].text) == ("on visit -> `a`", "`a`", "a")


def test_places_do_not_count_when_trees_are_compared() -> None:
    """The same rules at other places are the same tree."""
    assert _parsed("audience  a =\n b = c") == _parsed("audience a = b = c")
    (audience,) = _parsed("audience a = b = c").statements
    assert isinstance(audience, AudienceDecl)
    assert audience.condition == Compare("=", Ref((Name("b"),)), Ref((Name("c"),)))
    assert audience.condition.span is not NOWHERE
