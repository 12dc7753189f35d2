"""Which leaves of conditions a run asks, and which of them hold: asked of the same people at the same instant.

Listens to the statements of a run. Before those that pick who moves or enters, look for goals, act, and tell the gate
what it must know, it asks the leaves of the same conditions over the same rows. Those statements are in
`engine.scenarios.questions`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Journey
from engine.conditions.world import World
from engine.explaining.leaves import Part, read
from engine.permits.facts import Sender
from engine.plans.plan import Key, Plan
from engine.plans.statement import Values
from engine.plans.ways import state_number
from engine.scenarios import questions
from engine.scenarios.items import (
    Item,
    Owner,
    asked_by,
    asked_by_policy,
    asked_for_goal,
    asked_for_rank,
    asked_on_entry,
    asked_to_do,
    leaf_item,
)

Parts = Sequence[Part]


@dataclass(slots=True)
class Witness:
    """What has been asked, and what held.

    `senders`: the sends of the rules, by their places. `parts`: conditions that were taken apart, by their statements.
    """

    plan: Plan
    senders: Mapping[int, Sender]
    asked: set[Item] = field(default_factory=set)
    held: set[Item] = field(default_factory=set)
    parts: dict[Key, Parts] = field(default_factory=dict)

    def forget(self) -> None:
        """Begin anew."""
        self.asked.clear()
        self.held.clear()

    def note(self, item: Item, *, holds: bool) -> None:
        """A leaf has been asked."""
        self.asked.add(item)
        if holds:
            self.held.add(item)

    def __call__(self, key: Key, connection: sa.Connection, values: Values) -> None:
        """A statement is about to be executed."""
        hearing = _Hearing(self, connection, values)
        match key:
            case ("pick", str(name)):
                self._picking(hearing, self.plan.model.journeys[name])
            case ("enrol" | "admit" | "join queue", str(name)):
                self._of_journey(hearing, name, asked_on_entry, questions.entering)
            case ("goal", str(name)):
                self._of_journey(hearing, name, asked_for_goal, questions.reaching)
            case ("choose", str(name)):
                self._of_journey(hearing, name, asked_for_rank, questions.ranking)
            case ("act", int(way), int(action)):
                self._acting(hearing, way, action)
            case ("candidates", int(place)):
                self._permitting(hearing, self.senders[place])

    def _picking(self, hearing: "_Hearing", journey: Journey) -> None:
        """The ways out of the states in which somebody is."""
        world = self.plan.world
        ask_where = partial(questions.occupied, world, journey)
        here = self.plan.statement(("witness", "states", journey.name), ask_where)
        assert here is not None  # noqa: S101
        occupied = {row[0] for row in here.rows(hearing.connection, hearing.values)}
        owner = Owner("journey", journey.name)
        for state in journey.states:
            if state_number(world, journey, state) in occupied:
                for place, way in enumerate(state.transitions):
                    asked = _Asked(owner, ("way", journey.name, state.name, place), partial(asked_by, way))
                    hearing.hear(asked, questions.Leaving(world, journey, state, way))

    def _of_journey(
        self,
        hearing: "_Hearing",
        name: str,
        asks: Callable[[Journey], Parts],
        question: Callable[[World, Journey, Parts], sa.Select[Any]],
    ) -> None:
        journey = self.plan.model.journeys[name]
        asked = _Asked(Owner("journey", name), (asks.__name__, name), partial(asks, journey))
        hearing.hear(asked, partial(question, self.plan.world, journey))

    def _acting(self, hearing: "_Hearing", number: int, place: int) -> None:
        """What an action writes down, of those who enter its state."""
        way = self.plan.ways[number]
        assert way.target is not None  # noqa: S101
        action = next(one for one in way.target.actions if one.number == place)
        owner = Owner("journey", way.journey.name)
        asked = _Asked(owner, ("act", number, place), partial(asked_to_do, action))
        hearing.hear(asked, partial(questions.acting, self.plan.world, way))

    def _permitting(self, hearing: "_Hearing", sender: Sender) -> None:
        """What a policy asks about whom the messages of a `send` are for."""
        policy = sender.rule.policy
        key = ("candidates", sender.place)
        asked = _Asked(Owner("policy", policy.name), key, partial(asked_by_policy, policy))
        hearing.hear(asked, partial(questions.permitting, self.plan.world, sender))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Conditions that a run asks: whose they are, the key of the statement, and how they are taken apart."""

    owner: Owner
    key: Key
    dissected: Callable[[], Parts]


@dataclass(frozen=True, slots=True)
class _Hearing:
    """The run that is under way."""

    witness: Witness
    connection: sa.Connection
    values: Values

    def hear(self, asked: _Asked, question: Callable[[Parts], sa.Select[Any]]) -> None:
        """Ask conditions of everybody of whom the run asks them."""
        witness = self.witness
        parts = witness.parts.get(asked.key)
        if parts is None:
            parts = witness.parts[asked.key] = asked.dissected()
        if not parts:
            return
        statement = witness.plan.statement(("witness", *asked.key), lambda: question(parts))
        assert statement is not None  # noqa: S101
        for row in statement.rows(self.connection, self.values):
            cells = iter(row)
            for finding in (finding for part in parts for finding in read(part, cells).walk()):
                if finding.part.joined is None:
                    witness.note(leaf_item(asked.owner, finding.text, finding.span), holds=finding.holds)
