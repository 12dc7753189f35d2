"""Whatever a file holds: it is read to its end, nothing is raised, and what was right in it is kept."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsl.render import as_json, render
from dsl.source import Source
from dsl.syntax.lines import join_lines
from dsl.syntax.parse import begin, parse
from dsl.syntax.recovery import recover
from dsl.syntax.tokens import tokenise
from dsl.tree.statements import File, Statement, ValueDecl

CASES = [
    path.read_text(encoding="utf-8")
    for folder in ("fmt", "syntax")
    for path in sorted((Path(__file__).parent / "cases" / folder).glob("*.rules"))
]
SIGNS = '{}(),:="\n \\`#->.%；｝“”。、[]$é0123456789abc\t\r\0\u202e\u200b'


def _read(text: str) -> tuple[tuple[Statement, ...], int]:
    file, problems = parse(Source("a.rules", text))
    rendered = render(problems)
    assert all(sign.isprintable() or sign == "\n" for sign in rendered)
    assert len(as_json(problems)) == len(problems)
    for problem in problems:
        assert problem.slug == "syntax"
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
    return file.statements, len(problems)


@settings(max_examples=200)
@given(st.text())
@example('message a { sms: "a \\\tb" }\n')
def test_any_text(text: str) -> None:
    """Any characters at all."""
    _read(text)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(" ".join(CASES).split()), max_size=60), st.sampled_from(" \n"))
def test_any_words(words: list[str], between: str) -> None:
    """Words of rule files in any order."""
    _read(between.join(words))


@st.composite
def _disturbed(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(CASES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        piece = text[start:end]
        replaced = draw(st.sampled_from(["", piece * 2, piece[::-1], draw(st.sampled_from(SIGNS))]))
        text = text[:start] + replaced + text[end:]
    return text


@settings(max_examples=300)
@given(_disturbed())
def test_disturbed_files(text: str) -> None:
    """Rule files in which pieces are missing, doubled, turned round or replaced."""
    _read(text)


def test_what_closes_nothing_is_given_up() -> None:
    """Also where nobody has made braces pair: the text has an end, and what stands behind is read."""
    source = Source("a.rules", "value a = 1\n}\nvalue b = 2\n")
    progress = begin(source, join_lines(source, tokenise(source).tokens).tokens)
    steps = 0
    while not progress.finished:
        steps += 1
        if not progress.step():
            recover(progress)
    assert steps < 20
    assert isinstance(progress.machine.result, File)
    assert [str(one.name) for one in progress.machine.result.statements] == ["b"]


BLOCKS = (
    "value b = {deep}\nvalue c = 1\n",
    "journey a {{\n  state b {{\n    when {deep} -> c\n  }}\n}}\nvalue c = 1\n",
    "journey a {{ stage s {{ state b {{ when {deep} -> c }} }} }}\nvalue c = 1\n",
    "value v = choose {{ {deep}: 1, otherwise: 2 }}\nvalue c = 1\n",
)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("levels", range(105, 125))
def test_as_deep_as_it_goes(block: str, levels: int) -> None:
    """Around the most that may stand inside each other: it is read or reported, once, and what follows is kept."""
    statements, problems = _read(block.format(deep="not " * levels + "(1 = 1)"))
    assert problems <= 1
    assert statements[-1].__class__ is ValueDecl


RULES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "cases" / "fmt").glob("contract_*.rules"))
)
PLAIN = [
    number
    for number, line in enumerate(RULES.split("\n"))
    if len(line.split()) > 1 and not set(line) & set('"“”{}｛｝()（）#【】')
]


@settings(max_examples=300)
@given(st.sampled_from(PLAIN), st.data())
def test_a_mistake_in_a_line_stays_in_its_line(number: int, data: st.DataObject) -> None:
    """A word left out or misspelt is reported once, on its line, and every other statement is read as before."""
    lines = RULES.split("\n")
    words = lines[number].split(" ")
    place = data.draw(st.sampled_from([index for index, word in enumerate(words) if word]))
    words[place : place + 1] = data.draw(st.sampled_from([[], ["zzz"], ["zzz", words[place]], ["3"]]))
    lines[number] = " ".join(words)
    if lines[number].rstrip().endswith((",", "，")):
        return
    file, problems = parse(Source("a.rules", "\n".join(lines)))
    assert {problem.span.line for problem in problems} <= {number + 1}
    assert len(problems) <= 1
    other = [
        statement for statement in ORIGINAL if not statement.span.line <= number + 1 <= _last_line(statement)
    ]
    assert [statement for statement in other if statement not in file.statements] == []


ORIGINAL = parse(Source("a.rules", RULES))[0].statements


def _last_line(statement: Statement) -> int:
    return statement.span.source.place(statement.span.end)[0]


HUGE = {
    "open braces": "{" * 1_000_000,
    "closing braces": "}\n" * 500_000,
    "parentheses": "value a = " + "(" * 1_000_000,
    "quotes": '"' * 1_000_000,
    "backslashes": '"' + "\\" * 1_000_000,
    "spaces": " " * 1_000_000,
    "one word": "a" * 1_000_000,
    "digits": "1" * 1_000_000,
    "stray characters": "@\n" * 500_000,
    "negations": "audience a = " + "not " * 250_000 + "b",
    "sums": "value a = " + "1+" * 100_000 + "1",
    "headers": "journey a {\n" * 80_000,
    "misspelt": "journey a { sned b }\n" * 40_000,
}


@pytest.mark.parametrize("kind", HUGE)
def test_files_made_to_hurt(kind: str) -> None:
    """A megabyte of anything is read in seconds, with at most two hundred reports."""
    _, problems = _read(HUGE[kind])
    assert problems <= 200


def test_a_file_of_more_than_a_megabyte_is_refused() -> None:
    """The most that a rule file may hold is 1 MiB."""
    text = "# " + "x" * 1024 * 1024
    file, (problem,) = parse(Source("a.rules", text))
    assert not file.statements
    assert problem.message == "This file is larger than 1 MiB, the most that a rule file may hold."


def test_mistakes_past_two_hundred_are_only_announced() -> None:
    """Nobody reads more than that."""
    _, problems = parse(Source("a.rules", "wrong 1\n" * 1000))
    assert len(problems) == 200
    assert problems[-1].message == "There are more mistakes after this one; mend these first."
