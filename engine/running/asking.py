"""Conditions that change for anybody as time passes: whom they concern is asked in person, and joins the change set.

For a way in that is one statement over all customers, which adds those who would come in now.
"""

from functools import partial

import sqlalchemy as sa

from dsl.model.journeys import Journey
from engine.conditions import moments
from engine.conditions.moments import Sql
from engine.conditions.world import NOW, World
from engine.plans.plan import Key
from engine.plans.watching import Scope
from engine.plans.work import Work
from engine.plans.working import due
from engine.running.picking import entering
from engine.running.waking import goal_until
from engine.storage.schema import ACTIVE, OPEN_MESSAGE, enrolment, entry_queue, message, task
from engine.storage.staff_tables import OPEN_TASK
from engine.storage.states import MessageStatus


def ask(work: Work) -> None:
    """Add to the change set whom time alone may make behave differently in a way that is no range."""
    clock, plan = work.clock, work.plan
    for scope in plan.watches.asked(clock.before_at, clock.now, plan.world.zone):
        for place, people in enumerate(_concerned(plan.world, scope)):
            join(work, ("ask", *scope, place), people, plan.circles.number([scope]))


def join(work: Work, key: Key, people: sa.Select[int], circle: int) -> int:
    """Add people to the change set, unless they are in it in that circle; how many were not."""
    return work.do(key, partial(_joining, people, moments.integer(circle)))


def _concerned(world: World, scope: Scope) -> list[sa.Select[int]]:
    if scope.whose == "wait":
        return [_waiting()]
    journey = world.model.journeys[scope.journey]
    number = moments.integer(world.number("journey", journey.name))
    mine = sa.select(enrolment.c.customer).where(enrolment.c.journey == number)
    match scope.whose:
        case "enter":
            return _entering(world, journey)
        case "move":
            return [mine.where(enrolment.c.status == moments.integer(ACTIVE))]
        case "goal":
            return [mine.where(enrolment.c.goal_at.is_(None), *_in_time(world, journey))]
        case "rank":
            return [sa.select(task.c.customer).where(OPEN_TASK, task.c.journey == number)]


def _in_time(world: World, journey: Journey) -> list[Sql]:
    return [] if journey.goal is None else [goal_until(world, journey.goal) >= NOW]


def _entering(world: World, journey: Journey) -> list[sa.Select[int]]:
    """Who would come in, and who stands in the queue, perhaps no longer rightly."""
    everybody = world.tables.customer.alias("everybody")
    found = entering(world, journey, everybody, qualified=True).subquery()
    number = moments.integer(world.number("journey", journey.name))
    queue = sa.select(entry_queue.c.customer).where(entry_queue.c.journey == number)
    return [sa.select(found.c.customer), *([queue] if journey.limited else [])]


def _waiting() -> sa.Select[int]:
    open_ones = [moments.integer(MessageStatus.WAITING), moments.integer(MessageStatus.HELD)]
    return sa.select(message.c.customer).where(OPEN_MESSAGE, message.c.status.in_(open_ones))


def _joining(people: sa.Select[int], circle: Sql) -> sa.Insert:
    found = people.distinct().subquery()
    same = (due.c.customer == found.c.customer, due.c.circle == circle)
    new = sa.select(found.c.customer, circle).where(~sa.exists(sa.select(due.c.customer).where(*same)))
    return due.insert().from_select(["customer", "circle"], new)
