"""Diagnostics in Chinese."""

import ast
from collections.abc import Iterator
from string import Formatter

import pytest

from dsl.parse import parse
from dsl.render import as_json, render
from dsl.source import Source
from dsl.translation import in_language, patterns
from dsl.wording import say
from tests.sources import Module, modules

READING = {
    "automaton", "braces", "build_expressions", "build_journeys", "build_statements", "expected", "lines", "load",
    "parse", "recovery", "strays", "strings", "tokens",
}  # fmt: skip
"""The modules that say what is wrong with a text's shape."""


def _said(module: Module) -> Iterator[tuple[str, bool]]:
    """The patterns of a module's sentences, each with whether values are filled in."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            (pattern,) = node.args
            assert isinstance(pattern, ast.Constant), f"{module.name}:{node.lineno}"
            yield str(pattern.value), bool(node.keywords)


def _names(pattern: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}


@pytest.mark.parametrize("module", modules("dsl"), ids=lambda module: module.path.stem)
def test_sentences_have_their_chinese_form(module: Module) -> None:
    """Every sentence about a text's shape has one, and it fills in the same values."""
    for pattern, filled in _said(module):
        if module.path.stem in READING:
            assert pattern in patterns("zh"), pattern
        if filled and pattern in patterns("zh"):
            assert _names(patterns("zh")[pattern]) == _names(pattern), pattern


def test_what_has_no_other_form_stays() -> None:
    """Sentences that nobody translated, and plain texts, are said as they are."""
    assert in_language(say("Nobody knows {what}.", what="it"), "zh") == "Nobody knows it."
    assert in_language("plain", "zh") == "plain"
    assert in_language(say("a value"), "en") == "a value"


def test_a_diagnostic_in_chinese() -> None:
    """Message and hint follow the language, in the text form and for programs; names and places stay."""
    _, problems = parse(Source("a.rules", "journey j {\n  state {\n    after 3 dayz -> a\n  }\n}\n"))
    assert render(problems, "zh") == (
        "a.rules:2:9: error[syntax]: 此处应为状态的名字，实际是`{`。\n"
        "      state {\n"
        "            ^\n"
        "    hint: 例如：`state hello { … }`\n"
        "a.rules:3:13: error[syntax]: "
        "此处应为`minutes`、`hours`、`days`、`weeks`、`months` 或 `years`，实际是`dayz`。\n"
        "        after 3 dayz -> a\n"
        "                ^^^^\n"
        "    hint: 是不是想写 `day`？\n"
    )
    assert as_json(problems, "zh")[0]["message"] == "此处应为状态的名字，实际是`{`。"
