"""Why somebody is where they are: what `homing explain` says, as lines of the screen."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.explaining.answers import Explanation, Line, Verdict
from engine.storage.masks import mask_address
from engine.views.window import Window
from engine.visible import plain_number
from tui.widgets.prose import Prose
from tui.wording import say, told


@dataclass(frozen=True, slots=True)
class Reason:
    """A line. `plain`: a sentence of no rule. `notes`: values that were looked at, what would have to change."""

    text: str
    holds: bool | None = None
    depth: int = 0
    place: str = ""
    notes: tuple[str, ...] = ()
    plain: bool = False

    @property
    def is_heading(self) -> bool:
        """Whether it says of what the following lines are."""
        return not self.place and self.depth == 0


def reasons(found: Explanation, window: Window) -> tuple[Reason, ...]:
    """Journey by journey, those that somebody is in first."""
    order = ("active", "queued", "watched", "outside", "ended")
    journeys = sorted(
        found.journeys, key=lambda one: order.index(one.status) if one.status in order else len(order)
    )
    sentences = [replace(one, plain=True) for one in _lines(found.plainly, window, 0)]
    notes = [Reason(note) for note in found.notes]
    return (*sentences, *notes, *(line for one in journeys for line in _verdict(one, window)))


def _verdict(one: Verdict, window: Window) -> Iterator[Reason]:
    name = " ".join(filter(None, (one.title or one.journey, one.record)))
    yield Reason(say("{journey}: {verdict}", journey=name, verdict=one.verdict))
    yield from _lines(one.because, window, 1)
    for message in one.messages:
        yield Reason(
            say("message {message}: {verdict}", message=message.message, verdict=message.verdict), depth=1
        )
        yield from _lines(message.because, window, 2)
    if one.next is not None:
        yield Reason(say("next: {at}: {then}", at=window.time(one.next), then=one.then), depth=1)


def _lines(lines: Iterable[Line], window: Window, depth: int) -> Iterator[Reason]:
    for line in lines:
        place = "" if line.file is None else f"{line.file}:{line.line}"
        yield Reason(line.text, line.holds, line.depth + depth, place, tuple(_notes(line, window)))


def _notes(line: Line, window: Window) -> Iterator[str]:
    for value in line.values:
        shown = value.value
        if isinstance(shown, str):
            shown = mask_address(shown, value.kind)
        elif isinstance(shown, int | float) and not isinstance(shown, bool):
            shown = plain_number(shown)
        yield f"{value.text} = {_said(shown)}"
    if line.note:
        yield line.note
    if line.until is not None:
        yield say("until {at}", at=window.time(line.until))
    if line.alternative:
        yield say("this or another one would have to change")
    elif line.decides:
        yield say("this would have to change")


def _said(value: object) -> str:
    if value is None:
        return say("not known")
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return str(value)


def told_reasons(lines: Sequence[Reason]) -> Group:
    """All of it: the sentences, then line by line of the rules."""
    sentences = [one for one in lines if one.plain]
    return Group(*_sentences(sentences), Text(), _rules([one for one in lines if not one.plain]))


def _sentences(lines: Iterable[Reason]) -> Iterator[Padding]:
    for line in lines:
        sign = "!" if line.holds is False else "•" if line.depth == 0 else "-"
        one = Table.grid(padding=(0, 1, 0, 0))
        one.add_row(Text(sign, "bold"), Prose(told(line.text), told(line.place)))
        yield Padding(one, (0, 0, 0, 2 * line.depth))


def _rules(lines: Iterable[Reason]) -> Table:
    """Whether a line holds, its words, and beside it what they were held against."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(ratio=3, overflow="fold")
    table.add_column(ratio=2, overflow="fold")
    for place, line in enumerate(lines):
        if line.is_heading:
            if place:
                table.add_row("", "")
            table.add_row(Text(told(line.text), "bold"), "")
            continue
        sign = {True: "✓ ", False: "✗ ", None: "· "}[line.holds]
        words = Text(f"{'  ' * (line.depth - 1)}{sign}{told(line.text)}", "" if line.place else "bold")
        notes = Text("\n".join(told(note) for note in line.notes))
        if line.place:
            words.append(f"  {told(line.place)}", "dim")
        table.add_row(words, notes)
    return table
