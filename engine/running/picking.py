"""Who takes which way: one statement per journey picks the next move of everybody under way, one picks who enrols.

The transitions of a state become the arms of one CASE, in the order in which the language tries them.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import (
    After,
    At,
    Journey,
    NotGranted,
    On,
    Otherwise,
    Split,
    State,
    TaskDone,
    Transition,
    When,
)
from engine.conditions import moments
from engine.conditions.compiling import Scene, sql
from engine.conditions.happenings import Happening, happening
from engine.conditions.moments import Sql
from engine.conditions.world import NOW, World
from engine.plans.ways import Way, state_number
from engine.plans.working import batch, begun, chosen, looked, picked
from engine.running.shares import coefficients
from engine.storage.benefit_tables import grant
from engine.storage.inbox_tables import reply_of
from engine.storage.schema import ACTIVE, ENDED, VISIT, enrolment, task, visit
from engine.storage.states import LOST, TaskStatus

MOST_MOVES = 50
"""An enrolment that has moved so often at one instant is left where it is."""

REPLIED = "replied"

_PRIME = 2**31 - 1
_RANGE = 1_000_000


def enrolment_scene(world: World, journey: Journey, rows: sa.FromClause) -> Scene:
    """The scene of conditions about an enrolment."""
    record = world.tables.records[journey.record].alias() if journey.record else None
    return Scene(world, rows.c.customer, world.tables.customer.alias(), record, rows, used=set())


def subject_scene(world: World, journey: Journey, rows: sa.FromClause) -> Scene:
    """The scene of conditions about whom a journey is for: of the customer and the record that rows name."""
    record = world.tables.records[journey.record].alias() if journey.record else None
    return Scene(world, rows.c.customer, world.tables.customer.alias(), record, used=set())


def joined(scene: Scene, rows: sa.FromClause) -> sa.FromClause:
    """The rows with the customer's attributes and the record, as far as the scene's conditions read them."""
    used, named = scene.used or set(), rows
    if "attributes" in used:
        rows = rows.join(scene.attributes, scene.attributes.c.customer == scene.customer)
    if "record" in used and scene.record is not None:
        rows = rows.join(scene.record, scene.record.c.record == named.c.record)
    return rows


def looked_up(scene: Scene, value: Sql) -> Sql:
    """A value about an enrolment that is being updated, with what it reads of customer and record looked up."""
    used = scene.used or set()
    conditions: list[Sql] = []
    tables: list[sa.FromClause] = []
    if "attributes" in used:
        tables.append(scene.attributes)
        conditions.append(scene.attributes.c.customer == scene.customer)
    if "record" in used and scene.record is not None and scene.enrolment is not None:
        tables.append(scene.record)
        conditions.append(scene.record.c.record == scene.enrolment.c.record)
    if not tables:
        return value
    return sa.select(value).select_from(*tables).where(*conditions).scalar_subquery()


def bucket(world: World, customer: Sql, journey: str, state: str) -> Sql:
    """The place of a customer among shares, 0 to 999,999: `engine.running.shares.bucket` in SQL."""
    rows = world.tables.customer.alias()
    a, b = coefficients(journey, state)
    mixed = (rows.c.hash * moments.integer(a) + moments.integer(b)) % moments.integer(_PRIME)
    share = mixed * moments.integer(_RANGE) // moments.integer(_PRIME)
    return sa.select(share).where(rows.c.customer == customer).scalar_subquery()


def pick(world: World, journey: Journey, ways: list[Way]) -> sa.Insert:
    """Pick the way of every active enrolment of the customers looked at."""
    rows = enrolment.alias("e")
    scene = enrolment_scene(world, journey, rows)
    arms = [
        (
            rows.c.state == moments.integer(state_number(world, journey, state)),
            _ways_out(world, scene, state, ways),
        )
        for state in journey.states
        if any(way.source is state for way in ways)
    ]
    way: Sql = sa.case(*arms, else_=sa.null()) if arms else sa.null()
    columns = (rows.c.customer, rows.c.record, rows.c.occurrence, (rows.c.visit + 1).label("visit"))
    found = (
        sa.select(*columns, way.label("way"))
        .select_from(joined(scene, rows))
        .where(
            rows.c.customer.in_(sa.select(looked.c.customer)),  # as a join, SQLite might read all enrolments
            rows.c.journey == moments.integer(world.number("journey", journey.name)),
            rows.c.status == moments.integer(ACTIVE),
        )
        .subquery()
    )
    return picked.insert().from_select(
        ["customer", "record", "occurrence", "visit", "way"], sa.select(found).where(found.c.way.is_not(None))
    )


def _of_journey(world: World, journey: Journey, rows: sa.FromClause, customer: Sql) -> list[Sql]:
    number = world.number("journey", journey.name)
    return [rows.c.customer == customer, rows.c.journey == moments.integer(number)]


def _ways_out(world: World, scene: Scene, state: State, ways: list[Way]) -> Sql:
    own = [way for way in ways if way.source is state and way.transition is not None]
    arms = [(fires(world, scene, way), moments.integer(way.number)) for way in own]
    return sa.case(*arms, else_=sa.null())


def fires(world: World, scene: Scene, way: Way) -> Sql:
    """Whether a transition fires now for the scene's enrolment."""
    assert scene.enrolment is not None  # noqa: S101
    rows, transition = scene.enrolment, way.transition
    match transition:
        case On():
            return sa.and_(live(transition.event), _triggers(world, scene, transition))
        case TaskDone() | NotGranted():
            return _decided(world, scene, transition)
        case When():
            return sql(transition.condition, scene)
        case Split():
            share = bucket(world, rows.c.customer, way.journey.name, way.source.name if way.source else "")
            low, high = moments.integer(transition.low), moments.integer(transition.high)
            return sa.and_(rows.c.settled_at.is_not(None), share >= low, share < high)
        case Otherwise():
            return rows.c.settled_at.is_not(None)
        case After() | At():
            return due_at(world, scene, transition) <= NOW
        case _:
            raise NotImplementedError(type(transition).__name__)


