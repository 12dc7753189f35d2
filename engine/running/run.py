"""One run of the engine: `run(store, …, now)` moves everybody who is due and decides every message that is wanted.

Phases: change set, then for each batch of customers in one transaction: moves and entries until nobody moves, the
permit gate, goals and wake-ups. Sending is `engine.delivery.delivery`. A kill loses nothing that a rerun does not redo.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from dsl.model.journeys import Journey
from engine.conditions.world import Clockwork, RunValues
from engine.errors import EngineError
from engine.permits.overseeing import oversee
from engine.permits.permitting import Permits, permit
from engine.plans import changes, working
from engine.plans.plan import Plan
from engine.plans.watching import Scope
from engine.plans.work import RunReport, Work
from engine.plans.working import batch as in_batch
from engine.plans.working import begun, due, picked, stirred, wanted
from engine.running import admitting, asking, granting, picking, ranking, waking
from engine.running.firing import fires
from engine.running.looking import FIRST, look, look_at_all
from engine.running.turns import keep_queue, rounds
from engine.storage.arrivals import arrivals
from engine.storage.bulk import many_objects
from engine.storage.schema import Instant, changed
from engine.storage.schema import run as runs
from engine.storage.store import Store
from engine.wording import say

BATCH = 10_000
"""Customers a transaction looks at."""

_AT_ONCE = 50
"""Journeys whose enrolments one statement wakes: it looks a customer up once for all of them."""

_SIZE = sa.bindparam("size", type_=Instant, required=True)


class EarlierRunError(EngineError):
    """A run was asked for at a time before the last one's."""


@dataclass(frozen=True, slots=True)
class How:
    """How a run is done; its result does not depend on it.

    `full`: everybody is evaluated instead of the change set. `batch`: customers in a transaction. `dry`: all is taken
    back at the end. `progress` is told how many customers have been looked at. `waiting`: only those are looked at
    whose waiting messages are due, and the next run goes on from where it would have without this one. `hold` is
    called in every transaction and raises when this run may not go on. `guard` is told what the run has come to
    in each transaction that may let messages go.
    """

    full: bool = False
    batch: int = BATCH
    dry: bool = False
    progress: Callable[[int], None] = lambda _: None
    waiting: bool = False
    hold: Callable[[sa.Connection], None] = lambda _: None
    guard: Callable[[Work], None] = lambda _: None


def run(store: Store, plan: Plan, permits: Permits, now: int, how: How | None = None) -> RunReport:
    """Move everybody who is due at `now`. Raises EarlierRunError when `now` lies before the last run."""
    how = how or How()
    with store.writer() as connection:
        if not how.dry:
            return _run(connection, plan, permits, now, how)
        with connection.begin() as whole:
            try:
                return _run(connection, plan, permits, now, how)
            finally:
                whole.rollback()
                plan.forget_rules()


def _run(connection: sa.Connection, plan: Plan, permits: Permits, now: int, how: How) -> RunReport:
    with _transaction(connection, how):
        oversee(connection, plan, now)
        work, seq = _start(connection, plan, now, how)
        idle = not work.full and not connection.scalar(sa.select(sa.exists(sa.select(due.c.customer))))
        idle = idle and not (_allots(how) and granting.wanted(connection, plan))
        if idle:
            _finish(work, seq, how)
    if idle:
        return work.report
    low: int | None = 0
    while low is not None:
        with _transaction(connection, how):
            low = _next_batch(work, low)
            if low is not None:
                _batch(work, permits)
                how.guard(work)
        how.progress(work.report.examined)
    if _allots(how):
        _allot(work, how)
    with _transaction(connection, how):
        _finish(work, seq, how)
    return work.report


@contextmanager
def _transaction(connection: sa.Connection, how: How) -> Iterator[None]:
    with connection.begin_nested() if how.dry else connection.begin():
        how.hold(connection)
        yield


def _start(connection: sa.Connection, plan: Plan, now: int, how: How) -> tuple[Work, int]:
    """Find out who is due; the run's parameters, and the arrivals that it will have seen."""
    working.prepare(connection)
    last = connection.execute(sa.select(runs).order_by(runs.c.run.desc()).limit(1)).one_or_none()
    if last is not None and now < last.at:
        iso = plan.world.zone.iso
        raise EarlierRunError(
            say("{at} lies before the last run, {last}", at=iso(now), last=iso(last.at)),
            say("runs only go forward in time"),
        )
    seq = arrivals(connection)
    clock = Clockwork(now, now if last is None else last.at, 0 if last is None else last.seq)
    new = last is None or last.release != plan.release
    full = (how.full or new) and not how.waiting
    values = RunValues(plan.world.instants, clock)
    values |= changes.ranges(plan.watches, clock, plan.world.zone)
    values |= {"release": plan.release, "arrived": seq, "size": how.batch}
    work = Work(connection, plan, clock, values, RunReport(now, plan.release), full, last is None)
    if new:
        work.do(("forget ranks",), partial(ranking.forget_ranks, plan.world, plan.journeys))
    if not how.waiting:
        _look_for_changes(work)
    elif not new:  # else a run under the new release has to come first
        work.do(("collect waiting",), changes.collect_waiting)
        _hear(work)
    return work, seq


