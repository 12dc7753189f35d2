"""How the loop looks on Today: a line for each journey and stage, with bars over the days and what came of the week."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from textual.content import Content

from engine.views.flows import MONTH
from engine.views.loop import Course, Reach
from tui.widgets.bars import padded, width_of
from tui.widgets.sparks import spark
from tui.wording import say, say_number, told

_NUMBER = 9
"""Cells that a number takes."""

_WIDE = 100
"""From that width on, each of the days has a bar of its own."""

_NARROW = 14
"""Bars where there is less room."""


_CAME = 8
"""Cells that the new ones take."""


class _Line(NamedTuple):
    title: str
    reach: Reach
    week: str
    whole: bool


def told_of_loop(courses: Sequence[Course], width: int) -> Content:
    """The lines, in so many cells. Journeys with nobody in them for a week are only named."""
    lively = [course for course in courses if _is_lively(course)]
    quiet = [told(course.whole.title) for course in courses if not _is_lively(course)]
    lines = [line for course in lively for line in _lines(course)]
    room = max((width_of(line.title) for line in lines), default=0)
    room = max(room, width_of(told(_TITLE)))
    shown = [_heading(room, width), *(_told(line, room, width) for line in lines)]
    if quiet:
        names = " · ".join(quiet)
        shown.append(Content(told(say("nobody in {journeys}", journeys=names))))
    return Content("\n").join(shown)


def _is_lively(course: Course) -> bool:
    return bool(course.whole.number or course.whole.came or course.ended)


def _lines(course: Course) -> Iterator[_Line]:
    yield _Line(told(course.whole.title), course.whole, " · ".join(_of_week(course)), whole=True)
    for stage in course.stages:
        sources = " · ".join(f"{told(name)} {number:,}" for name, number in stage.sources.items())
        week = told(say("from {sources}", sources=sources)) if sources else ""
        yield _Line(f"  {told(stage.title)}", stage, week, whole=False)


def _of_week(course: Course) -> Iterator[str]:
    """Who reached the goal, who ended how."""
    if course.reached:
        yield told(say_number("{n:,} reached the goal", "{n:,} reached the goal", n=course.reached))
    for outcome, number in course.ended.items():
        yield f"■ {told(outcome)} {number:,}"


_TITLE = say("Customers under way")


def _heading(room: int, width: int) -> Content:
    bars = MONTH if width >= _WIDE else _NARROW
    columns = (
        padded(told(_TITLE), room),
        _right(told(say("now")), _NUMBER),
        f" {padded(told(say('30 days')), bars)}",
        _right(told(say("new")), _CAME),
        f" {told(say('of the last 7 days'))}",
    )
    return Content.styled(padded(" ".join(columns), width).rstrip(), "bold $primary")


def _told(line: _Line, room: int, width: int) -> Content:
    bars = spark(line.reach.days, None if width >= _WIDE else _NARROW)
    came = _right(f"+{line.reach.came:,}" if line.reach.came else "", _CAME)
    before = room + _NUMBER + width_of(bars) + _CAME + 6
    return Content.assemble(
        (padded(line.title, room), "bold" if line.whole else ""),
        f" {line.reach.number:>{_NUMBER},}  ",
        (bars, "$primary"),
        f" {came}  {padded(line.week, max(0, width - before))}".rstrip(),
    )


def _right(text: str, cells: int) -> str:
    return " " * (cells - width_of(text)) + text
