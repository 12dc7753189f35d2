"""Usual slips: what is said of a mistake when the line around it shows what was meant. Knows lines, no grammar.

A slip is a pattern over one line in which `▸` marks the mistake. The tables are by what the lines are about.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from re import Match, Pattern
from re import compile as pattern

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from dsl.wording import Phrase, phrase, say

MARK = "▸"
_FAR = 300  # characters of a line on either side that are looked at


@dataclass(frozen=True, slots=True)
class Slip:
    """What to say where a line looks so. The groups of the pattern are the values of what is said.

    A group `here` moves the finding there. `message`: instead of what was said to be expected. `whole`: nothing else
    is said about this line.
    """

    looks: Pattern[str]
    hint: Phrase
    message: Phrase | None = None
    whole: bool = False


def slip(looks: str, hint: Phrase, message: Phrase | None = None, *, whole: bool = False) -> Slip:
    """A slip by the text of its pattern."""
    return Slip(pattern(looks), hint, message, whole)


def retold(problems: Iterable[Diagnostic], slips: tuple[Slip, ...]) -> Iterator[Diagnostic]:
    """The problems of one text, those that are usual slips in words of their own."""
    problems = tuple(problems)
    found = {problem: _slip(problem, slips) for problem in problems}
    told = {problem.span.line: problem for problem, it in found.items() if it is not None and it[0].whole}
    for problem, it in found.items():
        if told.get(problem.span.line, problem) is problem:
            yield problem if it is None else _said(problem, *it)


def _slip(problem: Diagnostic, slips: tuple[Slip, ...]) -> tuple[Slip, Match[str]] | None:
    source, start = problem.span.source, problem.span.start
    first = _line_start(source, start)
    last = source.text.find("\n", start, start + _FAR)
    line = f"{source.text[first:start]}{MARK}{source.text[start : last if last >= 0 else start + _FAR]}"
    for one in slips:
        match = one.looks.search(line)
        if match is not None:
            return one, match
    return None


def _line_start(source: Source, place: int) -> int:
    """Where the line of a place begins; not further back than a line is looked at."""
    return max(source.text.rfind("\n", 0, place) + 1, place - _FAR)


def _said(problem: Diagnostic, one: Slip, match: Match[str]) -> Diagnostic:
    values = match.groupdict()
    span = _moved(problem.span, match) if "here" in values else problem.span
    message = problem.message if one.message is None else _filled(one.message, values)
    return replace(problem, span=span, message=message, hint=_filled(one.hint, values))


def _moved(span: Span, match: Match[str]) -> Span:
    """The place of the group `here`; the mark itself takes no room."""
    line = _line_start(span.source, span.start)
    mark = match.string.index(MARK)
    start, end = (line + at - (at > mark) for at in match.span("here"))
    return Span(span.source, start, end)


def _filled(told: Phrase, values: dict[str, str | None]) -> Phrase:
    given = {name: value.replace(MARK, "").strip() for name, value in values.items() if value is not None}
    given.pop("here", None)
    return phrase(told.pattern, given)


ARROW = say("Where it leads to stands behind an arrow: `-> {target}`.")
"""Said of several slips."""
