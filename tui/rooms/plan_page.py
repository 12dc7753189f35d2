"""What a plan says, as the command says it: for the page beside the list, and in short before rules are applied."""

from collections.abc import Iterable, Iterator

from textual.content import Content

from dsl.wording import Phrase
from engine.calendars.zone import Zone
from engine.commands.plan_tables import opening, tables
from engine.commands.plan_words import FATES, changes, fates, remaining
from engine.planning.as_json import totals
from engine.planning.aside import Drawn
from engine.planning.counting import Counts
from engine.planning.planning import Planned
from engine.terminal import cell
from tui.widgets.sheet import folds
from tui.widgets.tables import table
from tui.wording import say, told

_HANGING = 2
"""Cells by which a sentence that goes on stands further right."""


def page_of(found: Planned, zone: Zone, width: int) -> Content:
    """All of it, in lines of that width at most where they are tables."""
    return Content("\n").join(_lines(found, zone, width))


def _lines(found: Planned, zone: Zone, width: int) -> Iterator[Content]:
    headline, *rest = changes(found)
    yield Content.styled(told(headline), "bold $primary")
    yield from _folded(rest, width)
    moving = fates(found)
    if found.fates:
        yield Content("")
        yield Content.styled(told(say("Those under way")), "bold $primary")
        yield from table(FATES, moving, width) if moving else ()
        yield from _folded(remaining(found), width)
    yield Content("")
    heading, *taken = opening(found, zone)
    yield Content.styled(told(heading), "bold $primary")
    yield from _folded(taken, width)
    for one in tables(found.days):
        yield Content("")
        yield Content.styled(told(one.title), "bold underline")
        yield from table(one.columns, one.rows, width, one.headed)


def _folded(lines: Iterable[str], width: int) -> Iterator[Content]:
    """Sentences in as many lines as they need."""
    for line in map(told, lines):
        places = folds(line, width, _HANGING)
        yield from (Content(" " * (_HANGING if start else 0) + line[start:end]) for start, end in places)


def in_short(drawn: Drawn, width: int) -> str:
    """What one must know before one applies it: differences, those under way, and what the days bring in all."""
    found = drawn.planned
    lines = [told(next(changes(found)))]
    lines += [line.plain for line in table(FATES, fates(found), width)] if fates(found) else []
    lines += [told(line) for line in remaining(found)]
    lines += [told(say("These moves are made."))] if found.stranded else []
    lines += ["", told(say("In the next days, as things are now and as they would be:"))]
    lines += [f"  {told(name)}: {figures}" for name, figures in _totals(found)]
    return "\n".join(lines)


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
    sides: list[Counts] = [side for side in (found.days.old, found.days.new) if side is not None]
    summed = [totals(side) for side in sides]
    for name, said in _TOTALS.items():
        if any(side[name] for side in summed):
            yield said, " → ".join(dict.fromkeys(cell(side[name]) for side in summed))
