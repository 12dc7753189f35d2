"""Which words are keywords where: words of the language are not reserved. Knows states, builds nothing.

Where only a keyword or only a name can stand, that decides. Where both can, what follows does: `count (` is the
function, `count = 3` an attribute of that name.
"""

from collections.abc import Callable, Mapping, Sequence

from dsl.syntax.grammar import Row
from dsl.syntax.tokens import END, NAME, NEWLINE, WORD, Token
from dsl.units import DAYS, UNITS

_TYPES = ("text", "number", "money", "flag", "date", "time", "phone", "email")
_PERIODS = ("day", "week", "month", "year")

CLASSES: Mapping[str, tuple[str, ...]] = {
    "TYPE_WORD": _TYPES,
    "UNIT_WORD": (*UNITS, *(f"{unit}s" for unit in UNITS)),
    "PERIOD_WORD": _PERIODS,
    "DAY_WORD": tuple(day for day in DAYS if day != "every day"),
    "RECEIPT_WORD": ("delivered", "failed"),
}
"""Terminals that stand for any of a few words."""

_CLASSES_OF: dict[str, list[str]] = {}
for _name, _words in CLASSES.items():
    for _word in _words:
        _CLASSES_OF.setdefault(_word, []).append(_name)

_OPERATORS = frozenset({
    "and", "or", "in", "is", "before", "after", "between", "within", "contains", "starts",
    "ever", "since", "where", "at", "for",
})  # fmt: skip
"""Words that follow a value: a word before one of these stands for a value itself."""

_COMPARING = _OPERATORS - {"ever", "since", "where", "at", "for"}
"""Of these, what a comparison can go on with."""

_EXPECTED = "granted"
"""What can stand only where an expectation begins. A name can too, when something is asked of its value."""

_JOINING = frozenset({"and", "or"})
"""No value has these for a name without backticks: what stands there went missing before them."""


def symbol_of(row: Row, tokens: Sequence[Token], index: int) -> str | None:
    """The grammar's symbol for a token where `row` says what can follow; None when a word can stand for none."""
    kind, word = tokens[index][:2]
    if kind == ",":
        return _comma(row, tokens, index + 1)
    if kind != WORD:
        return kind
    text = str(word)
    if text in row:
        if NAME in row and not _KEYWORD_BEFORE[text](tokens, index + 1):
            return NAME
        return text
    for name in _CLASSES_OF.get(text, ()):
        if name in row:
            return name
    never = text in _JOINING and "(" in row
    never = never or (_EXPECTED in row and not _goes_on_as_value(tokens[index + 1]))
    return NAME if NAME in row and not never else None


def _comma(row: Row, tokens: Sequence[Token], index: int) -> str:
    """The comma of a list when one more of its kind follows, or when only the list can take it."""
    for comma, goes_on in COMMAS.items():
        if comma in row and ("," not in row or goes_on(tokens, index)):
            return comma
    return ","


def _goes_on_as_value(token: Token) -> bool:
    return token.kind in ("=", "ORDER", ".", "+", "-", "*", "/") or (
        token.kind == WORD and token.value in _COMPARING
    )


def _always(_tokens: Sequence[Token], _index: int) -> bool:
    return True


def _before(*kinds: str) -> Callable[[Sequence[Token], int], bool]:
    return lambda tokens, index: tokens[index].kind in kinds


def _before_word(*words: str) -> Callable[[Sequence[Token], int], bool]:
    return lambda tokens, index: tokens[index].kind == WORD and tokens[index].value in words


def _before_name(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    return token.kind == NAME or (token.kind == WORD and token.value not in _OPERATORS)


def _before_any_name(tokens: Sequence[Token], index: int) -> bool:
    return tokens[index].kind in (NAME, WORD)


def _in(tokens: Sequence[Token], index: int) -> bool:
    if _before_word("journey", "stage")(tokens, index):
        return _before_name(tokens, index + 1)
    return tokens[index].kind == "INT"


def _not_as_value(tokens: Sequence[Token], index: int) -> bool:
    """Not before what only follows a value."""
    kind, word = tokens[index][:2]
    return kind not in ("=", "ORDER", ".", "+", "*", "/", ")") and not (
        kind == WORD and word in _OPERATORS - {"in"}
    )


def _window(tokens: Sequence[Token], index: int) -> bool:
    kind, word = tokens[index][:2]
    return kind == "CLOCK" or (kind == WORD and (word == "every" or word in CLASSES["DAY_WORD"]))


def _last_of_its_line(tokens: Sequence[Token], index: int) -> bool:
    """A name and nothing behind it: lines that begin with a keyword go on."""
    return _before_any_name(tokens, index) and tokens[index + 1].kind in (",", "}", NEWLINE, END)


COMMAS: Mapping[str, Callable[[Sequence[Token], int], bool]] = {
    "_WINDOW_COMMA": _window,
    "_NAME_COMMA": _last_of_its_line,
}
"""Commas within lists: whether the tokens behind one go on with the list."""

_KEYWORD_BEFORE: Mapping[str, Callable[[Sequence[Token], int], bool]] = {
    **dict.fromkeys(("count", "sum", "avg", "min", "max", "last", "first", "next"), _before("(")),
    **dict.fromkeys(("ended", "no"), _before_name),
    **dict.fromkeys(("now", "today", "true", "false"), lambda tokens, index: tokens[index].kind != "."),
    "days": _before_word("since", "until"),
    "tagged": _before("STRING"),
    "choose": _before("{"),
    "in": _in,
    "not": _not_as_value,
    "otherwise": _before(":", "->"),
    "end": _before_any_name,
    "journey": _before_any_name,
    **dict.fromkeys(("at", "granted", "nothing", "sent", "state", "task", "waiting"), _always),
}
"""Where a keyword and a name can both stand: whether the tokens from there on make it the keyword."""
