"""The turns of journeys in one batch: who is under way moves, who qualifies enrols, until nobody moves any more.

A step that may let somebody move again notes its customers in `stirred` under its number; the next step, and the next
round, look at those alone.
"""

from collections.abc import Callable
from functools import partial

import sqlalchemy as sa

from dsl.model.journeys import Action, Emit, Journey, SetAttribute, State, Task
from dsl.model.model import Model
from engine.people.suppression import opt_out_known
from engine.plans.watching import Scope
from engine.plans.ways import Way
from engine.plans.work import Steps, Work
from engine.plans.working import begun, looked, picked
from engine.running import admitting, moving, picking
from engine.running.acting import doing
from engine.running.looking import look, look_at_stirred
from engine.running.tallying import tally
from engine.storage.arrivals import take
from engine.storage.symbols import state_name


def rounds(work: Work, steps: Steps = None) -> None:
    """All journeys in their order, again until a whole round stirs nobody. Begins with those in `steps`."""
    while True:
        began = work.step
        for journey in work.plan.journeys:
            _turn(work, journey, steps)
        if work.step == began:
            return
        steps = (began, work.step)


def _turn(work: Work, journey: Journey, steps: Steps) -> None:
    """One journey's turn: moves until none is left, then entries, then the moves of those who entered."""
    if look(work, Scope("move", journey.name), steps):
        _moves(work, journey)
    before = work.step
    if look(work, Scope("enter", journey.name), steps):
        _entries(work, journey, steps)
    if work.step > before and look_at_stirred(work, (before, work.step)):
        _moves(work, journey)


def _moves(work: Work, journey: Journey) -> None:
    """Let those looked at move until nobody does; fewer and fewer are looked at."""
    world, ways = work.plan.world, work.plan.ways_of[journey.name]
    while len(ways) > 1 and work.do(("pick", journey.name), lambda: picking.pick(world, journey, ways)):
        if work.step >= picking.MOST_MOVES or (work.clock.before_at == work.clock.now and not work.first):
            work.report.stuck += work.do(
                ("restless", journey.name), lambda: picking.too_restless(world, journey)
            )
        before = work.step
        _take_ways(work)
        if work.step == before:
            return
        look_at_stirred(work, (before, work.step))


def _entries(work: Work, journey: Journey, steps: Steps) -> None:
    """Enrol those whom a `begin` starts, then those who qualify or, where only some may come in, were chosen."""
    if journey.name in work.plan.begun:
        _begin(work, journey)
    if journey.enter is None:
        return
    world, limited = work.plan.world, journey.limited
    if journey.at_most is not None:
        _enrol(work, journey, "admit", lambda: picking.admitted(world, journey))
    elif not limited or journey.name in work.open:
        _enrol(work, journey, "enrol", lambda: looked)
    if limited:
        _keep_queue_here(work, journey, steps)


def _begin(work: Work, journey: Journey) -> None:
    world, number = work.plan.world, work.plan.world.number("journey", journey.name)
    _enrol(work, journey, "begin", lambda: picking.started(world, journey))
    work.do(("begun", journey.name), lambda: begun.delete().where(begun.c.journey == number))


def _enrol(work: Work, journey: Journey, how: str, source: Callable[[], sa.FromClause]) -> None:
    """Let those of a source in."""
    world, way, qualified = work.plan.world, work.plan.ways_of[journey.name][0], how != "begin"
    came = work.do(
        (how, journey.name),
        lambda: picking.pick_entries(world, journey, way, source(), qualified=qualified),
    )
    if came:
        _take_ways(work)


def _keep_queue_here(work: Work, journey: Journey, steps: Steps) -> None:
    """The queue was true for everybody when the batch began: ask again only of those whom something has moved since."""
    if steps is None and not look_at_stirred(work, (0, work.step)):
        return
    keep_queue(work, journey)


def keep_queue(work: Work, journey: Journey) -> None:
    """Make the queue of a journey true again for those looked at."""
    world = work.plan.world
    work.do(("leave queue", journey.name), lambda: admitting.leave_queue(world, journey))
    work.do(("join queue", journey.name), lambda: admitting.join_queue(world, journey))