def _look_for_changes(work: Work) -> None:
    """Who may behave differently than at the run before."""
    plan = work.plan
    if not work.full:
        work.do(("collect",), lambda: changes.collect(plan.world, plan.watches, plan.circles))
        asking.ask(work)
    _hear(work)
    for journey in plan.journeys:
        if journey.limited and journey.enter is not None:
            _choose(work, journey)


def _hear(work: Work) -> None:
    """Which event kinds have something new for the `on` transitions."""
    plan = work.plan
    statement = plan.statement(("live",), lambda: changes.live_kinds(plan.world, set(plan.heard)))
    assert statement is not None  # noqa: S101
    row = statement.run(work.connection, work.values).one()
    for place, kind in enumerate(sorted(plan.heard), 1):
        work.values[f"live_{kind}"] = row[place]


def _choose(work: Work, journey: Journey) -> None:
    """Let the best of the queue of a limited journey in: they will be looked at with those who are due."""
    world = work.plan.world
    look_at_all(work, Scope("enter", journey.name))
    keep_queue(work, journey)
    if not fires(journey, work.clock, world.zone, first=work.first):
        return
    work.open.add(journey.name)
    work.values["free"] = 2**62
    if journey.at_most is not None:
        work.values["since"] = admitting.period_began(world.zone, journey, work.clock.now)
        entered = work.plan.statement(
            ("entered", journey.name), lambda: admitting.entered_since(world, journey)
        )
        came = entered.run(work.connection, work.values).scalar_one() if entered else 0
        work.values["free"] = max(journey.at_most[0] - came, 0)
    if work.values["free"] and work.do(("choose", journey.name), lambda: admitting.choose(world, journey)):
        circle = work.plan.circles.number([Scope("enter", journey.name)])
        asking.join(work, ("chosen due", journey.name), admitting.chosen_for(world, journey), circle)


def _next_batch(work: Work, low: int) -> int | None:
    """Fill the batch with the next customers above `low`; the highest of them, or None when nobody is left."""
    for table in (in_batch, stirred, picked, begun, wanted):
        work.clear(table)
    work.step, work.looking = 0, None
    work.values["first_customer"] = low
    source: sa.Table = work.plan.tables.customer if work.full else due
    people = sa.select(source.c.customer).distinct().where(source.c.customer > FIRST)
    people = people.order_by(source.c.customer).limit(_SIZE)
    count = work.do(("batch", work.full), lambda: in_batch.insert().from_select(["customer"], people))
    work.report.examined += count
    if not count:
        return None
    last: int = work.connection.execute(sa.select(sa.func.max(in_batch.c.customer))).scalar_one()
    work.values["last_customer"] = last
    return last


def _batch(work: Work, permits: Permits) -> None:
    """Everything about the customers of one batch."""
    work.values["arrived"] = arrivals(work.connection)
    with many_objects():
        for journey in work.plan.journeys:
            _end_watches(work, journey)
        rounds(work)
        while permit(work, permits):
            rounds(work, (work.step - 1, work.step))
        _wind_up(work)


def _allots(how: How) -> bool:
    """Where only messages are looked at, the next run gives benefits: it moves those who get them on."""
    return not how.waiting


def _allot(work: Work, how: How) -> None:
    """Give benefits to those who wait for them, when everybody has moved."""
    with _transaction(work.connection, how):
        benefits = granting.wanted(work.connection, work.plan)
    for benefit in benefits:
        more = True
        while more:
            with _transaction(work.connection, how):
                more = granting.allot(work, benefit)


def _end_watches(work: Work, journey: Journey) -> None:
    """Before anybody moves: whose watch is over may come in again."""
    if not journey.holdout or not look(work, Scope("enter", journey.name), None):
        return
    over = work.do(("watches", journey.name), lambda: waking.end_watches(work.plan.world, journey))
    work.report.released += over
    if over and journey.limited:
        keep_queue(work, journey)


def _wind_up(work: Work) -> None:
    """Goals, when time alone may move somebody next, and which tasks come first."""
    world, journeys = work.plan.world, work.plan.journeys
    for journey in journeys:
        if journey.goal is not None and look(work, Scope("goal", journey.name), None):
            work.do(("goal", journey.name), partial(waking.reach_goals, world, journey))
    for first in range(0, len(journeys), _AT_ONCE):
        some = journeys[first : first + _AT_ONCE]
        work.do(("wake", first), partial(waking.reschedule, world, some))
    work.do(("rank",), partial(ranking.keep_ranks, world, journeys))
    if work.report.stuck:
        for journey in journeys:
            work.do(("rouse", journey.name), partial(picking.rouse_restless, world, journey))


def _finish(work: Work, seq: int, how: How) -> None:
    """Note the run: the next one goes on from here."""
    if how.waiting:
        return
    report = work.report
    counts = {"entered": report.entered, "moved": report.moved, "ended": report.ended, **report.messages}
    work.connection.execute(changed.delete().where(changed.c.seq <= seq))
    work.connection.execute(
        runs.insert().values(at=report.at, seq=seq, release=report.release, full=work.full, counts=counts)
    )
