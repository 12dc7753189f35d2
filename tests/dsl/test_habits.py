"""Words that people bring along: what is suggested for them is of the language."""

from dsl.syntax.build import BUILDERS
from dsl.syntax.expected import words_for
from dsl.syntax.grammar import load_grammar
from dsl.syntax.habits import _SAID, meant_by, number_of


def test_what_is_suggested_can_be_written() -> None:
    """Every suggestion is a keyword or a sign of the grammar."""
    symbols = {symbol for row in load_grammar(BUILDERS).rows.values() for symbol in row}
    known = {*words_for(symbols), *symbols, "<", ">"}
    assert {written for written in _SAID if written not in known} == set()


def test_a_word_is_taken_for_what_can_stand_there() -> None:
    """Itself first, in whatever case; then the first of its meanings that is possible; else nothing."""
    assert meant_by("AND", {"and", ","}) == "and"
    assert meant_by("or", {"->", ","}) == ","
    assert meant_by("IF", {"where", "when"}) == "when"
    assert meant_by("天", {"day"}) == "day"
    assert meant_by("天", {"days", "day"}) == "days"
    assert meant_by("if", {"send"}) is None
    assert (number_of("Three"), number_of("十"), number_of("forty")) == (3, 10, None)
