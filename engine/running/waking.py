"""When time alone may move an enrolment next: what keeps `enrolment.wake_at` true for the customers of a batch."""

from collections.abc import Sequence

import sqlalchemy as sa

from dsl.model.journeys import After, At, Goal, Journey, State
from engine.conditions import moments
from engine.conditions.compiling import sql
from engine.conditions.moments import Sql
from engine.conditions.world import NOW, World
from engine.plans.ways import state_number
from engine.plans.working import batch, looked
from engine.running.picking import due_at, enrolment_scene, looked_up
from engine.storage.schema import ACTIVE, ENDED, WATCHED, enrolment


def timers(state: State) -> list[After | At]:
    """The transitions of a state that time alone may take."""
    return [item for item in state.transitions if isinstance(item, After | At)]


def reschedule(world: World, journeys: Sequence[Journey]) -> sa.Update | None:
    """Set the wake-up of the batch's enrolments in some journeys, where it differs; None: time alone does nothing."""
    own = [(journey, _wake(world, journey)) for journey in journeys]
    arms = [
        (enrolment.c.journey == moments.integer(world.number("journey", journey.name)), wake)
        for journey, wake in own
        if wake is not None
    ]
    if not arms:
        return None
    wake = sa.case(*arms, else_=enrolment.c.wake_at)
    here = enrolment.c.customer.in_(sa.select(batch.c.customer))
    return enrolment.update().values(wake_at=wake).where(here, enrolment.c.wake_at.is_distinct_from(wake))


def _wake(world: World, journey: Journey) -> Sql | None:
    """When time alone may move an enrolment in a journey next; None: never."""
    scene = enrolment_scene(world, journey, enrolment)
    active = enrolment.c.status == moments.integer(ACTIVE)
    arms: list[tuple[Sql, Sql]] = [
        (
            sa.and_(active, enrolment.c.state == moments.integer(state_number(world, journey, state))),
            earliest([due_at(world, scene, item) for item in timers(state)]),
        )
        for state in journey.states
        if timers(state)
    ]
    if journey.reenter is not None:
        free_at = moments.shift(world.zone, enrolment.c.ended_at, journey.reenter, back=False)
        arms.append((enrolment.c.status == moments.integer(ENDED), earliest([free_at])))
    if not arms:
        return None
    watched = enrolment.c.status == moments.integer(WATCHED)
    return looked_up(scene, sa.case((watched, enrolment.c.wake_at), *arms, else_=sa.null()))


def in_sight(world: World, journey: Journey, status: int | None = None) -> list[Sql]:
    """The enrolments in a journey of those looked at. Said with IN, so that they are looked up one by one."""
    chosen = [
        enrolment.c.customer.in_(sa.select(looked.c.customer)),
        enrolment.c.journey == moments.integer(world.number("journey", journey.name)),
    ]
    return chosen if status is None else [*chosen, enrolment.c.status == moments.integer(status)]


def earliest(instants: list[Sql]) -> Sql:
    """The earliest of some instants that is still to come; missing when there is none."""
    if len(instants) == 1:
        return sa.case((instants[0] > NOW, instants[0]), else_=sa.null())
    never = moments.integer(moments.FOR_EVER)
    coming = [sa.case((instant > NOW, instant), else_=never) for instant in instants]
    return sa.func.nullif(moments.least(*coming), never)


def end_watches(world: World, journey: Journey) -> sa.Update | None:
    """End the enrolments that were only watched, once the goal's time is over."""
    if journey.goal is None or not journey.holdout:
        return None
    over = goal_until(world, journey.goal)
    values = {"status": moments.integer(ENDED), "ended_at": over, "wake_at": sa.null()}
    return enrolment.update().values(values).where(*in_sight(world, journey, WATCHED), over < NOW)


def reach_goals(world: World, journey: Journey) -> sa.Update | None:
    """Note the goal where it is reached in time; it ends nothing."""
    if journey.goal is None:
        return None
    scene = enrolment_scene(world, journey, enrolment)
    reached = looked_up(scene, sa.case((sql(journey.goal.condition, scene), 1), else_=0)) == 1
    in_time = goal_until(world, journey.goal) >= NOW
    chosen = [*in_sight(world, journey), enrolment.c.goal_at.is_(None), in_time, reached]
    return enrolment.update().values(goal_at=NOW).where(*chosen)


def goal_until(world: World, goal: Goal) -> Sql:
    """The last instant at which an enrolment may still reach its goal."""
    return moments.shift(world.zone, enrolment.c.entered_at, goal.duration, back=False)
