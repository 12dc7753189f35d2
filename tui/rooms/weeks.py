"""How the week looks on Today: a few lines where there is little room, else tables with a line for each person."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.content import Content

from dsl.wording import Phrase
from engine.views.brought import Brought, Period
from tui.widgets.bars import padded, width_of
from tui.wording import UNKNOWN, say, say_number, told

_MOST = 4
"""Outcomes and people that a line tells, the most frequent first."""


class Figure(NamedTuple):
    """A number of the week, and of the one before."""

    name: str
    now: str
    before: str
    change: str = ""


def in_lines(found: Period, actor: str, width: int) -> Content:
    """In so many cells, the numbers of the week before in brackets; one's own work before that of all."""
    lines: list[tuple[Phrase, Sequence[str]]] = [
        (say("Messages"), [_bracketed(one) for one in _messages(found)]),
        (say("Customers"), [_bracketed(one) for one in (*_customers(found), *_benefits(found))]),
    ]
    if actor in found.people:
        lines.append((say("You"), list(_own(found, actor))))
    lines.append((say("All tasks"), [*_work(found), *_busiest(found)]))
    room = max(width_of(told(name)) for name, _ in lines) + 2
    shown = [_heading(say("This week: the last 7 days, the 7 days before in brackets"))]
    for name, parts in lines:
        shown += _folded(padded(told(name), room), parts, width)
    return Content("\n").join(shown)


def as_tables(found: Period) -> Group:
    """Every number with its change, and who did what."""
    figures = Table.grid(padding=(0, 3, 0, 0))
    figures.add_column()
    for _ in range(3):
        figures.add_column(justify="right")
    figures.add_row(*_heads(say("This week"), say("last 7 days"), say("7 days before"), say("change")))
    for one in (*_messages(found), *_customers(found), *_endings(found), *_benefits(found), *_tasks(found)):
        figures.add_row(*map(Text, one))
    return Group(figures, Text(""), _people(found)) if found.people else Group(figures)


def _people(found: Period) -> Table:
    table = Table.grid(padding=(0, 3, 0, 0))
    for right in (False, True, True, True, False):
        table.add_column(justify="right" if right else "left", no_wrap=not right)
    heads = (say("Tasks done by"), say("last 7 days"), say("7 days before"), say("overdue"))
    table.add_row(*_heads(*heads, say("what came of them")))
    for name in found.people:
        did = _counted(found, name, _done_by(name))
        outcomes = " · ".join(_outcomes(found.now.people.get(name, {})))
        cells = (did.name, did.now, did.before, _number(found.overdue.get(name, 0)), outcomes)
        table.add_row(*map(Text, cells))
    return table


def _heads(*names: Phrase) -> Iterator[Text]:
    return (Text(told(name), "bold") for name in names)


def _heading(said: Phrase) -> Content:
    return Content.styled(told(said), "bold $primary")


def _folded(name: str, parts: Sequence[str], width: int) -> Iterator[Content]:
    """A name with parts after it, and the rest of them below the first."""
    line = ""
    for part in parts:
        longer = f"{line}  {part}" if line else part
        if line and width_of(name) + width_of(longer) > width:
            yield _line(name, line)
            name, longer = " " * width_of(name), part
        line = longer
    yield _line(name, line)


def _line(name: str, text: str) -> Content:
    return Content.assemble((name, "bold"), text)


def _messages(found: Period) -> Iterator[Figure]:
    yield _counted(found, say("sent"), lambda of: of.sent)
    yield Figure(told(say("delivered")), _share(found.now), _share(found.before))
    yield _counted(found, say("replies"), lambda of: of.replies)
    yield _counted(found, say("opt-outs"), lambda of: of.optouts)


def _customers(found: Period) -> Iterator[Figure]:
    yield _counted(found, say("entered"), lambda of: of.entered)
    yield _counted(found, say("goals reached"), lambda of: of.reached)


def _endings(found: Period) -> Iterator[Figure]:
    for title in found.now.ended:
        yield _counted(found, f"■ {told(title)}", _ended_as(title))


def _benefits(found: Period) -> Iterator[Figure]:
    if found.now.granted is not None:
        yield _counted(found, say("benefits"), lambda of: of.granted)
        yield _counted(found, say("redeemed"), lambda of: of.redeemed)


def _tasks(found: Period) -> Iterator[Figure]:
    yield _counted(found, say("tasks done"), lambda of: of.done)
    for title in found.now.outcomes:
        yield _counted(found, f"  {told(title)}", _done_as(title))
    yield Figure(told(say("overdue now")), _number(sum(found.overdue.values())), "")


def _own(found: Period, who: str) -> Iterator[str]:
    yield _bracketed(_counted(found, say("done"), _done_by(who)))
    yield from _outcomes(found.now.people.get(who, {}))
    yield from _late(found.overdue.get(who, 0))


def _work(found: Period) -> Iterator[str]:
    yield _bracketed(_counted(found, say("done"), lambda of: of.done))
    yield from _late(sum(found.overdue.values()))


def _late(number: int) -> Iterator[str]:
    if number:
        yield told(say_number("! {n:,} overdue", "! {n:,} overdue", n=number))


def _busiest(found: Period) -> Iterator[str]:
    """Who did most. All of them stand in the table."""
    did = [(name, found.now.done_by(name)) for name in found.people]
    return (f"{told(name)} {number:,}" for name, number in did[:_MOST] if number)


def _outcomes(mine: Mapping[str, int]) -> Iterator[str]:
    return (f"{told(title)} {number:,}" for title, number in list(mine.items())[:_MOST])


def _done_by(who: str) -> Callable[[Brought], int]:
    return lambda of: of.done_by(who)


def _done_as(title: str) -> Callable[[Brought], int]:
    return lambda of: of.outcomes.get(title, 0)


def _ended_as(title: str) -> Callable[[Brought], int]:
    return lambda of: of.ended.get(title, 0)


def _counted(found: Period, name: Phrase | str, number: Callable[[Brought], int | None]) -> Figure:
    now, before = number(found.now), None if found.before is None else number(found.before)
    change = f"{now / before - 1:+.0%}" if now is not None and before else ""
    return Figure(told(name), _number(now), _number(before), change)


def _bracketed(one: Figure) -> str:
    return told(say("{name} {now} ({before})", name=one.name, now=one.now, before=one.before))


def _number(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"


def _share(brought: Brought | None) -> str:
    return UNKNOWN if brought is None or brought.arrived is None else f"{brought.arrived:.1%}"