def live(kind: str) -> Sql:
    """A parameter that is 0 in runs that no new event of the kind concerns: nobody's events are searched then."""
    return sa.bindparam(f"live_{kind}", type_=sa.Integer, required=True) == moments.integer(1)


def _triggers(world: World, scene: Scene, transition: On) -> Sql:
    rows, conditions = trigger(world, scene, transition)
    return sa.exists(sa.select(sa.literal_column("1")).select_from(rows.rows).where(*conditions))


def trigger(world: World, scene: Scene, transition: On) -> tuple[Happening, list[Sql]]:
    """The events that may trigger an `on`: new, after what was there on entry, and not from long before."""
    assert scene.enrolment is not None  # noqa: S101
    state, rows = scene.enrolment, happening(world, transition.event)
    conditions = [
        rows.customer == state.c.customer,
        *rows.visible(),
        rows.at >= moments.shift(world.zone, state.c.entered_at, world.setting.lateness, back=True),
        rows.new(),
        sa.or_(
            rows.seq > state.c.entered_seq,
            rows.at > state.c.seen_at,
            sa.and_(rows.at == state.c.seen_at, rows.seq > state.c.seen_seq),
        ),
    ]
    if transition.event == REPLIED:
        conditions.append(sa.not_(_answers_another(state, rows)))
    if transition.where is not None:
        conditions.append(sql(transition.where, replace(scene, event=rows)))
    return rows, conditions


def _answers_another(state: sa.FromClause, rows: Happening) -> Sql:
    """Whether a reply answers a message of another journey, or about another record, that waited for it."""
    ties = reply_of.alias()
    elsewhere = sa.or_(ties.c.journey != state.c.journey, ties.c.record != state.c.record)
    tied = (ties.c.customer == rows.customer, ties.c.seq == rows.seq, ties.c.asked, elsewhere)
    return sa.exists(sa.select(ties.c.seq).where(*tied).correlate_except(ties))


def _decided(world: World, scene: Scene, transition: TaskDone | NotGranted) -> Sql:
    """Whether the task or the grant of this very visit has come to what the transition is for."""
    assert scene.enrolment is not None  # noqa: S101
    rows = (task if isinstance(transition, TaskDone) else grant).alias()
    these = [rows.c[name] == scene.enrolment.c[name] for name in VISIT]
    if isinstance(transition, TaskDone):
        these += [
            rows.c.task == moments.integer(world.number("task", transition.task)),
            rows.c.status == moments.integer(TaskStatus.DONE),
            rows.c.outcome == moments.integer(world.number("outcome", transition.outcome)),
        ]
    else:
        these += [
            rows.c.benefit == moments.integer(world.number("benefit", transition.benefit)),
            rows.c.status.in_([moments.integer(status) for status in LOST]),
        ]
    return sa.exists(sa.select(rows.c.status).where(*these))


_BASE = {"state": "settled_at", "stage": "stage_entered_at", "journey": "entered_at"}


def due_at(world: World, scene: Scene, transition: Transition) -> Sql:
    """The instant at which time alone leads along a transition; missing while it never does."""
    assert scene.enrolment is not None  # noqa: S101
    zone = world.zone
    if isinstance(transition, After):
        base = scene.enrolment.c[_BASE[transition.since]]
        moment = moments.shift(zone, base, transition.duration, back=False)
        return moment if transition.clock is None else moments.first_clock(zone, moment, transition.clock)
    if isinstance(transition, At):
        moment = sql(transition.moment, scene)
        return moment if transition.clock is None else moments.clock_on_day(zone, moment, transition.clock)
    raise NotImplementedError(type(transition).__name__)


def too_restless(world: World, journey: Journey) -> sa.Delete:
    """Take those out of `picked` who have moved as often at this instant as anybody may."""
    return picked.delete().where(_moves_now(world, journey, picked) >= moments.integer(MOST_MOVES))


