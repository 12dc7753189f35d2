"""What people read has its Chinese: complete, fitting, compiled."""

import ast
import gettext
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise

import pytest
from babel.messages.catalog import Message as Entry

from tests import catalogues
from tests.sources import Module, modules

_PLACE = re.compile(r"\{\w+(?:![rs])?(?::[^{}]*)?\}|%\(\w+\)s")

SHOWN = frozenset({"talk", "print_text", "progress", "print_table"})
"""The functions of `engine.terminal` that show sentences."""


@pytest.mark.parametrize("package", catalogues.PACKAGES)
def test_every_sentence_has_its_chinese(package: str) -> None:
    """The catalogue has the sentences of the code, no more and no less, and all in Chinese: `make words` helps."""
    known = {(entry.id, entry.context) for entry in _entries(package)}
    assert known == {(one.id, one.sense or None) for one in catalogues.sentences(package)}
    assert not [entry.id for entry in _entries(package) if not all(catalogues.forms(entry))]


@pytest.mark.parametrize("name", [*catalogues.PACKAGES, catalogues.FOREIGN])
def test_the_chinese_fills_in_the_same_values(name: str) -> None:
    """The same names in braces, and numbers in the same form."""
    for entry in _entries(name):
        english = entry.id if isinstance(entry.id, str) else entry.id[-1]
        for chinese in catalogues.forms(entry):
            assert sorted(_PLACE.findall(chinese)) == sorted(_PLACE.findall(english)), english
            assert chinese.count("\n  ") == english.count("\n  "), english


@pytest.mark.parametrize("package", catalogues.PACKAGES)
def test_chinese_is_written_with_chinese_punctuation(package: str) -> None:
    """No half-width comma, semicolon, question mark or full stop after a Chinese character."""
    wrong = [
        form
        for entry in _entries(package)
        for form in catalogues.forms(entry)
        for before, after in pairwise(form)
        if "\u4e00" <= before <= "\u9fff" and after in ",;?.!"
    ]
    assert not wrong


@pytest.mark.parametrize("name", [*catalogues.PACKAGES, catalogues.FOREIGN])
def test_the_compiled_catalogues_are_those_that_are_written(name: str) -> None:
    """`make words` has been called after the last change."""
    compiled = catalogues.po_file(name).with_suffix(".mo").read_bytes()
    fresh = catalogues.compiled(catalogues.read(name))
    assert _content(compiled) == _content(fresh)


def test_what_is_shown_can_be_translated() -> None:
    """No sentence goes to the terminal, and none into an option's choice of words, but as a phrase."""
    plain = [
        f"{module.name}:{line}" for module in modules("engine") for line in _plain(module) if module.layer
    ]
    assert not plain


def _plain(module: Module) -> Iterator[int]:
    """Where a text made on the spot is shown."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in SHOWN:
                texts = first.elts if isinstance(first, ast.Tuple) else [first]
                yield from (text.lineno for text in texts if _is_sentence(text))


def _is_sentence(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return bool(node.value)
    return isinstance(node, ast.JoinedStr) and not any(
        isinstance(part, ast.Constant) and part.value.startswith("  homing --project") for part in node.values
    )


def _entries(name: str) -> list[Entry]:
    return [entry for entry in catalogues.read(name) if entry.id]


def _content(compiled: bytes) -> dict[object, str]:
    found: dict[object, str] = gettext.GNUTranslations(BytesIO(compiled))._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in found.items() if key}
