"""A run through a journey supposed to be in a state: what leads on from there, and what its `set` would give.

Asked in a run's own words (`engine.running.picking.fires`), of the customer as they are but for what is supposed of
them. Events and tasks to come are not foreseen; of benefits, whether any is left now.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import After, At, Journey, NotGranted, On, SetAttribute, State, TaskDone
from dsl.wording import Phrase
from engine.conditions.compiling import Scene, flag_value
from engine.conditions.moments import Sql
from engine.conditions.world import NOW, Clockwork, RunValues
from engine.plans.plan import Plan
from engine.plans.ways import Way
from engine.running.acting import whole
from engine.running.picking import due_at, fires, joined
from engine.storage.declared import column_name
from engine.storage.keys import Intent
from engine.storage.messages import given
from engine.storage.schema import SUBJECT, Number, enrolment
from engine.storage.values import Stored
from engine.views.benefits import given_of
from engine.views.window import Window


@dataclass(frozen=True, slots=True)
class Place:
    """A state. `entered`: just now, not when the store says; `crossed`: its stage as well.

    `settled`: nothing that it sends or grants is waited for.
    """

    state: State
    entered: bool = False
    crossed: bool = False
    settled: bool = True

    @property
    def key(self) -> tuple[object, ...]:
        """What makes statements about it differ."""
        return self.state.name, self.entered, self.crossed, self.settled

    def by(self, way: Way) -> "Place":
        """Where a way leads."""
        assert way.target is not None  # noqa: S101
        return Place(way.target, True, self.crossed or way.changes_stage, way.pending == 0)


@dataclass(frozen=True, slots=True)
class WayOn:
    """A way out that needs no event. `due`: when time leads along it; `taken`: whether it is taken at once."""

    way: Way
    due: int | None
    taken: bool


@dataclass(frozen=True, slots=True)
class Case:
    """Whose run it is: that of a task. `known`: attributes that are supposed to be others than those stored."""

    window: Window
    plan: Plan
    now: int
    journey: Journey
    intent: Intent
    known: dict[str, Stored] = field(default_factory=dict)

    def ways_from(self, place: Place) -> tuple[Way, ...]:
        """All ways out of a state, in the order in which they are tried."""
        return tuple(way for way in self.plan.ways_of[self.journey.name] if way.source is place.state)

    def ways_on(self, place: Place) -> Iterator[WayOn]:
        """Those that need no event."""
        ways = [way for way in self.ways_from(place) if not isinstance(way.transition, On | TaskDone)]
        asked = tuple(way for way in ways if not isinstance(way.transition, NotGranted))
        row = iter(self._ask(("ways",), _Asked(asked), place) if asked else ())
        for way in ways:
            if isinstance(way.transition, NotGranted):
                yield WayOn(way, None, place.entered and self.spent(way.transition.benefit) is not None)
                continue
            answer = next(row)
            due = answer if way.timed else None
            yield WayOn(way, due, bool(answer) if due is None else due <= self.now)

    def spent(self, benefit: str) -> Phrase | None:
        """How many are given of a benefit, where none is left; else None."""
        declared, number = self.window.model.benefits[benefit], self.plan.world.number("benefit", benefit)
        return given_of(self.window.connection, declared, number, self.plan.world.zone, self.now)

    def value_of(self, action: SetAttribute, place: Place) -> Stored:
        """What the attribute that it sets would become."""
        value: Stored = self._ask(("set", action.number), _Asked(value=action), place)[0]
        return value

    def _ask(self, key: tuple[object, ...], asked: "_Asked", place: Place) -> tuple[Any, ...]:
        names = tuple(sorted(self.known))
        whole_key = ("suppose", self.journey.name, *place.key, *key, names)
        statement = self.plan.statement(whole_key, lambda: asked.of(self, place))
        assert statement is not None  # noqa: S101
        values = RunValues(self.plan.world.instants, Clockwork(self.now, self.now, 0))
        values.update(given(self.intent))
        values.update({_supposed(name): self.known[name] for name in names})
        return statement.rows(self.window.connection, values)[0]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Expressions about a run through a journey: those of ways out of a state, or the value that a `set` gives."""

    ways: tuple[Way, ...] = ()
    value: SetAttribute | None = None

    def of(self, case: Case, place: Place) -> sa.Select[Any]:
        """The query for them: one row."""
        rows = _run(place)
        scene = _scene(case, rows)
        columns = [_way_on(scene, way) for way in self.ways]
        if self.value is not None:
            columns.append(_value(scene, self.value))
        named = [column.label(f"x{number}") for number, column in enumerate(columns)]
        return sa.select(*named).select_from(joined(scene, rows))


def _supposed(name: str) -> str:
    return f"as_{name}"


def _run(place: Place) -> sa.FromClause:
    """The run through the journey as it would be in that place."""
    now: dict[str, Sql] = {}
    if place.entered:
        nothing = sa.type_coerce(sa.null(), enrolment.c.settled_at.type)
        now = {"state_entered_at": NOW, "settled_at": NOW if place.settled else nothing}
    if place.crossed:
        now["stage_entered_at"] = NOW
    columns = [
        now[column.name].label(column.name) if column.name in now else column for column in enrolment.c
    ]
    this = [enrolment.c[name] == sa.bindparam(f"its_{name}", type_=Number, required=True) for name in SUBJECT]
    return sa.select(*columns).where(*this).subquery("e")


def _scene(case: Case, rows: sa.FromClause) -> Scene:
    """Where conditions are asked: of the customer with what is supposed of them."""
    world, people = case.plan.world, case.plan.tables.customer
    supposed = {column_name(name): name for name in case.known}
    columns = [
        sa.bindparam(_supposed(supposed[column.name]), type_=column.type, required=True).label(column.name)
        if column.name in supposed
        else column
        for column in people.c
    ]
    whose = people.c.customer == sa.bindparam("its_customer", type_=Number, required=True)
    customer = sa.select(*columns).where(whose).subquery("c")
    record = case.plan.tables.records[case.journey.record].alias() if case.journey.record else None
    return Scene(world, rows.c.customer, customer, record, rows, used=set())


def _way_on(scene: Scene, way: Way) -> Sql:
    """When it is due, or whether it fires."""
    if isinstance(way.transition, After | At):
        return due_at(scene.world, scene, way.transition)
    return sa.case((fires(scene.world, scene, way), 1), else_=0)


def _value(scene: Scene, action: SetAttribute) -> Sql:
    value = flag_value(action.value, scene)
    kind = next(one.type.kind for one in scene.world.model.customer if one.name == action.attribute)
    return whole(value) if kind == "money" else value
