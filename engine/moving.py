"""Taking a way: the statements that move those in `picked` on and take back what they leave behind.

Built per way, with everything that is the same for all who take it written into the statement.
"""

from typing import Any

import sqlalchemy as sa

from dsl.journey_model import On, Send
from engine import moments
from engine.moments import Sql
from engine.picking import enrolment_scene, joined, trigger
from engine.schema import ACTIVE, ENDED, WATCHED, Instant, enrolment, message, rule, task, visit
from engine.states import TAKEN_BACK, MessageStatus, TaskStatus
from engine.ways import Way, has_tasks, state_number
from engine.working import picked, stirred
from engine.world import NOW, World

ARRIVED = sa.bindparam("arrived", type_=Instant, required=True)
"""The last arrival number given out: what is history for a state entered now."""

STEP = sa.bindparam("step", type_=Instant, required=True)
RULE = sa.bindparam("rule", type_=Instant, required=True)
RELEASE = sa.bindparam("release", type_=Instant, required=True)

_SUBJECT = ("customer", "record", "occurrence")


def taking(way: Way) -> Sql:
    """Those who take this way."""
    return picked.c.way == moments.integer(way.number)


def _theirs(world: World, way: Way, rows: sa.Table) -> list[Sql]:
    number = moments.integer(world.number("journey", way.journey.name))
    return [rows.c.journey == number, *(rows.c[name] == picked.c[name] for name in _SUBJECT)]


def find_event(world: World, way: Way) -> sa.Update | None:
    """For an `on`: note the event that led this way, the earliest one."""
    if not isinstance(way.transition, On):
        return None
    rows = enrolment.alias()
    scene = enrolment_scene(world, way.journey, rows)
    event, conditions = trigger(world, scene, way.transition)
    number = moments.integer(world.number("journey", way.journey.name))
    same = [rows.c.journey == number, *(rows.c[name] == picked.c[name] for name in _SUBJECT)]
    found = event.rows.join(rows, event.customer == rows.c.customer)

    def first(column: Sql) -> Sql:
        chosen = sa.select(column).select_from(joined(scene, found)).where(*same, *conditions)
        return chosen.order_by(event.at, event.seq).limit(1).scalar_subquery().correlate(picked)

    return picked.update().values(event_at=first(event.at), event_seq=first(event.seq)).where(taking(way))


def leave_messages(world: World, way: Way) -> sa.Update | None:
    """Take back the messages that still wait in the state that is left; None when it never sends."""
    if way.source is None or not any(isinstance(action, Send) for action in way.source.actions):
        return None
    values = {
        "status": int(MessageStatus.CANCELLED), "changed_at": NOW, "counted_at": sa.null(), "until": sa.null(),
        "because": sa.select(rule.c.text).where(rule.c.rule == RULE).scalar_subquery(),
    }  # fmt: skip
    return _take_back(world, way, message, [int(status) for status in TAKEN_BACK], values)


def leave_tasks(world: World, way: Way) -> sa.Update | None:
    """Close the tasks that nobody did in the state that is left; None when it never asks for any."""
    if not has_tasks(way.source):
        return None
    status = TaskStatus.EXPIRED if way.timed else TaskStatus.CANCELLED
    return _take_back(world, way, task, [int(TaskStatus.OPEN)], {"status": int(status), "closed_at": NOW})


def _take_back(
    world: World, way: Way, rows: sa.Table, statuses: list[int], values: dict[str, Any]
) -> sa.Update:
    return (
        rows.update()
        .values(
            {
                name: moments.integer(value) if isinstance(value, int) else value
                for name, value in values.items()
            }
        )
        .where(
            taking(way),
            *_theirs(world, way, rows),
            rows.c.visit == picked.c.visit - moments.integer(1),
            rows.c.status.in_([moments.integer(status) for status in statuses]),
        )
    )


