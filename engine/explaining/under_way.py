"""Why somebody under way is where they are: each way out of the state, in order, and what it waits for.

Whether a way may be taken is asked as a run asks it (`engine.running.picking.fires`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import After, At, Journey, NotGranted, On, TaskDone, When
from engine.conditions import moments
from engine.conditions.compiling import Scene
from engine.conditions.moments import Sql
from engine.explaining.answers import Line, Value, line_of, told
from engine.explaining.inquiry import ITS_CUSTOMER, ITS_OCCURRENCE, ITS_RECORD, Inquiry
from engine.explaining.leaves import columns, dissect, read
from engine.plans.ways import Way
from engine.running.picking import due_at, enrolment_scene, fires, joined, trigger
from engine.storage.schema import VISIT, enrolment, task
from engine.storage.states import TaskStatus
from engine.wording import say

Run = sa.Row[Any]
"""A row of `enrolment`."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """A way out of the state as it is now. `due`: when time leads along it. `lines`: what it says and is made of."""

    way: Way
    fires: bool
    due: int | None
    lines: tuple[Line, ...]


def ways_out(inquiry: Inquiry, journey: Journey, run: Run) -> list[WayOut]:
    """The ways out of the state of somebody under way, in the order in which they are tried."""
    state = journey.state(inquiry.window.state(run.state) or "")
    ways = [way for way in inquiry.plan.ways_of[journey.name] if way.source is state]
    key = {"its_record": run.record, "its_occurrence": run.occurrence}
    row = inquiry.rows(("ways", journey.name, state.name), lambda: _ask(inquiry, journey, ways), **key)[0]
    rest = iter(row)
    return [_way_out(inquiry, run, way, rest) for way in ways]


def _ask(inquiry: Inquiry, journey: Journey, ways: Sequence[Way]) -> sa.Select[Any]:
    """One row: for each way whether it fires, when it is due, and its condition."""
    world, rows = inquiry.world, enrolment.alias("e")
    scene = enrolment_scene(world, journey, rows)
    asked = [column for way in ways for column in _columns(inquiry, scene, way)]
    return (
        sa.select(*(column.label(f"x{place}") for place, column in enumerate(asked)))
        .select_from(joined(scene, rows))
        .where(*_this(inquiry, journey, rows))
    )


def _this(inquiry: Inquiry, journey: Journey, rows: sa.FromClause) -> list[Sql]:
    return [
        rows.c.customer == ITS_CUSTOMER,
        rows.c.journey == moments.integer(inquiry.world.number("journey", journey.name)),
        rows.c.record == ITS_RECORD,
        rows.c.occurrence == ITS_OCCURRENCE,
    ]


def _columns(inquiry: Inquiry, scene: Scene, way: Way) -> list[Sql]:
    if isinstance(way.transition, When):
        return columns(dissect(way.transition.condition), scene)  # fires when it holds, no more
    found: list[Sql] = [sa.case((fires(inquiry.world, scene, way), 1), else_=0)]
    if isinstance(way.transition, After | At):
        found.append(due_at(inquiry.world, scene, way.transition))
    return found


def _way_out(inquiry: Inquiry, run: Run, way: Way, row: Iterator[Any]) -> WayOut:
    transition = way.transition
    if isinstance(transition, When):
        finding = read(dissect(transition.condition), row)
        line = line_of(way.span, holds=finding.holds)
        return WayOut(way, finding.holds, None, (line, *told(finding, inquiry.window, wanted=True)))
    holds = bool(next(row))
    line = line_of(way.span, holds=holds)
    match transition:
        case After() | At():
            due = next(row)
            return WayOut(way, holds, due, (_timed(inquiry, run, line, transition, due),))
        case On():
            return WayOut(way, holds, None, tuple(_event(inquiry, run, way, transition, line)))
        case NotGranted():
            return WayOut(way, holds, None, (line,))
        case TaskDone():
            return WayOut(way, holds, None, (_task(inquiry, run, transition, line),))
        case _:
            return WayOut(way, holds, None, (replace(line, note=_settling(run)),))


def _timed(inquiry: Inquiry, run: Run, line: Line, transition: After | At, due: int | None) -> Line:
    if due is None:
        unknown = say("the moment is not known") if isinstance(transition, At) else _settling(run)
        return replace(line, note=unknown)
    return replace(line, until=due if due > inquiry.at else None)


def _settling(run: Run) -> str:
    """What keeps a state from being settled, which its `after`, `split` and `otherwise` wait for."""
    return (
        say("waits until what the state sends and grants has come to something")
        if run.settled_at is None
        else ""
    )


def _event(inquiry: Inquiry, run: Run, way: Way, transition: On, line: Line) -> Iterator[Line]:
    """The latest event of the kind, whether it counts here, and what `where` says of it."""
    part = None if transition.where is None else dissect(transition.where)
    key = {"its_record": run.record, "its_occurrence": run.occurrence}
    rows = inquiry.rows(("event", way.number), lambda: _latest(inquiry, way, transition), **key)
    if not rows:
        yield replace(
            line, note=say("no `{event}` so far", event=inquiry.window.titles.of("event", transition.event))
        )
        return
    at, counts, *rest = rows[0]
    note = "" if counts else _too_old(run, at)
    value = Value(f"last({transition.event})", inquiry.window.time(at), "time")
    yield replace(line, values=(value,), note=note)
    if part is not None:
        yield from told(read(part, iter(rest)), inquiry.window)


def _too_old(run: Run, at: int) -> str:
    if at <= run.state_entered_at:
        return say("that was before the state was entered")
    return say("the last run has seen that one")


def _latest(inquiry: Inquiry, way: Way, transition: On) -> sa.Select[Any]:
    """The latest event that has happened: when, whether it is new after what was there on entry, and its `where`."""
    rows = enrolment.alias("e")
    scene = enrolment_scene(inquiry.world, way.journey, rows)
    event, conditions = trigger(inquiry.world, scene, replace(transition, where=None))
    asked: list[Sql] = [event.at, sa.case((sa.and_(*conditions), 1), else_=0)]
    if transition.where is not None:
        asked += columns(dissect(transition.where), replace(scene, event=event))
    return (
        sa.select(*(column.label(f"x{place}") for place, column in enumerate(asked)))
        .select_from(joined(scene, rows).join(event.rows, event.customer == rows.c.customer))
        .where(*_this(inquiry, way.journey, rows), *event.visible())
        .order_by(event.at.desc(), event.seq.desc())
        .limit(1)
    )


def _task(inquiry: Inquiry, run: Run, transition: TaskDone, line: Line) -> Line:
    """How the task of this visit stands."""
    same = [task.c[name] == getattr(run, name) for name in VISIT]
    number = inquiry.world.number("task", transition.task)
    row = inquiry.connection.execute(sa.select(task).where(*same, task.c.task == number)).first()
    if row is None:
        return replace(line, note=say("there is no such task in this visit"))
    titles, name = inquiry.window.titles, transition.task
    words = say("task {task} is {status}", task=titles.of("task", name), status=TaskStatus(row.status).said)
    if row.outcome:
        outcome = titles.outcome(name, inquiry.window.name(row.outcome))
        words = say("{what} as {outcome}", what=words, outcome=outcome)
    return replace(line, note=words)
