"""Which leaves of conditions a run asks, and which of them hold: asked of the same people at the same instant.

Listens to the statements of a run. Before those that pick who moves or enters, and those that look for goals, it asks
the leaves of the same conditions over the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from dsl.model.conditions import Cond
from dsl.model.journeys import Journey, On, State, Transition
from engine.conditions import moments
from engine.conditions.compiling import Scene
from engine.explaining.leaves import Part, columns, dissect, read
from engine.plans.plan import Build, Key, Plan
from engine.plans.statement import Values
from engine.plans.ways import state_number
from engine.plans.working import batch, looked
from engine.running.picking import candidates, enrolment_scene, joined, may_enter, trigger
from engine.scenarios.items import Item, condition_of, leaf_item
from engine.storage.schema import ACTIVE, enrolment


@dataclass(slots=True)
class Witness:
    """What has been asked, and what held."""

    plan: Plan
    asked: set[Item] = field(default_factory=set)
    held: set[Item] = field(default_factory=set)
    _parts: dict[int, Part] = field(default_factory=dict)

    def forget(self) -> None:
        """Begin anew."""
        self.asked.clear()
        self.held.clear()

    def __call__(self, key: Key, connection: sa.Connection, values: Values) -> None:
        """A statement is about to be executed."""
        match key:
            case ("pick", name):
                self._picking(_Hearing(connection, values, self.plan.model.journeys[str(name)]))
            case ("enrol" | "admit" | "join queue", name):
                hearing = _Hearing(connection, values, self.plan.model.journeys[str(name)])
                self._hear(hearing, ("enter",), hearing.journey.enter, self._entering)
            case ("goal", name):
                hearing = _Hearing(connection, values, self.plan.model.journeys[str(name)])
                goal = hearing.journey.goal
                self._hear(hearing, ("goal",), None if goal is None else goal.condition, self._reaching)

    def _picking(self, hearing: "_Hearing") -> None:
        """The ways out of the states in which somebody is."""
        world, journey = self.plan.world, hearing.journey
        here = self.plan.statement(("witness", "states", journey.name), lambda: _occupied(self.plan, journey))
        assert here is not None  # noqa: S101
        occupied = {row[0] for row in here.rows(hearing.connection, hearing.values)}
        for state in journey.states:
            if state_number(world, journey, state) in occupied:
                for place, transition in enumerate(state.transitions):
                    self._hear(
                        hearing,
                        (state.name, place),
                        condition_of(transition),
                        lambda _, part, state=state, transition=transition: _leaving(
                            self.plan, journey, state, transition, part
                        ),
                    )

    def _hear(self, hearing: "_Hearing", where: Key, condition: Cond | None, build: Any) -> None:
        if condition is None:
            return
        journey = hearing.journey
        part = self._parts.setdefault(id(condition), dissect(condition))
        ask: Build = lambda: build(journey, part)  # noqa: E731
        statement = self.plan.statement(("witness", journey.name, *where), ask)
        assert statement is not None  # noqa: S101
        for row in statement.rows(hearing.connection, hearing.values):
            for finding in read(part, iter(row)).walk():
                if finding.part.joined is None:
                    item = leaf_item(journey, finding.text, finding.span)
                    self.asked.add(item)
                    if finding.holds:
                        self.held.add(item)

    def _entering(self, journey: Journey, part: Part) -> sa.Select[Any]:
        world = self.plan.world
        scene, people, record = candidates(world, journey, looked)
        wanted = columns(part, scene)
        if "attributes" in (scene.used or ()):
            people = people.join(scene.attributes, scene.attributes.c.customer == looked.c.customer)
        return _select(wanted).select_from(people).where(may_enter(world, journey, looked.c.customer, record))

    def _reaching(self, journey: Journey, part: Part) -> sa.Select[Any]:
        rows, scene = _under_way(self.plan, journey)
        open_ones = (rows.c.customer.in_(sa.select(batch.c.customer)), rows.c.goal_at.is_(None))
        return _from(rows, scene, part).where(_of(self.plan, journey, rows), *open_ones)


@dataclass(frozen=True, slots=True)
class _Hearing:
    """The run that is under way."""

    connection: sa.Connection
    values: Values
    journey: Journey


def _leaving(
    plan: Plan, journey: Journey, state: State, transition: Transition, part: Part
) -> sa.Select[Any]:
    """What a way out asks of everybody in a state; of an `on`, about each event that might lead that way."""
    rows, scene = _under_way(plan, journey)
    here = [
        _of(plan, journey, rows),
        rows.c.customer.in_(sa.select(looked.c.customer)),
        rows.c.status == moments.integer(ACTIVE),
        rows.c.state == moments.integer(state_number(plan.world, journey, state)),
    ]
    if not isinstance(transition, On):
        return _from(rows, scene, part).where(*here)
    events, conditions = trigger(plan.world, scene, replace(transition, where=None))
    scene = replace(scene, event=events)
    return _from(rows, scene, part).select_from(events.rows).where(*here, *conditions)


def _occupied(plan: Plan, journey: Journey) -> sa.Select[int]:
    mine = (_of(plan, journey, enrolment), enrolment.c.customer.in_(sa.select(looked.c.customer)))
    return sa.select(enrolment.c.state).where(*mine, enrolment.c.status == moments.integer(ACTIVE)).distinct()


def _under_way(plan: Plan, journey: Journey) -> tuple[sa.FromClause, Scene]:
    rows = enrolment.alias()
    return rows, enrolment_scene(plan.world, journey, rows)


def _of(plan: Plan, journey: Journey, rows: sa.FromClause) -> sa.ColumnElement[bool]:
    return rows.c.journey == moments.integer(plan.world.number("journey", journey.name))


def _from(rows: sa.FromClause, scene: Scene, part: Part) -> sa.Select[Any]:
    wanted = columns(part, scene)  # first: it tells what must be joined
    return _select(wanted).select_from(joined(scene, rows))


def _select(wanted: Sequence[sa.ColumnElement[Any]]) -> sa.Select[Any]:
    named: list[Any] = [column.label(f"leaf_{place}") for place, column in enumerate(wanted)]
    return sa.select(*named)
