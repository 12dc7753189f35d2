"""What `plan` says of the days: under the release in force and under the new rules, side by side."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click

from dsl.model.model import Benefit
from dsl.wording import Phrase
from engine.calendars.zone import Zone, date_of
from engine.planning.as_json import MOST
from engine.planning.assumptions import assumptions
from engine.planning.counting import Counts, Example, Left
from engine.planning.forecast import Days
from engine.planning.planning import Planned
from engine.planning.replay import Contrast, Side
from engine.reasons import read_back
from engine.terminal import cell, print_table, print_text
from engine.views.benefits import period_said
from engine.wording import say, say_as

Key = tuple[Any, ...]
Figures = dict[Key, tuple[float, ...]]
"""Figures by what they are of."""

Measure = Callable[[Counts], Iterable[tuple[Key, tuple[float, ...]]]]
"""Takes the rows of one side: what a figure is of, and the figures; those of equal keys add up."""


def tell_days(found: Planned, zone: Zone, *, each: bool = False) -> None:
    """All tables of a forecast or a replay, each with a heading; those without rows are left out.

    With `each`, of every message an example.
    """
    click.echo()
    for line in opening(found, zone):
        print_text(line)
    for table in tables(found.days):
        click.echo()
        print_text(table.title)
        print_table(table.columns, table.rows, headed=table.headed)
    if each:
        _tell_examples(examples(found.days), zone)
    if found.contrast is not None and not found.same and _is_lived(found.days):
        _tell_contrast(found.contrast, zone)


def opening(found: Planned, zone: Zone) -> Iterator[Phrase]:
    """Which days these are, and what is taken for granted."""
    days = found.days
    yield _heading(found, zone)
    for item in assumptions(found):
        yield say("- {assumption}", assumption=item)
    if _is_lived(days):
        yield say("runs: {turns:,}", turns=days.turns)
    if days.old is not None and days.new is not None and days.old is not days.new:
        yield say("where two figures stand, the first is of the rules in force, the second of the new ones")


def _is_lived(days: Days) -> bool:
    return days.old is not None or days.new is not None


@dataclass(frozen=True, slots=True)
class Table:
    """What the days bring of one kind, ready to be shown. `headed`: see `print_table`."""

    title: Phrase
    columns: tuple[Phrase, ...]
    rows: list[tuple[object, ...]]
    headed: int


def tables(days: Days) -> Iterator[Table]:
    """All tables that have rows."""
    sides = [side for side in (days.old, days.new) if side is not None]
    if days.old is days.new:
        sides = sides[:1]
    for one in _MEASURED:
        made = _filled(one, [_summed(one.measure(side)) for side in sides])
        if made.rows:
            yield made


def examples(days: Days) -> tuple[Example, ...]:
    """Of each message that the rules would send the first one."""
    side = days.new or days.old
    return () if side is None else side.examples


def _heading(found: Planned, zone: Zone) -> Phrase:
    period = found.days.period
    ends = {"first": zone.iso(period.after), "last": zone.iso(period.until)}
    if found.replayed:
        return say("replay from {first} to {last}", **ends)
    return say("forecast from {first} to {last}", **ends)


_SIDES: dict[Side, Phrase] = {"old": say_as("release", "old"), "new": say_as("release", "new")}


@dataclass(frozen=True, slots=True)
class _Measured:
    """`of`: the columns that say what a row is of; `figures`: one column each."""

    title: Phrase
    of: tuple[Phrase, ...]
    figures: tuple[Phrase, ...]
    measure: Measure


def _filled(table: _Measured, measured: list[Figures]) -> Table:
    keys = sorted({key for one in measured for key in one}, key=lambda key: [str(part or "") for part in key])
    shown = [n for n in range(len(table.figures)) if any(one[key][n] for one in measured for key in one)]
    nothing = (0,) * len(table.figures)
    rows = [(*key, *(_beside([one.get(key, nothing)[n] for one in measured]) for n in shown)) for key in keys]
    columns = (*table.of, *(table.figures[n] for n in shown))
    return Table(table.title, columns, rows, len(table.of) - 1)


def _beside(figures: Sequence[float]) -> str:
    """The figures of both sides; one where they agree."""
    return " → ".join(map(cell, dict.fromkeys(figures)))


def _summed(rows: Iterable[tuple[Key, tuple[float, ...]]]) -> Figures:
    found: Figures = {}
    for key, figures in rows:
        before = found.get(key, (0,) * len(figures))
        found[key] = tuple(one + other for one, other in zip(before, figures, strict=True))
    return found


def _by_day(counts: Counts) -> Iterable[tuple[Key, tuple[float, ...]]]:
    for sent in counts.sent:
        yield (_day(sent.day),), (sent.number, float(sent.cost), 0, 0)
    for opened in counts.tasks:
        yield (_day(opened.day),), (0, 0.0, opened.number, 0)
    for entered in counts.entered:
        yield (_day(entered.day),), (0, 0.0, 0, entered.number)


def _day(day: int) -> str:
    return date_of(day).isoformat()


def _messages(counts: Counts) -> Iterable[tuple[Key, tuple[float, ...]]]:
    for row in counts.sent:
        key = (row.journey, row.state, row.message, row.channel)
        yield key, (row.number, row.segments, float(row.cost))


def _journeys(counts: Counts) -> Iterable[tuple[Key, tuple[float, ...]]]:
    for entered in counts.entered:
        yield (entered.journey, None), (entered.number, 0)
    for ended in counts.ended:
        yield (ended.journey, ended.outcome), (0, ended.number)


def _tasks(counts: Counts) -> Iterable[tuple[Key, tuple[float, ...]]]:
    return (((row.role, row.task), (row.number,)) for row in counts.tasks)


def _left(rows: Iterable[Left]) -> Iterable[tuple[Key, tuple[float, ...]]]:
    return (((row.by, read_back(row.because or "")), (row.number,)) for row in rows)


def _grants(counts: Counts) -> Iterable[tuple[Key, tuple[float, ...]]]:
    for row in counts.grants:
        yield (row.benefit, _quota(counts.benefits[row.benefit])), (row.number,)


def _quota(benefit: Benefit) -> Phrase | None:
    if benefit.quota is not None:
        return say("{count:,} per {period}", count=benefit.quota[0], period=period_said(benefit.quota[1]))
    return None if benefit.stock is None else say("{count:,} in all", count=benefit.stock)


_CUSTOMERS = say("customers")
_MESSAGES = say_as("count", "messages")

_MEASURED = (
    _Measured(
        say("by day"),
        (say("day"),),
        (_MESSAGES, say("cost"), say("tasks"), say("entered")),
        _by_day,
    ),
    _Measured(
        say("messages"),
        (say("journey"), say("state"), say("message"), say("channel")),
        (_MESSAGES, say("segments"), say("cost")),
        _messages,
    ),
    _Measured(say("journeys"), (say("journey"), say("outcome")), (say("entered"), say("ended")), _journeys),
    _Measured(say("tasks"), (say("role"), say("task")), (say("tasks"),), _tasks),
    _Measured(
        say("waiting at the end"),
        (say("policy"), say("because")),
        (_MESSAGES,),
        lambda counts: _left(counts.waiting),
    ),
    _Measured(
        say("held at the end"), (say("role"), say("because")), (_MESSAGES,), lambda counts: _left(counts.held)
    ),
    _Measured(
        say("dropped"), (say("policy"), say("because")), (_MESSAGES,), lambda counts: _left(counts.dropped)
    ),
    _Measured(say("benefits"), (say("benefit"), say("quota")), (_CUSTOMERS,), _grants),
)


def contrast_line(contrast: Contrast) -> Phrase:
    """How many messages only one of the two rule sets would have sent."""
    sides = Counter(item.side for item in contrast.only)
    return say(
        "messages that only the old rules would have sent: {old:,}; only the new ones: {new:,}; both: {both:,}, "
        "{elsewhen:,} of them on other days",
        old=sides["old"],
        new=sides["new"],
        both=contrast.both,
        elsewhen=contrast.elsewhen,
    )


def contrast_table(contrast: Contrast, zone: Zone) -> Table:
    """Those messages one by one, the first of them."""
    rows: list[tuple[object, ...]] = [
        (item.customer, _SIDES[item.side], zone.iso(item.at), item.journey, item.state, item.message)
        for item in contrast.only[:MOST]
    ]
    columns = (say("customer"), say("only"), say("at"), say("journey"), say("state"), say("message"))
    return Table(say("of these"), columns, rows, 1)


def _tell_contrast(contrast: Contrast, zone: Zone) -> None:
    """The messages that only one side would have sent."""
    click.echo()
    print_text(contrast_line(contrast))
    told = contrast_table(contrast, zone)
    if told.rows:
        print_table(told.columns, told.rows)
    if len(contrast.only) > MOST:
        print_text(say("… and {count:,} more", count=len(contrast.only) - MOST))


def _tell_examples(examples: Iterable[Example], zone: Zone) -> None:
    """Of each message the first one, as it would read."""
    shown = [(one.message, one.customer, zone.iso(one.at), one.channel, one.text) for one in examples]
    if shown:
        click.echo()
        print_text(say("for example"))
        print_table((say("message"), say("customer"), say("at"), say("channel"), say("text")), shown)