def rouse_restless(world: World, journey: Journey) -> sa.Update:
    """Those of the batch who were left where they are go on in the next run at a later instant."""
    often = _moves_now(world, journey, enrolment) >= moments.integer(MOST_MOVES)
    chosen = [
        enrolment.c.customer.in_(sa.select(batch.c.customer)),
        enrolment.c.journey == moments.integer(world.number("journey", journey.name)),
        enrolment.c.status == moments.integer(ACTIVE),
    ]
    return enrolment.update().values(wake_at=NOW + moments.integer(1)).where(*chosen, often)


def _moves_now(world: World, journey: Journey, whose: sa.Table) -> Sql:
    """How often an enrolment has moved at this instant; its entry is none."""
    rows = visit.alias()
    return (
        sa.select(sa.func.count())
        .where(
            rows.c.customer == whose.c.customer,
            rows.c.journey == moments.integer(world.number("journey", journey.name)),
            rows.c.record == whose.c.record,
            rows.c.occurrence == whose.c.occurrence,
            rows.c.visit > moments.integer(1),
            rows.c.at == NOW,
        )
        .scalar_subquery()
    )


# Enrolment


def candidates(world: World, journey: Journey, source: sa.FromClause) -> tuple[Scene, sa.FromClause, Sql]:
    """The scene, rows and record number of everybody in `source` who could enrol in a journey."""
    if journey.record is None:
        scene = Scene(world, source.c.customer, world.tables.customer.alias("c"), used=set())
        return scene, source, moments.integer(0)
    record = world.tables.records[journey.record].alias("r")
    scene = Scene(world, source.c.customer, world.tables.customer.alias("c"), record, used=set())
    people = source.join(record, record.c.customer == source.c.customer)
    if "record" in source.c:
        people = source.join(record, record.c.record == source.c.record)
    return scene, people, record.c.record


def entering(
    world: World,
    journey: Journey,
    source: sa.FromClause,
    *,
    qualified: bool,
    but: Callable[[Sql, Sql], Sql] | None = None,
) -> sa.Select[Any]:
    """Those of `source` who enrol: (customer, record, occurrence). Without `qualified` whatever `enter` says.

    `but` leaves customers and records out; it is asked first.
    """
    scene, people, record = candidates(world, journey, source)
    conditions = [may_enter(world, journey, source.c.customer, record)]
    if qualified and journey.enter is not None:
        conditions.insert(0, sql(journey.enter, scene))
    if but is not None:
        conditions.insert(0, sa.not_(but(source.c.customer, record)))
    if "attributes" in (scene.used or ()):
        people = people.join(scene.attributes, scene.attributes.c.customer == source.c.customer)
    columns = (
        source.c.customer,
        record.label("record"),
        _occurrence(world, journey, source.c.customer, record).label("occurrence"),
    )
    return sa.select(*columns).select_from(people).where(*conditions)


def may_enter(world: World, journey: Journey, customer: Sql, record: Sql) -> Sql:
    """Not under way, and never gone through or the end is long enough ago."""
    rows = enrolment.alias()
    barred = [*_of_journey(world, journey, rows, customer), rows.c.record == record]
    if journey.reenter is not None:
        free_at = moments.shift(world.zone, rows.c.ended_at, journey.reenter, back=False)
        barred.append(sa.or_(rows.c.status != moments.integer(ENDED), free_at > NOW))
    return sa.not_(sa.exists(sa.select(rows.c.state).where(*barred).correlate_except(rows)))


def _occurrence(world: World, journey: Journey, customer: Sql, record: Sql) -> Sql:
    if journey.reenter is None:
        return moments.integer(1)
    rows = enrolment.alias()
    same = [*_of_journey(world, journey, rows, customer), rows.c.record == record]
    last = sa.select(sa.func.max(rows.c.occurrence)).where(*same).scalar_subquery()
    return sa.func.coalesce(last, moments.integer(0)) + moments.integer(1)


def pick_entries(
    world: World, journey: Journey, way: Way, source: sa.FromClause, *, qualified: bool
) -> sa.Insert:
    """Pick those who enrol; the way of those who are held out, to be watched only, is written negative."""
    found = entering(world, journey, source, qualified=qualified).subquery()
    number: Sql = moments.integer(way.number)
    if journey.holdout:
        share = bucket(world, found.c.customer, journey.name, "")
        number = sa.case(
            (share < moments.integer(journey.holdout), moments.integer(-way.number)), else_=number
        )
    rows = sa.select(found.c.customer, found.c.record, found.c.occurrence, moments.integer(1), number)
    return picked.insert().from_select(["customer", "record", "occurrence", "visit", "way"], rows)


def started(world: World, journey: Journey) -> sa.FromClause:
    """Whom a `begin` starts in this journey."""
    rows = begun.alias()
    mine = rows.c.journey == moments.integer(world.number("journey", journey.name))
    return sa.select(rows).distinct().where(mine).subquery()


def admitted(world: World, journey: Journey) -> sa.FromClause:
    """Those of the customers looked at who were chosen to come in."""
    rows, number = chosen.alias(), world.number("journey", journey.name)
    here = sa.select(rows).join(looked, looked.c.customer == rows.c.customer)
    return here.where(rows.c.journey == number).subquery()