def _take_ways(work: Work) -> None:
    """Everybody in `picked` takes their way."""
    taken = work.plan.statement(("taken",), _taken)
    assert taken is not None  # noqa: S101
    rows = taken.rows(work.connection, work.values)
    ways = [(work.plan.ways[abs(number)], number > 0, count) for number, count in rows]
    if any(way.stirs for way, _, _ in ways):
        work.step += 1
        work.values["step"] = work.step
    for way, taken, count in ways:
        if taken:
            _take(work, way, count)
        else:
            _hold_out(work, way)
            if way.stirs:  # the goal may be reached already
                work.do(("stir held out", way.number), partial(moving.stir, way, held_out=True))
    work.clear(picked)


def _taken() -> sa.Select[int, int]:
    """How many take each way."""
    return sa.select(picked.c.way, sa.func.count()).group_by(picked.c.way).order_by(picked.c.way)


def _hold_out(work: Work, way: Way) -> None:
    held = work.do(("hold out", way.number), partial(moving.hold_out, work.plan.world, way))
    work.report.entered += held
    work.values["rule"] = work.plan.rule(work.connection, way.span)
    _tally(work, way, None, held)


def _tally(work: Work, way: Way, target: State | None, count: int) -> None:
    """Count those who took a way. `target`: the state they are in now."""
    number, journey = work.plan.world.number, way.journey.name

    def state(one: State | None) -> int | None:
        return None if one is None else number("state", state_name(journey, one.name))

    key = {
        "day": work.values["today"],
        "journey": number("journey", journey),
        "source": state(way.source),
        "target": state(target),
        "outcome": None if way.outcome is None else number("outcome", way.outcome),
        "rule": work.values["rule"],
    }
    tally(work.connection, key, count)


def _take(work: Work, way: Way, count: int) -> None:
    world, key = work.plan.world, way.number
    work.values["rule"] = work.plan.rule(work.connection, way.span)
    if way.source is None:
        work.report.entered += work.do(("enter", key), lambda: moving.enter(world, way))
    else:
        _leave(work, way)
        moved = work.do(("move", key), lambda: moving.move(world, way))
        work.report.moved += moved
        work.report.ended += 0 if way.target else moved
    _tally(work, way, way.target, work.do(("trail", key), lambda: moving.trail(world, way)))
    _act_all(work, way, count)
    if way.stirs:
        work.do(("stir", key), lambda: moving.stir(way))


def _leave(work: Work, way: Way) -> None:
    world, key = work.plan.world, way.number
    cancelled = work.do(("leave messages", key), lambda: moving.leave_messages(world, way))
    if cancelled:
        work.report.messages["cancelled"] += cancelled
    work.do(("leave tasks", key), lambda: moving.leave_tasks(world, way))
    work.do(("leave grants", key), lambda: moving.leave_grants(world, way))


def _act_all(work: Work, way: Way, count: int) -> None:
    """Do what the state entered asks for; where it matters, the records of one customer one after the other."""
    key, left = way.number, count
    while left:
        later = work.do(("put off", key), lambda: moving.put_off(way)) if way.in_turn else 0
        for action in way.target.actions if way.target else ():
            _act(work, way, action, left - later)
        if later:
            work.do(("end turn", key), lambda: moving.end_turn(way))
        elif left < count:
            work.do(("end turns", key), lambda: moving.end_turns(way))
        left = later


def _act(work: Work, way: Way, action: Action, count: int) -> None:
    """Do an action for those who took the way; what it makes arrive gets arrival numbers."""
    if isinstance(action, Emit):
        work.values["arrived"] = take(work.connection, count) - 1
    done = work.do(("act", way.number, action.number), lambda: doing(action, work.plan.world, way))
    if isinstance(action, Emit):
        work.values["arrived"] += count
        work.values[f"live_{action.event}"] = 1  # there was none at the start of the run, perhaps
    elif isinstance(action, Task):
        work.report.tasks_opened += done
    elif isinstance(action, SetAttribute) and action.attribute in _addresses(work.plan.model):
        opt_out_known(work.connection, _takers(work, way))


def _addresses(model: Model) -> set[str]:
    """The attributes that hold addresses: one that is to hear no more may have come to somebody."""
    return {field.name for field in model.customer if field.type.kind in ("phone", "email")}


def _takers(work: Work, way: Way) -> list[int]:
    """Who takes a way."""
    people = sa.select(picked.c.customer).distinct().where(moving.taking(way))
    return [row[0] for row in work.rows(("takers", way.number), lambda: people)]
