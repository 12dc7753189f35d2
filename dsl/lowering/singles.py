"""Lines that may stand once in a block: the one there is, and a report of a second one."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from dsl.report import Report
from dsl.source import Span
from dsl.tree.expressions import Node
from dsl.wording import say

_Line = TypeVar("_Line", bound=Node)


def one(lines: Iterable[object], kind: type[_Line]) -> _Line | None:
    """The first line of a kind, or None."""
    return next((line for line in lines if isinstance(line, kind)), None)


def each(lines: Iterable[object], kind: type[_Line]) -> tuple[_Line, ...]:
    """Every line of a kind, as written."""
    return tuple(line for line in lines if isinstance(line, kind))


def report_repeats(lines: Iterable[_Line], word: Callable[[_Line], str | None], report: Report) -> None:
    """Report lines whose `word` an earlier line had; None: may stand as often as one likes."""
    first: dict[str, Span] = {}
    for line in lines:
        key = word(line)
        if key is None:
            continue
        if key in first:
            message = say("There is already a line `{word}` here.", word=key)
            report.twice(line.span, first[key], message, say("Keep one of the two."))
        first.setdefault(key, line.span)
