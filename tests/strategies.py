"""Hypothesis strategies for whole files as the parser may make them: every node, nothing well-typed."""

import re
from datetime import date
from typing import Literal

from hypothesis import strategies as st

from dsl.source import NOWHERE
from dsl.tree import statements as tree
from dsl.tree.expressions import Node, Number
from tests.strategies_expressions import (
    dates,
    decimals,
    durations,
    expressions,
    names,
    one_line,
    shares,
    strings,
    titles,
    windows,
)
from tests.strategies_journeys import (
    COUNTS,
    PERIODS,
    journey_declarations,
    listed,
    scenario_declarations,
    types,
)


def files() -> st.SearchStrategy[tree.File]:
    """Files of a few statements of any kind."""
    statements = st.one_of(declarations(), journey_declarations(), scenario_declarations())
    return st.builds(tree.File, st.just(NOWHERE.source), listed(statements, most=4))


def declarations() -> st.SearchStrategy[Node]:
    """Any statement but journeys and scenarios."""
    fields = listed(st.builds(tree.Field, names(), types(), titles()), most=4)
    return st.one_of(
        st.builds(tree.CustomerDecl, fields),
        st.builds(tree.EventDecl, names(), titles(), fields),
        st.builds(tree.RecordDecl, names(), titles(), fields),
        st.builds(tree.AudienceDecl, names(), titles(), expressions()),
        st.builds(tree.ValueDecl, names(), titles(), expressions()),
        st.builds(tree.MessageDecl, names(), titles(), listed(_variants())),
        st.builds(tree.PolicyDecl, names(), titles(), listed(_policy_lines(), most=5)),
        st.builds(tree.CalendarDecl, listed(_calendar_lines())),
        st.builds(tree.BenefitDecl, names(), titles(), listed(_benefit_lines())),
    )


def _variants() -> st.SearchStrategy[Node]:
    subject = st.none() | strings()
    written = st.builds(tree.Variant, names(), subject, body=strings())
    return written | st.builds(tree.Variant, names(), subject, file=one_line())


def _policy_lines() -> st.SearchStrategy[Node]:
    days = st.lists(windows(), min_size=1, max_size=1).map(lambda one: one[0].days)
    condition = st.none() | expressions()
    return st.one_of(
        st.builds(tree.SendOn, windows()),
        st.builds(tree.NeverOn, days),
        st.builds(tree.AtMost, COUNTS, PERIODS | durations() | st.just("record"), condition),
        st.builds(tree.Apart, durations()),
        st.builds(tree.Extra, COUNTS),
        st.builds(tree.Silent, durations()),
        st.builds(tree.RequireConsent),
        st.builds(tree.GiveUp, durations()),
        st.builds(tree.Forbid, listed(one_line(), 1)),
        st.builds(tree.RequireText, listed(one_line(), 1)),
        st.builds(tree.ReviewBy, names(), condition),
        st.builds(tree.Sample, COUNTS),
        st.builds(tree.Pilot, COUNTS, shares()),
        st.builds(tree.StopAt, shares()),
        st.builds(tree.CountWith, listed(names(), 1)),
    )


def _calendar_lines() -> st.SearchStrategy[Node]:
    kinds = st.sampled_from(["keyday", "closed", "workday"])
    return st.builds(tree.HolidaysOf, names()) | st.builds(_day_range, kinds, titles(), dates(), dates())


def _day_range(
    kind: Literal["keyday", "closed", "workday"], title: str | None, one: date, other: date
) -> Node:
    return tree.DayRange(kind, title, min(one, other), max(one, other))


def _benefit_lines() -> st.SearchStrategy[Node]:
    words = st.sampled_from(["worth", "cost", "minimum"])
    pieces = st.decimals(0, 100_000, places=0).map(Number)
    return st.one_of(
        st.builds(tree.BenefitLine, words, st.builds(Number, decimals())),
        st.builds(tree.BenefitLine, st.just("stock"), pieces),
        st.builds(tree.QuotaLine, COUNTS, PERIODS | durations()),
        st.builds(tree.ApproveLine, names()),
        st.builds(tree.ValidLine, durations()),
    )


@st.composite
def disturbed(draw: st.DrawFn, text: str) -> str:
    """The text with comments, empty lines and other indentation, outside of strings over lines."""
    lines: list[str] = []
    inside = False
    for number, line in enumerate(text.splitlines()):
        if inside:
            lines.append(line)
        else:
            lines += [between.format(number) for between in draw(_BETWEEN)]
            lines.append(" " * draw(st.integers(0, 3)) + line.lstrip())
        inside ^= _ESCAPE.sub("", line).count('"""') % 2 == 1
        if not inside and draw(st.booleans()):
            lines[-1] += f" # end {number}"
    return "\n".join(lines)


_ESCAPE = re.compile(r"\\.")
_BETWEEN = st.lists(st.sampled_from(["", "# own {}", "    # own, indented {}"]), max_size=2)
