"""The parser's tables: what keeps words of the language from being reserved, and where they come from."""

from pathlib import Path

import pytest

from dsl.syntax.build import BUILDERS
from dsl.syntax.grammar import Production, load_grammar
from dsl.syntax.tokens import NAME
from dsl.syntax.words import _KEYWORD_BEFORE, CLASSES

GRAMMAR = load_grammar(BUILDERS)


def test_where_a_word_can_be_both_what_follows_decides() -> None:
    """Every keyword that stands where a name can stand has a rule that tells them apart, and none completes a rule."""
    both = [row for row in GRAMMAR.rows.values() if NAME in row]
    words = {symbol for row in both for symbol in row if symbol.isalpha() and symbol.islower()}
    assert words == set(_KEYWORD_BEFORE)
    for row in both:
        assert not any(isinstance(row[word], Production) for word in words & row.keys())
        assert not any(isinstance(action, Production) for symbol, action in row.items() if symbol == NAME)


def test_classes_of_words_stand_where_no_name_can() -> None:
    """Types, units, periods and days of the week are known as such only where no name of that spelling can be meant."""
    for row in GRAMMAR.rows.values():
        assert not (NAME in row and row.keys() & CLASSES.keys())


def test_every_builder_is_used() -> None:
    """The grammar's rules and the builders are the same in number and name."""
    text = (Path(__file__).parents[2] / "dsl" / "syntax" / "grammar.lark").read_text(encoding="utf-8")
    assert [name for name in BUILDERS if f"-> {name}\n" not in text and f"\n{name}: " not in text] == []


def test_the_grammar_is_kept_in_the_users_own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time the tables come from the cache; a damaged cache, or none at all, does no harm."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert len(load_grammar(BUILDERS).rows) == len(GRAMMAR.rows)
    (cached,) = (tmp_path / "homing").iterdir()
    assert len(load_grammar(BUILDERS).rows) == len(GRAMMAR.rows)
    cached.write_bytes(cached.read_bytes()[:1000])
    assert len(load_grammar(BUILDERS).rows) == len(GRAMMAR.rows)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "homing" / "grammar.lark.cache"))
    assert len(load_grammar(BUILDERS).rows) == len(GRAMMAR.rows)
