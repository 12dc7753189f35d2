"""What a plan says: who moves, what the days bring, of each message an example; and in short, before applying."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from textual.content import Content

from dsl.wording import Phrase
from engine.calendars.zone import Zone, date_of
from engine.commands.plan_tables import contrast_line, contrast_table, examples, opening, tables
from engine.commands.plan_words import FATES, changes, fates, remaining
from engine.planning.as_json import totals
from engine.planning.aside import Drawn
from engine.planning.counting import Counts
from engine.planning.forecast import Days
from engine.planning.planning import Planned
from engine.terminal import cell
from tui.widgets.plot import Bar, plotted
from tui.widgets.sheet import folds
from tui.widgets.tables import table
from tui.wording import say, told

_HANGING = 2
"""Cells by which a sentence that goes on stands further right."""

_BY_DAY, _WEEK = 45, 7
"""Up to so many days each has a line, else each week."""

_heading = partial(Content.styled, style="bold $primary")


def page_of(found: Planned, zone: Zone, width: int) -> Content:
    """All of it, in lines of that width at most where they are tables."""
    return Content("\n").join(_lines(found, zone, width))


def _lines(found: Planned, zone: Zone, width: int) -> Iterator[Content]:
    headline, *rest = changes(found)
    yield _heading(told(headline))
    yield from _under_way(found, width)
    period, *taken = opening(found, zone)
    yield Content("")
    yield _heading(told(period))
    yield from _folded(
        (say("{what}: {figures}", what=name, figures=figures) for name, figures in _totals(found)), width
    )
    yield from _days(found.days, width)
    yield from _contrasted(found, zone, width)
    for one in tables(found.days):
        yield Content("")
        yield Content.styled(told(one.title), "bold underline")
        yield from table(one.columns, one.rows, width, one.headed)
    yield from _examples(found.days, zone, width)
    yield Content("")
    yield Content.styled(told(say("What these figures take for granted")), "bold underline")
    yield from _folded(taken, width)
    if rest:
        yield Content("")
        yield Content.styled(told(say("What the files say differently")), "bold underline")
        yield from _folded(rest, width)


def _under_way(found: Planned, width: int) -> Iterator[Content]:
    """Who moves, who stays, who has no state any more."""
    moving = fates(found)
    if not found.fates:
        return
    yield Content("")
    yield _heading(told(say("Those under way")))
    yield from table(FATES, moving, width, headed=1) if moving else ()
    yield from _folded(remaining(found), width)
    if found.stranded:
        yield Content.styled(
            told(say("`m` chooses where they go; until then these moves are supposed.")), "bold"
        )


def _folded(lines: Iterable[str], width: int) -> Iterator[Content]:
    """Sentences in as many lines as they need."""
    for line in map(told, lines):
        places = folds(line, width, _HANGING)
        yield from (Content(" " * (_HANGING if start else 0) + line[start:end]) for start, end in places)


def _days(days: Days, width: int) -> Iterator[Content]:
    """Messages by day and channel."""
    sides = [_by_day(side) for side in _sides(days)]
    channels = sorted({channel for side in sides for _, channel in side})
    if not channels:
        return
    first, last = (
        min(day for side in sides for day, _ in side),
        max(day for side in sides for day, _ in side),
    )
    step = 1 if last - first < _BY_DAY else _WEEK
    rows = [
        (_said(day, step), [_bar(sides, range(day, day + step), channel) for channel in channels])
        for day in range(first, last + 1, step)
    ]
    yield Content("")
    yield Content.styled(
        told(say("messages by day") if step == 1 else say("messages by week")), "bold underline"
    )
    titles, *lines = plotted([told(channel) for channel in channels], rows, width)
    yield _heading(titles)
    yield from map(Content, lines)


def _sides(days: Days) -> list[Counts]:
    """Those in force and the new ones; one where they are the same."""
    both = [side for side in (days.old, days.new) if side is not None]
    return both[:1] if days.old is days.new else both


def _by_day(side: Counts) -> Mapping[tuple[int, str], int]:
    found: defaultdict[tuple[int, str], int] = defaultdict(int)
    for row in side.sent:
        found[row.day, row.channel] += row.number
    return found


def _said(day: int, step: int) -> str:
    """A day, with its place in the week: that is by what people know it."""
    date = date_of(day)
    return f"{date:%m-%d} {told(_WEEKDAYS[date.weekday()])}" if step == 1 else f"{date:%m-%d} –"


_WEEKDAYS = (say("Mon"), say("Tue"), say("Wed"), say("Thu"), say("Fri"), say("Sat"), say("Sun"))


def _bar(sides: Iterable[Mapping[tuple[int, str], int]], days: range, channel: str) -> Bar:
    """The last side's number as a bar; where sides differ, both are said."""
    numbers = [sum(side.get((day, channel), 0) for day in days) for side in sides]
    return Bar(numbers[-1], " → ".join(dict.fromkeys(f"{number:,}" for number in numbers)))


def _contrasted(found: Planned, zone: Zone, width: int) -> Iterator[Content]:
    """Of a replay: the customers to whom only one side would have written."""
    if found.contrast is None or found.same:
        return
    only = contrast_table(found.contrast, zone)
    yield Content("")
    yield from _folded([contrast_line(found.contrast)], width)
    if only.rows:
        yield from table(only.columns, only.rows, width, only.headed)


def _examples(days: Days, zone: Zone, width: int) -> Iterator[Content]:
    """Of each message the first one: to whom, when, and how it reads."""
    shown = examples(days)
    if shown:
        yield Content("")
        yield Content.styled(told(say("Of each message the first, as it would read")), "bold underline")
    for one in shown:
        place = f"{told(one.journey)}.{told(one.state)} · {told(one.message)}"
        at = zone.on_the_wall(one.at)
        who = say("to {customer} by {channel}, {at}", customer=one.customer, channel=one.channel, at=at)
        yield Content.styled(place, "bold")
        yield from _folded([f"  {told(who)}", f"  {told(one.text)}"], width)


def in_short(drawn: Drawn, width: int) -> str:
    """What one must know before one applies it: differences, those under way, and what the days bring in all."""
    found = drawn.planned
    lines = [told(next(changes(found)))]
    lines += [line.plain for line in table(FATES, fates(found), width)] if fates(found) else []
    lines += [told(line) for line in remaining(found)]
    lines += [told(say("These moves are made."))] if found.stranded else []
    figures = list(_totals(found))
    if figures:
        lines += ["", told(_PASSED if found.replayed else _COMING)]
        lines += [
            f"  {told(say('{what}: {figures}', what=name, figures=number))}" for name, number in figures
        ]
    return "\n".join(lines)


_COMING = say("In the next days, as things are now and as they would be:")
_PASSED = say("In the days that have passed, under the rules in force and under these:")

_TOTALS: dict[str, Phrase] = {
    "sent": say("messages"),
    "cost": say("cost"),
    "tasks": say("tasks"),
    "grants": say("benefits"),
    "entered": say("customers who come in"),
    "ended": say("customers whose journey ends"),
    "held": say("messages held at the end"),
    "dropped": say("messages dropped"),
}


def _totals(found: Planned) -> Iterator[tuple[Phrase, str]]:
    summed = [totals(side) for side in (found.days.old, found.days.new) if side is not None]
    for name, said in _TOTALS.items():
        if any(side[name] for side in summed):
            yield said, " → ".join(dict.fromkeys(cell(side[name]) for side in summed))
