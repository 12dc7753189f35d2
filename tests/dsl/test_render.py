"""How diagnostics look to people and to programs."""

import pytest

from dsl.diagnostics import Diagnostic
from dsl.render import as_json, render, visible
from dsl.source import NOWHERE, Source, Span
from dsl.wording import say


def _at(text: str, piece: str, *, hint: str = "", also: tuple[Span, ...] = ()) -> Diagnostic:
    start = text.index(piece)
    span = Span(Source("rules/a.rules", text), start, start + len(piece))
    return Diagnostic("unknown-name", "error", span, "There is no state `x`.", hint, also)


def test_a_diagnostic_shows_its_place() -> None:
    """File, line and column, severity and slug; the line with carets; the hint; further places."""
    text = "journey a {\n  on visit -> x\n}\n"
    first = Span(Source("rules/b.rules", "a\nb"), 2, 3)
    assert render([_at(text, "x", hint="Did you mean `y`?", also=(first,))]) == (
        "rules/a.rules:2:15: error[unknown-name]: There is no state `x`.\n"
        "      on visit -> x\n"
        "                  ^\n"
        "    hint: Did you mean `y`?\n"
        "    also: rules/b.rules:2:1\n"
    )


CARETS = {
    "wide characters take two columns": (
        "流失 = 客单价 > 3",
        "客单价",
        "    流失 = 客单价 > 3",
        "           ^^^^^^",
    ),
    "tabs are spaces up to the next stop": ("\ta\tbc", "bc", "        a   bc", "            ^^"),
    "tabs after wide characters": ("流\tbc", "bc", "    流  bc", "        ^^"),
    "marks on letters take none": ("cafe\u0301 x", "x", "    cafe\u0301 x", "         ^"),
    "full-width punctuation": ("（a，b", "b", "    （a，b", "         ^"),
    "more than one line": ("a = (b\n + c)", "(b\n + c)", "    a = (b", "        ^^"),
}


@pytest.mark.parametrize("case", CARETS)
def test_carets_stand_under_what_they_mean(case: str) -> None:
    """Whatever the width of the characters before."""
    text, piece, line, carets = CARETS[case]
    assert render([_at(text, piece)]).split("\n")[1:3] == [line, carets]


def test_a_place_at_the_end_has_a_caret_too() -> None:
    """What is missing is pointed at where it should stand."""
    source = Source("a.rules", "value a =\n")
    problem = Diagnostic("syntax", "error", Span(source, 9, 9), "Expected a value.")
    assert render([problem]) == (
        "a.rules:1:10: error[syntax]: Expected a value.\n    value a =\n             ^\n"
    )


def test_long_lines_are_cut_around_the_place() -> None:
    """Of a line too long for any screen the surroundings are shown."""
    text = "a" * 5000 + " b " + "c" * 5000
    _, line, carets, *_ = render([_at(text, "b")]).split("\n")
    assert line.startswith("    …aaa")
    assert line.endswith("ccc…")
    assert line[carets.index("^")] == "b"
    assert len(line) < 250


_LONG = "很长的文案，" * 60

WHOLE = {
    "tabs between wide characters": (
        "journey 召回 {\n\t状态 一\t{ send 问候 via 短信 }\n}\n",
        "短信",
        (
            "rules/a.rules:2:21: error[unknown-name]: There is no state `x`.\n"
            "        状态 一 { send 问候 via 短信 }\n"
            "                                ^^^^\n"
        ),
    ),
    "over lines: the first of them": (
        "state 甲 {\n  split {\n    50% -> a\n  }\n}\n",
        "split {\n    50% -> a\n  }",
        "rules/a.rules:2:3: error[unknown-name]: There is no state `x`.\n      split {\n      ^^^^^^^\n",
    ),
    "a word far to the right in a long line": (
        f'message m {{ sms: "{_LONG}清仓{_LONG}" }}\n',
        "清仓",
        (
            "rules/a.rules:1:379: error[unknown-name]: There is no state `x`.\n"
            f"    …{'很长的文案，' * 5}清仓{'很长的文案，' * 8}…\n"
            f"    {' ' * 61}^^^^\n"
        ),
    ),
    "more than fits": (
        f'message m {{ sms: "{_LONG}" }}\n',
        _LONG,
        (
            "rules/a.rules:1:19: error[unknown-name]: There is no state `x`.\n"
            f'    message m {{ sms: "{"很长的文案，" * 11}很长的文案…\n'
            f"    {' ' * 18}{'^' * 142}\n"
        ),
    ),
    "joined signs, narrow and wide forms, blanks as wide as a sign": (
        "é👨\u200d👩 ｱ！\u3000客",
        "客",
        (
            "rules/a.rules:1:9: error[unknown-name]: There is no state `x`.\n"
            "    é👨<U+200D>👩 ｱ！ 客\n"
            "                      ^^\n"
        ),
    ),
}


@pytest.mark.parametrize("case", WHOLE)
def test_whole_outputs(case: str) -> None:
    """The line is cut where no screen is wide enough, and the carets stand under what is meant."""
    text, piece, said = WHOLE[case]
    assert render([_at(text, piece)]) == said


def test_further_places() -> None:
    """Each on a line of its own after the hint, in the language that is spoken."""
    source = Source("规则/乙.rules", "甲 = 1\n乙 = 2\n")
    also = (Span(source, 0, 1), Span(source, 6, 7))
    item = Diagnostic(
        "duplicate-name", "warning", Span(source, 10, 11), say("Keep one."), say("Keep one."), also
    )
    assert render([item], "zh") == (
        "规则/乙.rules:2:5: 警告[duplicate-name]: 留一个。\n"
        "    乙 = 2\n"
        "         ^\n"
        "    提示：留一个。\n"
        "    另见：规则/乙.rules:1:1\n"
        "    另见：规则/乙.rules:2:1\n"
    )


def test_nothing_in_a_rule_file_steers_the_terminal() -> None:
    """Escapes, control characters, marks of direction and lone surrogates are shown as signs."""
    text = 'tag "\x1b[31m\x07\u202eab\u200b\x7f\udc80"'
    shown = render([_at(text, "tag")])
    assert '    tag "␛[31m␇<U+202E>ab<U+200B>␡<U+DC80>"\n' in shown
    assert visible("a\x1b\u3000b\u00a0\n") == "a␛ b ␊"


def test_what_lies_nowhere_has_no_place() -> None:
    """Findings about a rule set as a whole, and about files of which nothing could be read."""
    whole = Diagnostic("unused", "warning", NOWHERE, "Nothing uses it.")
    file = Diagnostic("syntax", "error", Span(Source("a.rules", ""), 0, 0), "It cannot be read.")
    assert render([whole, file]) == (
        "warning[unused]: Nothing uses it.\na.rules: error[syntax]: It cannot be read.\n"
    )
    assert render([]) == ""


def test_diagnostics_for_programs() -> None:
    """Lines and columns count from 1, in characters; the end is the place after the last character."""
    text = "a\n  客户 = (b\n + c)"
    assert as_json([_at(text, "客户 = (b\n + c)", hint="h")]) == [
        {
            "slug": "unknown-name",
            "severity": "error",
            "file": "rules/a.rules",
            "line": 2,
            "column": 3,
            "end_line": 3,
            "end_column": 6,
            "message": "There is no state `x`.",
            "hint": "h",
        }
    ]
