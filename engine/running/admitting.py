"""Journeys that let so many in at a time: the queue of who qualifies, and who is chosen from it.

The queue is kept exact for everybody a run looks at; choosing happens at the start of a run, best rank first.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Journey
from dsl.units import Duration
from engine.calendars.zone import Zone
from engine.conditions import moments
from engine.conditions.compiling import Scene, sql
from engine.conditions.moments import Sql
from engine.conditions.world import NOW, World
from engine.plans.working import chosen, due, looked
from engine.running.picking import entering
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
    rows = sa.select(entry_queue.c.customer, entry_queue.c.record).where(*mine).subquery()
    found = entering(world, journey, rows, qualified=True).subquery()
    # Said with IN, which is worked out once: looking each of them up among those looked at would read these each time.
    place = sa.tuple_(entry_queue.c.customer, entry_queue.c.record)
    return entry_queue.delete().where(*mine, place.not_in(sa.select(found.c.customer, found.c.record)))


def period_began(zone: Zone, journey: Journey, now: int) -> int:
    """The instant from which entries count against the journey's limit."""
    assert journey.at_most is not None  # noqa: S101
    per = journey.at_most[1]
    if isinstance(per, Duration):
        return zone.shift(now, per, back=True) + 1
    return zone.period_start(now, per)


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
    record = world.tables.records[journey.record].alias() if journey.record else None
    scene = Scene(world, rows.c.customer, world.tables.customer.alias(), record, used=set())
    return Queue(rows.c.journey == number, rows, scene)


def make_due() -> sa.Insert:
    """Those who were chosen are looked at in this run, whether anything else is due for them or not."""
    known = sa.exists(sa.select(due.c.customer).where(due.c.customer == chosen.c.customer))
    rows = sa.select(chosen.c.customer).distinct().where(~known)
    return due.insert().from_select(["customer"], rows)
