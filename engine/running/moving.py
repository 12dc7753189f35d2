"""Taking a way: the statements that move those in `picked` on and take back what they leave behind.

Built per way, with everything that is the same for all who take it written into the statement.
"""

from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import On, Send, State
from engine.conditions import moments
from engine.conditions.moments import Sql
from engine.conditions.world import NOW, World
from engine.plans.ways import Way, has_grants, has_tasks, state_number
from engine.plans.working import picked, stirred
from engine.running.picking import enrolment_scene, looked_up, trigger
from engine.storage.benefit_tables import grant
from engine.storage.schema import ACTIVE, ENDED, WATCHED, Instant, enrolment, message, rule, task, visit
from engine.storage.states import TAKEN_BACK, GrantStatus, MessageStatus, TaskStatus

ARRIVED = sa.bindparam("arrived", type_=Instant, required=True)
"""The last arrival number given out: what is history for a state entered now."""

STEP = sa.bindparam("step", type_=Instant, required=True)
RULE = sa.bindparam("rule", type_=Instant, required=True)
RELEASE = sa.bindparam("release", type_=Instant, required=True)


def taking(way: Way) -> Sql:
    """Those who take this way."""
    return picked.c.way == moments.integer(way.number)


_LATER, _DONE = 1 << 40, 1 << 41
"""Added to the number of a way in `picked`: those whose turn is yet to come, and those who had it."""


def put_off(way: Way) -> sa.Update:
    """All but the first record of each customer who takes a way act later."""
    first = sa.select(picked.c.customer, sa.func.min(picked.c.record)).where(taking(way))
    others = sa.tuple_(picked.c.customer, picked.c.record).not_in(first.group_by(picked.c.customer))
    return picked.update().values(way=moments.integer(way.number + _LATER)).where(taking(way), others)


def end_turn(way: Way) -> sa.Update:
    """Those who acted by a way are done, and those who were put off are next."""
    number = moments.integer(way.number)
    done = sa.case((taking(way), number + moments.integer(_DONE)), else_=number)
    return (
        picked.update()
        .values(way=done)
        .where(picked.c.way.in_([number, moments.integer(way.number + _LATER)]))
    )


def end_turns(way: Way) -> sa.Update:
    """Everybody had their turn."""
    number = moments.integer(way.number)
    return picked.update().values(way=number).where(picked.c.way == moments.integer(way.number + _DONE))


def takers(world: World, way: Way, rows: sa.FromClause, *, left: bool = False) -> list[Sql]:
    """The rows of those who take a way; with `left` those of the visit that ends.

    Said with IN, so that SQLite looks them up one by one: joined, it may read the whole table.
    """
    own: list[Any] = [picked.c.customer, picked.c.record, picked.c.occurrence]
    names: list[Any] = [rows.c.customer, rows.c.record, rows.c.occurrence]
    if left:
        own.append(picked.c.visit - moments.integer(1))
        names.append(rows.c.visit)
    journey = rows.c.journey == moments.integer(world.number("journey", way.journey.name))
    return [journey, sa.tuple_(*names).in_(sa.select(*own).where(taking(way)))]


def _first_event(world: World, way: Way, transition: On) -> tuple[Sql, Sql]:
    """The instant and number of the event that led this way: the earliest one."""
    scene = enrolment_scene(world, way.journey, enrolment)
    event, conditions = trigger(world, scene, transition)

    def first(column: Sql) -> Sql:
        found = sa.select(column).select_from(event.rows).where(*conditions).correlate_except(event.rows)
        found = found.order_by(event.at, event.seq).limit(1)
        return looked_up(scene, found.scalar_subquery())

    return first(event.at), first(event.seq)


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


def leave_grants(world: World, way: Way) -> sa.Update | None:
    """Take back the benefits that nobody has got in the state that is left; None when it never grants any."""
    if not has_grants(way.source):
        return None
    open_ones = [int(GrantStatus.WAITING), int(GrantStatus.HELD)]
    values = {"status": int(GrantStatus.CANCELLED), "changed_at": NOW}
    return _take_back(world, way, grant, open_ones, values)


def _take_back(
    world: World, way: Way, rows: sa.Table, statuses: list[int], values: dict[str, Any]
) -> sa.Update:
    new = {
        name: moments.integer(value) if isinstance(value, int) else value for name, value in values.items()
    }
    open_ones = rows.c.status.in_([moments.integer(status) for status in statuses])
    return rows.update().values(new).where(*takers(world, way, rows, left=True), open_ones)


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
        "entered_seq": ARRIVED,
    }  # fmt: skip
    return enrolment.insert().from_select(list(row), sa.select(*row.values()).where(taking(way)))


def hold_out(world: World, way: Way) -> sa.Insert:
    """Enrol those who are held out: they take no action, and are watched until the goal's time is over."""
    journey = moments.integer(world.number("journey", way.journey.name))
    goal = way.journey.goal
    # Its last instant still counts: the run after that ends the watch.
    until = sa.null() if goal is None else world.instants.at("now", goal.duration) + moments.integer(1)
    state = moments.integer(state_number(world, way.journey, way.journey.states[0]))
    row = {
        "customer": picked.c.customer, "journey": journey, "record": picked.c.record,
        "occurrence": picked.c.occurrence, "status": moments.integer(WATCHED), "state": state,
        "visit": moments.integer(0), "entered_at": NOW, "stage_entered_at": NOW, "state_entered_at": NOW,
        "pending": moments.integer(0), "seen_at": NOW, "seen_seq": ARRIVED,
        "entered_seq": ARRIVED, "wake_at": until,
    }  # fmt: skip
    held = sa.select(*row.values()).where(picked.c.way == moments.integer(-way.number))
    return enrolment.insert().from_select(list(row), held)


def move(world: World, way: Way) -> sa.Update:
    """Move those who take a way from a state to another, or to an end."""
    seen_at: Sql = NOW
    seen_seq: Sql = ARRIVED
    if isinstance(way.transition, On):
        seen_at, seen_seq = _first_event(world, way, way.transition)
    values: dict[str, Any] = {
        "visit": enrolment.c.visit + moments.integer(1),
        "seen_at": seen_at,
        "seen_seq": seen_seq,
        "entered_seq": ARRIVED,
        "wake_at": sa.null(),
    }
    values |= _ended(world, way) if way.target is None else _entered(world, way, way.target)
    return enrolment.update().values(values).where(*takers(world, way, enrolment))


def _ended(world: World, way: Way) -> dict[str, Any]:
    number = moments.integer(world.number("outcome", way.outcome or ""))
    return {
        "status": moments.integer(ENDED),
        "ended_at": NOW,
        "outcome": number,
        "pending": moments.integer(0),
    }


def _entered(world: World, way: Way, target: State) -> dict[str, Any]:
    values = {
        "state": moments.integer(state_number(world, way.journey, target)),
        "state_entered_at": NOW,
        "settled_at": sa.null() if way.pending else NOW,
        "pending": moments.integer(way.pending),
    }
    return values | ({"stage_entered_at": NOW} if way.changes_stage else {})


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


def stir(way: Way, *, held_out: bool = False) -> sa.Insert:
    """Note those who took a way that may let somebody move again, or those who were held out from taking it."""
    these = picked.c.way == moments.integer(-way.number) if held_out else taking(way)
    rows = sa.select(picked.c.customer, STEP).where(these)
    return stirred.insert().from_select(["customer", "step"], rows)
