"""A customer beside a task or a decision: what happened to them, the latest first, and what is known of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from engine.storage.masks import mask_address
from engine.views.titles import Titles
from tui.widgets.bars import clipped
from tui.widgets.facts import Fact, fact_table
from tui.widgets.parts import heading
from tui.widgets.prose import Prose
from tui.wording import say, told

STORY = 100
"""So many of the latest things that happened are shown."""

ADDRESSES = ("phone", "email")
"""The types of attributes that stand elsewhere, where they can be shown in full."""


WIDTHS = [(0, "-tiny"), (70, "-narrow"), (140, "-wide")]
"""How rooms with a list and somebody beside it are laid out: below each other, side by side, in three columns."""


class Dossier(Vertical):
    """`put` shows somebody."""

    def __init__(self) -> None:
        super().__init__(id="person")

    def compose(self) -> ComposeResult:
        """The story, and the facts."""
        yield heading(say("What happened"), "happened")
        yield Static(id="story")
        yield heading(say("What is known"), "known")
        yield Static(id="attributes")

    def put(self, person: Mapping[str, Any], kinds: Mapping[str, str], now: str, titles: Titles) -> None:
        """Somebody as `homing customer` has them. `kinds`: of which type attributes are; `now`: on the wall."""
        self.query_one("#story", Static).update(story_of(person["timeline"], now, STORY))
        self.query_one("#attributes", Static).update(_attributes(person, kinds, titles))


def whom(name: str, identity: str | None, about: str) -> Content:
    """The head of a card: who it is, and what about. `identity`: their id; None where they go by nothing else.

    Neither pushes off the screen what it is the head of: names are told in full among what is known.
    """
    about = clipped(told(about), _ABOUT)
    also = "" if identity is None else f"  {told(identity)}"
    return Content.assemble((told(name), "bold"), also, (f"  {about}", "$primary"))


_ABOUT = 60  # cells


def story_of(timeline: Sequence[Mapping[str, Any]], now: str, most: int) -> Table:
    """What happened and why, the latest first; with the year where it is another than now."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for alike in _together(reversed(timeline[-most:])):
        one, number = alike[0], len(alike)
        what = told(one["what"], lines=True)
        if number > 1:
            what = told(say("{what}, {n:,} times since {time}", what=what, n=number, time=alike[-1]["at"]))
        at = str(one["at"])
        when = told(at[5:] if at[:4] == now[:4] else at[:10])
        table.add_row(Text(when, "bold"), Prose(what, told(one["because"])))
    return table


def _together(story: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """What happened several times in a row without anything else between, such as logins, at once."""
    for _, alike in groupby(story, key=lambda one: (one["what"], one["because"])):
        yield tuple(alike)


def known_of(name: str, value: object, kind: str, titles: Titles) -> Fact:
    """An attribute and its value, as people read them; an address is masked."""
    shown = mask_address(value, kind) if isinstance(value, str) else value
    return titles.attribute(name), titles.value(name, shown)


def _attributes(person: Mapping[str, Any], kinds: Mapping[str, str], titles: Titles) -> Table:
    lines = [
        known_of(name, value, kinds[name], titles)
        for name, value in person["attributes"].items()
        if kinds[name] not in ADDRESSES
    ]
    lines += [
        (titles.of("journey", one["journey"]), titles.state(one["journey"], one["state"]))
        for one in person["journeys"]
        if not one["ended"]
    ]
    return fact_table([*lines, (say("tags"), ", ".join(person["tags"]))])
