"""What scenarios have tried of a rule set: which states were entered, and which ways taken, by the trail they leave.

A way out that a stage or a journey gives to all its states is one way, as it is written once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import sqlalchemy as sa

from dsl.model.journeys import Journey, TaskDone
from dsl.model.model import Model
from dsl.source import Span
from engine.plans.plan import in_a_line
from engine.scenarios.stage import Stage
from engine.storage.schema import rule, visit

What = Literal["state", "transition", "outcome"]
"""What there is to try; an outcome is a way out by a finished task."""

KINDS: tuple[What, ...] = ("state", "transition", "outcome")


class Item(NamedTuple):
    """Something in a rule file that a scenario may try: the name of a state, or what a way says."""

    what: What
    journey: str
    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Trail:
    """The states entered and the rule lines that led somewhere, by file, line and text."""

    states: frozenset[str] = frozenset()
    ways: frozenset[tuple[str, int, str]] = frozenset()

    def __or__(self, other: "Trail") -> "Trail":
        return Trail(self.states | other.states, self.ways | other.ways)


def trail_of(stage: Stage) -> Trail:
    """What the scenario that has just been played left behind."""
    symbols = stage.plan.world.symbols
    with stage.store.read() as connection:
        entered = connection.scalars(sa.select(visit.c.state).where(visit.c.state.is_not(None)).distinct())
        states = frozenset(symbols.name(number) for number in entered)
        led = rule.c.rule.in_(sa.select(visit.c.rule).distinct())
        rows = connection.execute(sa.select(rule.c.file, rule.c.line, rule.c.text).where(led))
        return Trail(states, frozenset((row.file, row.line, row.text) for row in rows))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Everything there is to try, and what nobody has tried, in the order of the files."""

    items: Sequence[Item]
    missed: frozenset[Item]

    def counts(self, journey: str | None = None) -> dict[What, tuple[int, int]]:
        """How many there are of each kind and how many of them were tried, in one journey or in all."""
        mine = [item for item in self.items if journey in {None, item.journey}]
        total = Counter(item.what for item in mine)
        tried = Counter(item.what for item in mine if item not in self.missed)
        return {what: (tried[what], total[what]) for what in KINDS}

    @property
    def journeys(self) -> list[str]:
        """The journeys, in order."""
        return list(dict.fromkeys(item.journey for item in self.items))


def coverage_of(model: Model, trail: Trail) -> Coverage:
    """What a trail has tried of a rule set."""
    items = [item for journey in model.journeys.values() for item in _items(journey)]
    items.sort(key=lambda item: (item.file, item.line))
    missed = (item for item in items if not _was_tried(item, trail))
    return Coverage(tuple(items), frozenset(missed))


def _was_tried(item: Item, trail: Trail) -> bool:
    if item.what == "state":
        return f"{item.journey}/{item.name}" in trail.states
    return (item.file, item.line, item.name) in trail.ways


def _items(journey: Journey) -> Iterable[Item]:
    found: dict[Item, None] = {}
    for state in journey.states:
        found[_item("state", journey, state.name, state.span)] = None
        for transition in state.transitions:
            what: What = "outcome" if isinstance(transition, TaskDone) else "transition"
            found[_item(what, journey, in_a_line(transition.span), transition.span)] = None
    return found


def _item(what: What, journey: Journey, name: str, span: Span) -> Item:
    return Item(what, journey.name, name, span.source.name, span.line)
