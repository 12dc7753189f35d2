"""When time alone may move an enrolment next: what keeps `enrolment.wake_at` true for the customers of a batch."""

import sqlalchemy as sa

from dsl.journey_model import After, At, Journey, State
from dsl.units import Duration
from engine import moments
from engine.compiling import sql
from engine.moments import Sql
from engine.picking import due_at, enrolment_scene, joined
from engine.schema import ACTIVE, ENDED, WATCHED, enrolment
from engine.ways import state_number
from engine.working import batch
from engine.world import NOW, World

_KEY = ("customer", "journey", "record", "occurrence")


def timers(state: State) -> list[After | At]:
    """The transitions of a state that time alone may take."""
    return [item for item in state.transitions if isinstance(item, After | At)]


def reschedule(world: World, journey: Journey, source: sa.FromClause = batch) -> sa.Update | None:
    """Set the wake-up of the active enrolments of a journey, where it differs; None when nothing is timed."""
    rows = enrolment.alias()
    scene = enrolment_scene(world, journey, rows)
    arms = [
        (rows.c.state == moments.integer(state_number(world, journey, state)),
         earliest([due_at(world, scene, item) for item in timers(state)]))
        for state in journey.states
        if timers(state)
    ]  # fmt: skip
    if not arms:
        return None
    wake = sa.case(*arms, else_=sa.null())
    number = world.number("journey", journey.name)
    on = sa.and_(rows.c.customer == source.c.customer, rows.c.journey == moments.integer(number))
    people = joined(scene, source.join(rows, on))
    return _update(rows, people, wake, rows.c.status == moments.integer(ACTIVE))


def reschedule_ended(
    world: World, journey: Journey, durations: list[Duration], source: sa.FromClause = batch
) -> sa.Update:
    """The same for enrolments that have ended: when somebody may come in again, or is no longer recent."""
    rows = enrolment.alias()
    wake = earliest(
        [moments.shift(world.zone, rows.c.ended_at, duration, back=False) for duration in durations]
    )
    number = world.number("journey", journey.name)
    people = source.join(
        rows, sa.and_(rows.c.customer == source.c.customer, rows.c.journey == moments.integer(number))
    )
    return _update(rows, people, wake, rows.c.status == moments.integer(ENDED))


def _update(rows: sa.FromClause, people: sa.FromClause, wake: Sql, status: Sql) -> sa.Update:
    columns = [rows.c[name] for name in _KEY]
    found = sa.select(*columns, wake.label("wake")).select_from(people).where(status).subquery("found")
    same = [enrolment.c[name] == found.c[name] for name in _KEY]
    return (
        enrolment.update()
        .values(wake_at=found.c.wake)
        .where(*same, enrolment.c.wake_at.is_distinct_from(found.c.wake))
    )


def earliest(instants: list[Sql]) -> Sql:
    """The earliest of some instants that is still to come; missing when there is none."""
    if len(instants) == 1:
        return sa.case((instants[0] > NOW, instants[0]), else_=sa.null())
    each = sa.union_all(*(sa.select(instant.label("instant")) for instant in instants)).subquery()
    coming = sa.select(sa.func.min(each.c.instant)).where(each.c.instant > NOW)
    return coming.scalar_subquery()


def end_watches(world: World, journey: Journey) -> sa.Update | None:
    """End the enrolments that were only watched, once the goal's time is over."""
    if journey.goal is None or not journey.holdout:
        return None
    over = moments.shift(world.zone, enrolment.c.entered_at, journey.goal.duration, back=False)
    return (
        enrolment.update()
        .values(status=moments.integer(ENDED), ended_at=over, wake_at=sa.null())
        .where(
            enrolment.c.customer.in_(sa.select(batch.c.customer)),
            enrolment.c.journey == moments.integer(world.number("journey", journey.name)),
            enrolment.c.status == moments.integer(WATCHED),
            over < NOW,
        )
    )


def reach_goals(world: World, journey: Journey) -> sa.Update | None:
    """Note the goal where it is reached in time; it ends nothing."""
    if journey.goal is None:
        return None
    rows = enrolment.alias()
    scene = enrolment_scene(world, journey, rows)
    reached = sql(journey.goal.condition, scene)
    number = moments.integer(world.number("journey", journey.name))
    people = batch.join(rows, sa.and_(rows.c.customer == batch.c.customer, rows.c.journey == number))
    in_time = moments.shift(world.zone, rows.c.entered_at, journey.goal.duration, back=False) >= NOW
    found = (
        sa.select(*(rows.c[name] for name in _KEY))
        .select_from(joined(scene, people))
        .where(rows.c.goal_at.is_(None), in_time, reached)
        .subquery("found")
    )
    return (
        enrolment.update().values(goal_at=NOW).where(*(enrolment.c[name] == found.c[name] for name in _KEY))
    )
