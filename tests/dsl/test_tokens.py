"""Words and literals: what text is taken apart into, before any grammar."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from dsl.source import Source
from dsl.syntax.tokens import Token, tokenise
from dsl.tree.expressions import Text
from dsl.units import Clock


def _tokens(text: str) -> tuple[Token, ...]:
    taken = tokenise(Source("a.rules", text))
    assert not taken.problems, [problem.message for problem in taken.problems]
    return taken.tokens[:-1]


def _value(text: str) -> object:
    (token,) = _tokens(text)
    assert (token.start, token.end) == (0, len(text))
    return token.value


LITERALS = {
    "12": 12,
    "1_000": 1000,
    "3.5": Decimal("3.5"),
    "30%": Decimal(30),
    "98.5％": Decimal("98.5"),
    "2026-10-01": date(2026, 10, 1),
    "2028-02-29": date(2028, 2, 29),
    "2026-10-01 09:30": datetime.fromisoformat("2026-10-01T09:30"),
    "2026-10-01\u300009：30": datetime.fromisoformat("2026-10-01T09:30"),
    "09:30": Clock(570),
    "24:00": Clock(1440),
    "客单价_2": "客单价_2",
    "_a": "_a",
    "`state`": "state",
    "`客单价`": "客单价",
}


@pytest.mark.parametrize("text", LITERALS)
def test_literals_and_names(text: str) -> None:
    """Numbers, percentages, dates, times and names by their values; each covers exactly its characters."""
    assert _value(text) == LITERALS[text]


def test_names_are_nfc() -> None:
    """However an accent was typed, the name is the same."""
    assert _value("cafe\u0301") == "caf\u00e9"
    assert _value("か\u3099") == "が"


STRINGS = {
    '""': "",
    '"好"': "好",
    '"a \\"b\\" \\\\ \\n c"': 'a "b" \\ \n c',
    "“问候”": "问候",
    "“问候“": "问候",
    '“问候"': "问候",
    "”问候”": "问候",
    '"他说“好”，（）"': "他说“好”，（）",
    '"# {{ name }}"': "# {{ name }}",
    '"""一行"""': "一行",
    '"""\n  a\n    b\n\n  c\n"""': "a\n  b\n\nc",
    '"""\n  a\n  """': "a",
    '"""\n\ta\n\tb\n"""': "a\nb",
    '"""a\n   b\n   """': "a\nb",
    '"""\n  　　缩进\n  """': "　　缩进",
    '"""\n  他说"好"\\n\\"""\n  """': '他说"好"\n"""',
    "“““\n  好\n”””": "好",
    '"""\n"""': "",
}


@pytest.mark.parametrize("text", STRINGS)
def test_strings(text: str) -> None:
    """Escapes, full-width quotes, and texts over lines without the indentation that their lines share."""
    value = _value(text)
    assert isinstance(value, Text)
    assert value.value == STRINGS[text]
    assert value.block == (text[:3] in ('"""', "“““"))
    assert value.span.text == text


def test_strings_end_at_the_first_quote_that_closes_them() -> None:
    """Two texts beside each other stay two."""
    first, second = (token.value for token in _tokens('"a" "b"'))
    assert (first, second) == (Text("a"), Text("b"))


def test_operators_by_their_half_width_form() -> None:
    """Operators of two characters are one token, in either width."""
    found = [
        token.value for token in _tokens("-> >= <= != < > = + - * / ＞＝ ＜＝ ！＝ ＝ -＞ （ ） ｛ ｝ ， ：")
    ]
    assert " ".join(map(str, found)) == "-> >= <= != < > = + - * / >= <= != = -> ( ) { } , :"


def test_lines_that_follow_each_other_end_once() -> None:
    """Blank lines and comments between statements are one line end."""
    kinds = [token.kind for token in _tokens("a\n\n # c\n\nb")]
    assert kinds == ["WORD", "_NEWLINE", "WORD"]
