"""The ranks of open tasks, kept so that lists are read by index: true at every run, for all whom it looked at.

What may change a rank is watched like what moves people (`engine.plans.watching`), so others' are as true. Knows
nothing of queues and benefits, whose ranks are asked for when they are needed.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from dsl.model.journeys import Journey
from engine.conditions import moments
from engine.conditions.compiling import Scene, sql
from engine.conditions.moments import Sql
from engine.conditions.world import World
from engine.plans.watching import ranks_tasks
from engine.plans.working import batch
from engine.storage.schema import task
from engine.storage.staff_tables import OPEN_TASK


def ranking(journeys: Sequence[Journey]) -> list[Journey]:
    """Those whose tasks have a rank."""
    return [journey for journey in journeys if ranks_tasks(journey)]


def keep_ranks(world: World, journeys: Sequence[Journey]) -> sa.Update | None:
    """Set the ranks of the batch's open tasks in some journeys, where they differ; None: no journey ranks."""
    ranks = {_number(world, journey): _rank(world, journey) for journey in ranking(journeys)}
    if not ranks:
        return None
    rank = sa.case(ranks, value=task.c.journey)
    here = (OPEN_TASK, task.c.customer.in_(sa.select(batch.c.customer)), task.c.journey.in_(list(ranks)))
    return task.update().values(rank=rank).where(*here, task.c.rank.is_distinct_from(rank))


def forget_ranks(world: World, journeys: Sequence[Journey]) -> sa.Update:
    """Open tasks of journeys that rank no more have no rank."""
    others = task.c.journey.not_in([_number(world, journey) for journey in ranking(journeys)])
    return task.update().values(rank=sa.null()).where(OPEN_TASK, task.c.rank.is_not(None), others)


def _rank(world: World, journey: Journey) -> Sql:
    """The rank of a task that is being updated, with what it reads of customer and record looked up."""
    assert journey.rank is not None  # noqa: S101  # it ranks
    people = world.tables.customer.alias()
    record = world.tables.records[journey.record].alias() if journey.record else None
    rank = sql(journey.rank, Scene(world, people.c.customer, people, record))
    mine = sa.select(rank).where(people.c.customer == task.c.customer)
    if record is not None:
        mine = mine.where(record.c.customer == task.c.customer, record.c.record == task.c.record)
    return mine.scalar_subquery()


def _number(world: World, journey: Journey) -> Sql:
    return moments.integer(world.number("journey", journey.name))
