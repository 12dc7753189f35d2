"""Journeys that let so many in at a time: the queue of who qualifies, and who is chosen from it.

The queue is kept exact for everybody a run looks at; choosing happens at the start of a run, best rank first.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Journey
from engine.calendars.zone import Zone
from engine.conditions import moments
from engine.conditions.compiling import Scene, sql
from engine.conditions.moments import Sql
from engine.conditions.world import NOW, World
from engine.plans.working import chosen, looked
from engine.running.picking import entering, may_enter
from engine.storage.schema import Instant, enrolment, entry_queue

FREE = sa.bindparam("free", type_=Instant, required=True)
SINCE = sa.bindparam("since", type_=Instant, required=True)


def join_queue(world: World, journey: Journey) -> sa.Insert:
    """Those looked at who qualify and are not in the queue yet."""
    number = moments.integer(world.number("journey", journey.name))

    def waits(customer: Sql, record: Sql) -> Sql:
        own = (entry_queue.c.journey == number, entry_queue.c.customer == customer)
        return sa.exists(sa.select(entry_queue.c.since).where(*own, entry_queue.c.record == record))

    found = entering(world, journey, looked, qualified=True, but=waits).subquery()
    rows = sa.select(number, found.c.customer, found.c.record, NOW)
    return entry_queue.insert().from_select(["journey", "customer", "record", "since"], rows)


def leave_queue(world: World, journey: Journey) -> sa.Delete:
    """Those looked at who stand in the queue and no longer qualify."""
    number = moments.integer(world.number("journey", journey.name))
    mine = (entry_queue.c.journey == number, entry_queue.c.customer.in_(sa.select(looked.c.customer)))
    return entry_queue.delete().where(*mine, _qualifies_still(world, journey).is_not(sa.true()))


def _qualifies_still(world: World, journey: Journey) -> Sql:
    """Whether somebody in the queue qualifies; missing where the record is gone."""
    rows, scene = entry_queue.c, _scene(world, journey, entry_queue.c.customer)
    enters = sa.true() if journey.enter is None else sql(journey.enter, scene)
    query = sa.select(sa.and_(enters, may_enter(world, journey, rows.customer, rows.record)))
    if "attributes" in (scene.used or ()):
        query = query.where(scene.attributes.c.customer == rows.customer)
    if scene.record is not None:
        query = query.where(scene.record.c.record == rows.record, scene.record.c.customer == rows.customer)
    return query.scalar_subquery()


def period_began(zone: Zone, journey: Journey, now: int) -> int:
    """The instant from which entries count against the journey's limit."""
    assert journey.at_most is not None  # noqa: S101
    return zone.counts_since(now, journey.at_most[1])


def entered_since(world: World, journey: Journey) -> sa.Select[int]:
    """How many came in since an instant, those held out included."""
    number = moments.integer(world.number("journey", journey.name))
    return sa.select(sa.func.count()).where(enrolment.c.journey == number, enrolment.c.entered_at >= SINCE)


def choose(world: World, journey: Journey) -> sa.Insert:
    """Choose as many from the queue as may come in: best rank first, then who has waited longest."""
    number = moments.integer(world.number("journey", journey.name))
    queue = queued(world, journey)
    rows = queue.rows
    order: list[Sql] = [rows.c.since, rows.c.customer, rows.c.record]
    if journey.rank is not None:
        order.insert(0, sql(journey.rank, queue.scene).desc().nulls_last())
    best = queue.of(sa.select(number, rows.c.customer, rows.c.record)).order_by(*order).limit(FREE)
    return chosen.insert().from_select(["journey", "customer", "record"], best)


@dataclass(frozen=True, slots=True)
class Queue:
    """Those in the queue of a journey. `scene`: that of what is asked about them."""

    mine: Sql
    rows: sa.FromClause
    scene: Scene

    def of(self, query: sa.Select[Any]) -> sa.Select[Any]:
        """A query over them, joined with what has been read of customer and record."""
        people, used, record = self.rows, self.scene.used or set(), self.scene.record
        if "attributes" in used:
            attributes = self.scene.attributes
            people = people.join(attributes, attributes.c.customer == self.rows.c.customer)
        if record is not None and "record" in used:
            people = people.join(record, record.c.record == self.rows.c.record)
        return query.select_from(people).where(self.mine)


def queued(world: World, journey: Journey) -> Queue:
    """The queue of a journey."""
    rows = entry_queue.alias("q")
    number = moments.integer(world.number("journey", journey.name))
    return Queue(rows.c.journey == number, rows, _scene(world, journey, rows.c.customer))


def _scene(world: World, journey: Journey, customer: Sql) -> Scene:
    record = world.tables.records[journey.record].alias() if journey.record else None
    return Scene(world, customer, world.tables.customer.alias(), record, used=set())


def chosen_for(world: World, journey: Journey) -> sa.Select[int]:
    """The customers who were chosen for a journey."""
    number = moments.integer(world.number("journey", journey.name))
    return sa.select(chosen.c.customer).where(chosen.c.journey == number)
