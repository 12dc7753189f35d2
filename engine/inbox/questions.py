"""Which open question a reply answers: what journeys under way, and ways into them, listen for.

A question is open where somebody is in a state that an `on replied` leads out of, its `where` holding for what was
written. What else asks for certain replies (`enter when replied where (…)`) listens too, but to no message in
particular.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.model import conditions as c
from dsl.model.journeys import Journey, On, State, When
from dsl.model.model import Model
from engine.calendars.setting import Setting
from engine.conditions.compiling import Scene, sql
from engine.conditions.happenings import happening
from engine.conditions.world import Clockwork, Instants, RunValues, World
from engine.config import LATENESS
from engine.plans.statement import Statement, compiled
from engine.plans.watching import parts
from engine.running.picking import REPLIED, enrolment_scene, joined
from engine.storage.declared import declared_tables
from engine.storage.schema import ACTIVE, Number, enrolment
from engine.storage.symbols import Symbols
from engine.storage.values import Surroundings


class Asking(NamedTuple):
    """A run through a journey that waits for what was written."""

    journey: int
    record: int


class Heard(NamedTuple):
    """Who listens for a reply. `elsewhere`: some condition does."""

    asking: frozenset[Asking]
    elsewhere: bool

    @property
    def by_nobody(self) -> bool:
        """Whether no rule listens."""
        return not (self.asking or self.elsewhere)


def _given(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=Number, required=True)


_CUSTOMER, _SEQ = _given("its_customer"), _given("its_seq")
_RECORD, _OCCURRENCE = _given("its_record"), _given("its_occurrence")


@dataclass(frozen=True, slots=True)
class Questions:
    """Finds who listens, in the transaction under way. Keeps what it has compiled: make it once for many replies."""

    connection: sa.Connection
    model: Model
    symbols: Symbols
    surroundings: Surroundings
    _made: dict[object, Statement] = field(default_factory=dict)
    _worlds: list[World] = field(default_factory=list)

    def heard(self, customer: int, seq: int, now: int) -> Heard:
        """Who listens for the reply whose event has this arrival number."""
        asking, elsewhere = set(), False
        for row in self.connection.execute(_under_way(customer)):
            name, _, state_name = self.symbols.name(row.state).partition("/")
            journey = self.model.journeys.get(name)
            state = next((one for one in journey.states if one.name == state_name), None) if journey else None
            if journey is None or state is None:
                continue
            values = self._values(customer, seq, now)
            values.update(its_record=row.record, its_occurrence=row.occurrence)
            if any(self._holds(key, journey, where, values) for key, where in _waits(journey, state)):
                asking.add(Asking(row.journey, row.record))
            elsewhere = elsewhere or any(
                self._mentions(key, where, values) for key, where in _named_in(state, journey)
            )
        values = self._values(customer, seq, now)
        entries = (found for journey in self.model.journeys.values() for found in _entered_by(journey))
        elsewhere = elsewhere or any(self._mentions(key, where, values) for key, where in entries)
        return Heard(frozenset(asking), elsewhere)

    def _values(self, customer: int, seq: int, now: int) -> RunValues:
        values = RunValues(self._world.instants, Clockwork(now, now, seq))
        values.update(its_customer=customer, its_seq=seq)
        return values

    def _holds(self, key: object, journey: Journey, where: c.Cond | None, values: RunValues) -> bool:
        """Whether the reply is one that somebody under way waits for."""
        return where is None or self._ask((key, "way"), lambda: self._wait(journey, where), values)

    def _mentions(self, key: object, where: c.Cond, values: RunValues) -> bool:
        return self._ask((key, "named"), lambda: self._named(where), values)

    def _ask(self, key: object, build: Any, values: RunValues) -> bool:
        if key not in self._made:
            self._made[key] = compiled(build(), self.connection.dialect)
        return bool(self._made[key].rows(self.connection, values))

    def _wait(self, journey: Journey, where: c.Cond) -> sa.Select[Any]:
        rows = enrolment.alias()
        scene = enrolment_scene(self._world, journey, rows)
        reply = happening(self._world, REPLIED)
        holds = sql(where, replace(scene, event=reply))
        written = sa.exists(sa.select(reply.seq).where(reply.seq == _SEQ, holds))
        number = self._world.number("journey", journey.name)
        own = (rows.c.customer == _CUSTOMER, rows.c.journey == number)
        its = (rows.c.record == _RECORD, rows.c.occurrence == _OCCURRENCE)
        return sa.select(rows.c.customer).select_from(joined(scene, rows)).where(*own, *its, written)

    def _named(self, where: c.Cond) -> sa.Select[Any]:
        people = self._world.tables.customer.alias()
        reply = happening(self._world, REPLIED)
        scene = Scene(self._world, people.c.customer, people, used=set())
        holds = sql(where, replace(scene, event=reply))
        written = sa.exists(sa.select(reply.seq).where(reply.seq == _SEQ, holds))
        return sa.select(people.c.customer).where(people.c.customer == _CUSTOMER, written)

    @property
    def _world(self) -> World:
        if not self._worlds:
            surroundings, tables = self.surroundings, declared_tables(self.model)
            setting = Setting(surroundings.zone, LATENESS, surroundings.country)
            self._worlds.append(World(self.model, tables, self.symbols, setting, Instants(setting.zone)))
        return self._worlds[0]


def _under_way(customer: int) -> sa.Select[Any]:
    names = ("journey", "record", "occurrence", "state")
    mine = (enrolment.c.customer == customer, enrolment.c.status == ACTIVE)
    return sa.select(*(enrolment.c[name] for name in names)).where(*mine)


Key = tuple[str, str, int]


def _waits(journey: Journey, state: State) -> Iterator[tuple[Key, c.Cond | None]]:
    """The `where` of each way out that a reply opens."""
    for number, way in enumerate(state.transitions):
        if isinstance(way, On) and way.event == REPLIED:
            yield (journey.name, state.name, number), way.where


def _named_in(state: State, journey: Journey) -> Iterator[tuple[Key, c.Cond]]:
    """The same of conditions that a state waits for."""
    for number, way in enumerate(state.transitions):
        if isinstance(way, When):
            for place, where in enumerate(_wheres(way.condition)):
                yield (journey.name, f"{state.name} {number}", place), where


def _entered_by(journey: Journey) -> Iterator[tuple[Key, c.Cond]]:
    """The same of what leads into a journey."""
    if journey.enter is not None:
        for place, where in enumerate(_wheres(journey.enter)):
            yield (journey.name, "", place), where


def _wheres(condition: c.Cond) -> Iterator[c.Cond]:
    """What replies a condition asks for; not where it takes any, nor where records come into it."""
    for node in parts(condition):
        if isinstance(node, c.Occurs | c.Aggregate) and node.events.event == REPLIED:
            where = node.events.where
            if where is not None and not any(isinstance(part, c.RecordField) for part in parts(where)):
                yield where
