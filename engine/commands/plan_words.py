"""What `plan` says of the rules themselves and of those under way."""

from collections.abc import Iterator

import click

from dsl.wording import Phrase
from engine.planning.difference import KINDS, Change, Difference, Written
from engine.planning.planning import Planned
from engine.projects.fates import WORDS
from engine.terminal import print_table, print_text
from engine.wording import say, say_as, say_number

MOST_LINES = 8
"""Lines shown of a rule; `--json` has them all."""

_CHANGES: dict[Change, Phrase] = {
    "added": say_as("rule", "added"),
    "removed": say_as("rule", "removed"),
    "changed": say_as("rule", "changed"),
    "renamed": say_as("rule", "renamed"),
    "affected": say_as("rule", "affected"),
}


def tell_changes(found: Planned) -> None:
    """The differences, in words."""
    for line in changes(found):
        print_text(line)


def changes(found: Planned) -> Iterator[str]:
    """The differences, in words, line by line."""
    if found.release is None:
        yield say("no rules are in force yet")
    elif not found.differences:
        yield say("nothing changes from release {number}", number=found.release)
    else:
        yield _headline(found, found.release)
    for item in found.differences:
        yield from _told(item)
    if found.days.refused is not None:
        yield say("these rules cannot be applied: {why}", why=found.days.refused)


def _headline(found: Planned, release: int) -> Phrase:
    breaking = sum(item.breaking for item in found.differences)
    return say_number(
        "{n:,} difference from release {release}, {breaking:,} breaking",
        "{n:,} differences from release {release}, {breaking:,} breaking",
        n=len(found.differences),
        release=release,
        breaking=breaking,
    )


def _told(item: Difference) -> Iterator[str]:
    what = say("{change}: {thing}", change=_CHANGES[item.change], thing=_thing(item))
    place = item.new or item.old
    if place is None:
        yield say("{what}, through what it names", what=what)
        return
    yield say("{what} ({file}:{line})", what=what, file=place.file, line=place.line)
    if item.change != "renamed":
        yield from _lines("-", item.old)
        yield from _lines("+", item.new)
    if item.why is not None:
        yield say("  breaking: {why}", why=item.why)


def _thing(item: Difference) -> Phrase:
    kind = KINDS[item.kind]
    if item.to is not None:
        return say("{kind} {old}, now {new}", kind=kind, old=item.name, new=item.to)
    if item.kind == "calendar_line":
        return kind  # there is one calendar
    return say("{kind} {name}", kind=kind, name=item.name)


def _lines(mark: str, place: Written | None) -> Iterator[str]:
    if place is None:
        return
    lines = place.text.split("\n")
    yield from (f"  {mark} {line}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield say("  {mark} … {count:,} more lines", mark=mark, count=len(lines) - MOST_LINES)


def tell_fates(found: Planned, *, each: bool = False) -> None:
    """What becomes of those under way, and the moves that would help; of those who stay state by state if `each`."""
    if not found.fates:
        return
    click.echo()
    rows = fates(found, each=each)
    if rows:
        print_table(FATES, rows)
    for line in remaining(found, each=each):
        print_text(line)


FATES = (say("journey"), say("state"), say("customers"), say("they"), "")
"""The columns of `fates`."""


def fates(found: Planned, *, each: bool = False) -> list[tuple[object, ...]]:
    """What becomes of those under way, state by state; of those who stay only if `each`."""
    told = [fate for fate in found.fates if each or fate.kind != "stays"]
    return [(fate.journey, fate.state, fate.count, WORDS[fate.kind], fate.target) for fate in told]


def remaining(found: Planned, *, each: bool = False) -> Iterator[Phrase]:
    """How many stay as they are, and the moves that would help those who would be stranded."""
    staying = 0 if each else sum(fate.count for fate in found.fates if fate.kind == "stays")
    if staying:
        yield _staying(staying, everybody=not fates(found))
    if found.stranded:
        yield say_number(
            "{n:,} customer would be stranded; say where they go: {moves}",
            "{n:,} customers would be stranded; say where they go: {moves}",
            n=found.stranded,
            moves=" ".join(move.option for move in found.helpful.values()),
        )


def _staying(count: int, *, everybody: bool) -> Phrase:
    """Those whose state says what it said."""
    if everybody:
        return say_number(
            "the one who is under way stays and goes on as before",
            "all {n:,} who are under way stay and go on as before",
            n=count,
        )
    return say_number(
        "{n:,} other stays and goes on as before", "{n:,} others stay and go on as before", n=count
    )
