"""Which reports there are, and rows of them as a table: flat, with shares as percentages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsl.wording import Phrase
from engine.errors import UnknownNameError, UsageError
from engine.reports.batches import batches
from engine.reports.benefits import benefits
from engine.reports.funnel import funnel
from engine.reports.journeys import journeys, tests
from engine.reports.returns import returns
from engine.reports.study import Row, Study
from engine.reports.summary import people, summary
from engine.wording import all_of, near_or, say


@dataclass(frozen=True, slots=True)
class Report:
    """`grouped`: whether customers can be told apart in it."""

    rows: Callable[[Study], Iterator[Row]]
    about: Phrase
    grouped: bool


REPORTS: Mapping[str, Report] = {
    "summary": Report(
        summary, say("what the period brought, beside as many days before, as Today tells it"), grouped=False
    ),
    "people": Report(
        people, say("who finished how many tasks, with which outcome, and who is late"), grouped=False
    ),
    "batches": Report(batches, say("each message and day of sending, and what came of it"), grouped=True),
    "funnel": Report(
        funnel, say("who came in, was reached, responded, tried, was won, was kept"), grouped=True
    ),
    "journeys": Report(
        journeys, say("who came in, how they ended, the goal beside the held out"), grouped=False
    ),
    "returns": Report(
        returns, say("what journeys cost, what was spent beside those held out, the return"), grouped=False
    ),
    "benefits": Report(
        benefits, say("how many were given and used, what that was worth and cost"), grouped=True
    ),
    "tests": Report(
        tests, say("the goal in each arm of holdouts and splits, with its interval"), grouped=False
    ),
}


def report(study: Study, name: str) -> list[Row]:
    """The rows of a report. UnknownNameError when there is none of that name, UsageError when it cannot be split up."""
    found = REPORTS.get(name)
    if found is None:
        raise UnknownNameError(
            say("there is no report {name!r}", name=name),
            near_or(name, REPORTS, say("there are: {names}", names=all_of(REPORTS))),
        )
    if study.by is not None and not found.grouped:
        names = [other for other, one in REPORTS.items() if one.grouped]
        raise UsageError(say("`--by` goes with: {names}", names=all_of(names)))
    return list(found.rows(study))


def table(rows: Sequence[Row], unknown: str = "") -> tuple[list[str], list[list[str]]]:
    """Headings and cells. What is nested has a column for each of its parts, or stands in one where parts differ.

    `unknown` stands where something is asked of which nothing is known.
    """
    flat = [dict(_flat(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    return names, [[_cell(name, row[name], unknown) if name in row else "" for name in names] for row in flat]


def _flat(row: Row) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name == "rates":
            yield from value.items()
        elif isinstance(value, Mapping):
            yield name, ", ".join(f"{key} {number}" for key, number in value.items())
        else:
            yield name, value


_SIGNED = frozenset({"difference", "relative", "roi", "roi_at_least", "roi_at_most"})
_PLAIN = frozenset({"low", "high"})
"""Shares by other names: differences, which have a sign, and the ends of intervals."""

_COUNTS = frozenset({"number", "before"})
"""Whole numbers, or shares where they are not."""


_WORDS = frozenset({"of", "relative"})
"""What is missing of these is not unknown: there is none."""


def _cell(name: str, value: Any, unknown: str) -> str:
    if value is None:
        return "" if name in _WORDS else unknown
    if name in _SIGNED:
        return f"{value:+.2%}"
    if (
        name in _PLAIN
        or (name in _COUNTS and isinstance(value, float))
        or "/" in name
        or name.endswith("rate")
    ):
        return f"{value:.2%}"
    return str(value)
