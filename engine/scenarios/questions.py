"""Statements that ask the leaves of conditions, over the same rows over which a run asks the conditions themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Journey, On, State, Transition
from engine.conditions import moments
from engine.conditions.compiling import Scene
from engine.conditions.world import World
from engine.explaining.leaves import Part, columns
from engine.permits.facts import Sender, wanted_of
from engine.plans.ways import Way, state_number
from engine.plans.working import batch, looked
from engine.running.admitting import queued
from engine.running.moving import takers
from engine.running.picking import candidates, enrolment_scene, joined, may_enter, trigger
from engine.storage.schema import ACTIVE, enrolment

Parts = Sequence[Part]


def occupied(world: World, journey: Journey) -> sa.Select[int]:
    """The states in which somebody is of those looked at."""
    mine = (_of(world, journey, enrolment), enrolment.c.customer.in_(sa.select(looked.c.customer)))
    return sa.select(enrolment.c.state).where(*mine, enrolment.c.status == moments.integer(ACTIVE)).distinct()


def entering(world: World, journey: Journey, parts: Parts) -> sa.Select[Any]:
    """What is asked of those who might come in."""
    scene, people, record = candidates(world, journey, looked)
    wanted = _columns(parts, scene)
    if "attributes" in (scene.used or ()):
        people = people.join(scene.attributes, scene.attributes.c.customer == looked.c.customer)
    return _select(wanted).select_from(people).where(may_enter(world, journey, looked.c.customer, record))


def reaching(world: World, journey: Journey, parts: Parts) -> sa.Select[Any]:
    """What is asked of those who have not reached the goal."""
    rows, scene = _under_way(world, journey)
    open_ones = (rows.c.customer.in_(sa.select(batch.c.customer)), rows.c.goal_at.is_(None))
    return _from(rows, scene, parts).where(_of(world, journey, rows), *open_ones)


def ranking(world: World, journey: Journey, parts: Parts) -> sa.Select[Any]:
    """What is asked of those among whom some are chosen."""
    queue = queued(world, journey)
    return queue.of(_select(_columns(parts, queue.scene)))


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a way out asks of everybody in a state; of an `on`, about each event that might lead that way."""

    world: World
    journey: Journey
    state: State
    transition: Transition

    def __call__(self, parts: Parts) -> sa.Select[Any]:
        """The statement."""
        world, journey = self.world, self.journey
        rows, scene = _under_way(world, journey)
        here = [
            _of(world, journey, rows),
            rows.c.customer.in_(sa.select(looked.c.customer)),
            rows.c.status == moments.integer(ACTIVE),
            rows.c.state == moments.integer(state_number(world, journey, self.state)),
        ]
        if not isinstance(self.transition, On):
            return _from(rows, scene, parts).where(*here)
        events, conditions = trigger(world, scene, replace(self.transition, where=None))
        scene = replace(scene, event=events)
        return _from(rows, scene, parts).select_from(events.rows).where(*here, *conditions)


def acting(world: World, way: Way, parts: Parts) -> sa.Select[Any]:
    """What an action asks of those who enter its state."""
    rows, scene = _under_way(world, way.journey)
    return _from(rows, scene, parts).where(*takers(world, way, rows))


def permitting(world: World, sender: Sender, parts: Parts) -> sa.Select[Any]:
    """What a policy asks about whom the messages are for that the gate is to decide on."""
    rows, scene, mine = wanted_of(world, sender)
    return _select(_columns(parts, scene)).select_from(rows).where(*mine)


def _under_way(world: World, journey: Journey) -> tuple[sa.FromClause, Scene]:
    rows = enrolment.alias()
    return rows, enrolment_scene(world, journey, rows)


def _of(world: World, journey: Journey, rows: sa.FromClause) -> sa.ColumnElement[bool]:
    return rows.c.journey == moments.integer(world.number("journey", journey.name))


def _from(rows: sa.FromClause, scene: Scene, parts: Parts) -> sa.Select[Any]:
    wanted = _columns(parts, scene)  # first: it tells what must be joined
    return _select(wanted).select_from(joined(scene, rows))


def _columns(parts: Parts, scene: Scene) -> list[sa.ColumnElement[Any]]:
    return [column for part in parts for column in columns(part, scene)]


def _select(wanted: Sequence[sa.ColumnElement[Any]]) -> sa.Select[Any]:
    named: list[Any] = [column.label(f"leaf_{place}") for place, column in enumerate(wanted)]
    return sa.select(*named)
