"""Advice on the wording of messages: bad texts of each kind give it at their words, good texts give none.

A file of the folder holds texts, one a line; it is named after the advice that they get.
"""

import re
from pathlib import Path

import pytest

from dsl.diagnostics import Diagnostic
from tests.checked import checked

TEXTS = Path(__file__).parent / "cases" / "texts"
STYLE = frozenset({"pressure-words", "blaming-words", "over-promise", "no-next-step"})
_MARK = re.compile(r"\[\[(.*?)\]\]")


def _texts(name: str) -> list[str]:
    lines = (TEXTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _bad() -> list[tuple[str, str]]:
    return [(slug, text) for slug in sorted(STYLE) for text in _texts(slug)]


def _advice(text: str) -> list[Diagnostic]:
    quoted = text.replace('"', '\\"')
    return [item for item in checked(f'message m {{ push: "{quoted}" }}').diagnostics if item.slug in STYLE]


@pytest.mark.parametrize(("slug", "text"), _bad())
def test_bad_texts_are_told(slug: str, text: str) -> None:
    """Each gives the advice of its kind, pointing at the very words, and no other."""
    found = _advice(_MARK.sub(r"\1", text))
    words = _MARK.findall(text) or ["push"]
    assert [(item.slug, item.span.text) for item in found] == [(slug, word) for word in words]
    assert all(item.severity == "info" and item.hint for item in found)


@pytest.mark.parametrize("text", _texts("good"))
def test_good_texts_are_left_alone(text: str) -> None:
    """Ordinary messages, some of them with words that only look bad, get no advice."""
    assert [(item.slug, item.span.text) for item in _advice(text)] == []


def test_there_are_texts_of_every_kind() -> None:
    """The folder has a file for each kind of advice, and one of good texts."""
    assert {path.stem for path in TEXTS.glob("*.txt")} == {*STYLE, "good"}
