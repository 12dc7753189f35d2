"""What scenarios have tried of a rule set: states and ways by the trail they leave, conditions by who watched.

A way out that a stage or a journey gives to all its states is one way, as it is written once.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from dsl.model.model import Model
from engine.scenarios.items import KINDS, Item, Owner, What, items
from engine.scenarios.stage import Stage
from engine.storage.schema import rule, visit


@dataclass(frozen=True, slots=True)
class Trail:
    """The states entered; the rule lines that led somewhere, by file, line and text; the conditions asked, and met."""

    states: frozenset[str] = frozenset()
    ways: frozenset[tuple[str, int, str]] = frozenset()
    asked: frozenset[Item] = frozenset()
    held: frozenset[Item] = frozenset()

    def __or__(self, other: "Trail") -> "Trail":
        return Trail(
            self.states | other.states,
            self.ways | other.ways,
            self.asked | other.asked,
            self.held | other.held,
        )


def trail_of(stage: Stage) -> Trail:
    """What the scenario that has just been played left behind."""
    symbols = stage.plan.world.symbols
    with stage.store.read() as connection:
        entered = connection.scalars(sa.select(visit.c.state).where(visit.c.state.is_not(None)).distinct())
        states = frozenset(symbols.name(number) for number in entered)
        led = rule.c.rule.in_(sa.select(visit.c.rule).distinct())
        rows = connection.execute(sa.select(rule.c.file, rule.c.line, rule.c.text).where(led))
        ways = frozenset((row.file, row.line, row.text) for row in rows)
    witness = stage.witness
    return (
        Trail(states, ways, frozenset(witness.asked), frozenset(witness.held))
        if witness
        else Trail(states, ways)
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """Everything there is to try, in the order of the files; what nobody has tried, and what was asked in vain."""

    items: Sequence[Item]
    missed: frozenset[Item]
    in_vain: frozenset[Item]

    def counts(self, owner: Owner | None = None) -> dict[What, tuple[int, int]]:
        """How many there are of each kind and how many of them were tried, of one journey or policy or of all."""
        mine = [item for item in self.items if owner in {None, item.owner}]
        total = Counter(item.what for item in mine)
        tried = Counter(item.what for item in mine if item not in self.missed)
        return {what: (tried[what], total[what]) for what in KINDS}

    @property
    def owners(self) -> list[Owner]:
        """The journeys, then the policies that ask something, both in the order of their files."""
        mine = (item.owner for item in self.items if item.what == "state" or item.owner.kind == "policy")
        return sorted(dict.fromkeys(mine), key=lambda owner: owner.kind)


def coverage_of(model: Model, trail: Trail) -> Coverage:
    """What a trail has tried of a rule set."""
    found = dict.fromkeys(items(model))
    missed = frozenset(item for item in found if not _was_tried(item, trail))
    in_order = sorted(found, key=lambda item: (item.file, item.line))
    return Coverage(tuple(in_order), missed, missed & trail.asked)


def _was_tried(item: Item, trail: Trail) -> bool:
    match item.what:
        case "state":
            return f"{item.owner.name}/{item.name}" in trail.states
        case "condition":
            return item in trail.held
        case _:
            return (item.file, item.line, item.name) in trail.ways