def enter(world: World, way: Way) -> sa.Insert:
    """Enrol those who take the way in."""
    state = way.journey.states[0]
    journey = moments.integer(world.number("journey", way.journey.name))
    settled = sa.null() if way.pending else NOW
    row = {
        "customer": picked.c.customer, "journey": journey, "record": picked.c.record,
        "occurrence": picked.c.occurrence, "status": moments.integer(ACTIVE),
        "state": moments.integer(state_number(world, way.journey, state)), "visit": moments.integer(1),
        "entered_at": NOW, "stage_entered_at": NOW, "state_entered_at": NOW, "settled_at": settled,
        "pending": moments.integer(way.pending), "seen_at": NOW, "seen_seq": ARRIVED,
    }  # fmt: skip
    return enrolment.insert().from_select(list(row), sa.select(*row.values()).where(taking(way)))


def hold_out(world: World, way: Way) -> sa.Insert:
    """Enrol those who are held out: they take no action, and are watched until the goal's time is over."""
    journey = moments.integer(world.number("journey", way.journey.name))
    goal = way.journey.goal
    until = sa.null() if goal is None else world.instants.at("now", goal.duration)
    state = moments.integer(state_number(world, way.journey, way.journey.states[0]))
    row = {
        "customer": picked.c.customer, "journey": journey, "record": picked.c.record,
        "occurrence": picked.c.occurrence, "status": moments.integer(WATCHED), "state": state,
        "visit": moments.integer(0), "entered_at": NOW, "stage_entered_at": NOW, "state_entered_at": NOW,
        "pending": moments.integer(0), "seen_at": NOW, "seen_seq": ARRIVED, "wake_at": until,
    }  # fmt: skip
    held = sa.select(*row.values()).where(picked.c.way == moments.integer(-way.number))
    return enrolment.insert().from_select(list(row), held)


def move(world: World, way: Way) -> sa.Update:
    """Move those who take a way from a state to another, or to an end."""
    by_event = isinstance(way.transition, On)
    values: dict[str, Any] = {
        "visit": picked.c.visit,
        "seen_at": picked.c.event_at if by_event else NOW,
        "seen_seq": picked.c.event_seq if by_event else ARRIVED,
        "wake_at": sa.null(),
    }
    if way.target is None:
        number = moments.integer(world.number("outcome", way.outcome or ""))
        values |= {"status": moments.integer(ENDED), "ended_at": NOW, "outcome": number}
        values |= {"pending": moments.integer(0)}
    else:
        values |= {
            "state": moments.integer(state_number(world, way.journey, way.target)),
            "state_entered_at": NOW,
            "settled_at": sa.null() if way.pending else NOW,
            "pending": moments.integer(way.pending),
        }
        values |= {"stage_entered_at": NOW} if way.changes_stage else {}
    return enrolment.update().values(values).where(taking(way), *_theirs(world, way, enrolment))


def trail(world: World, way: Way) -> sa.Insert:
    """The row in `visit` that says who moved, when, and by which rule line."""
    journey = moments.integer(world.number("journey", way.journey.name))
    state: Sql = sa.null()
    outcome: Sql = sa.null()
    if way.target is not None:
        state = moments.integer(state_number(world, way.journey, way.target))
    else:
        outcome = moments.integer(world.number("outcome", way.outcome or ""))
    row = {
        "customer": picked.c.customer, "journey": journey, "record": picked.c.record,
        "occurrence": picked.c.occurrence, "visit": picked.c.visit, "at": NOW, "state": state,
        "outcome": outcome, "rule": RULE, "release": RELEASE,
    }  # fmt: skip
    return visit.insert().from_select(list(row), sa.select(*row.values()).where(taking(way)))


def stir(way: Way) -> sa.Insert:
    """Note those who took a way that may let somebody move again."""
    rows = sa.select(picked.c.customer, STEP).where(taking(way))
    return stirred.insert().from_select(["customer", "step"], rows)
