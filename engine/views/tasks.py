"""The work of people, as `homing tasks` lists it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.model.journeys import Ask, Task
from engine.conditions import moments
from engine.conditions.compiling import Scene, sql
from engine.conditions.moments import Sql
from engine.conditions.world import Clockwork, RunValues
from engine.errors import RefusedError
from engine.people.tasks import declared_task, is_task
from engine.plans.plan import Plan, make_plan
from engine.storage.declared import column_name
from engine.storage.keys import Intent, intent_in
from engine.storage.schema import task
from engine.storage.staff_tables import OPEN_TASK, task_note
from engine.storage.states import TaskStatus
from engine.texts.rendering import Renderer
from engine.texts.scripts import Scripts
from engine.views.places import Part, for_roles
from engine.views.window import Window
from engine.wording import say

_BATCH = 1_000  # rows fetched at once
_SLICE = 500  # customers asked for at once
_NAME = "name"
"""The attribute that says what a customer is called, where rules declare it."""

NEVER = 2**62
"""Stands for no deadline where tasks are put in order."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks. Nothing given: all of them. `assignee`: whose; `overdue_at`: those that were due by then.

    `limit`: at most so many, `after` an intent: those that follow it, whatever has become of it since; `skip`: not the
    first so many. `roles`: for these, or for anybody; `free_for`: those that nobody else has. `pressing`: what is
    overdue comes first, then what is due today.
    """

    statuses: frozenset[TaskStatus] = field(default_factory=frozenset)
    role: str | None = None
    customer: int | None = None
    assignee: str | None = None
    overdue_at: int | None = None
    limit: int | None = None
    after: Intent | None = None
    skip: int = 0
    roles: frozenset[str] | None = None
    free_for: str | None = None
    pressing: bool = False


Item = dict[str, object]


def scripts_at(window: Window, now: int, operator: str) -> Scripts:
    """What fills in scripts at a moment, for somebody who reads them out."""
    config = window.config
    plan = make_plan(window.connection, window.release, window.model, window.zone, config.lateness)
    renderer = Renderer(window.model, config.variables, window.zone)
    return Scripts(window.connection, plan, renderer, now, operator)


def tasks(window: Window, scripts: Scripts, wanted: Wanted) -> Iterator[Item]:
    """The tasks that are wanted, open ones first, as the JSON contract says.

    Those whose journey ranks them highest come first, then those without a rank; among equals those due first, then
    the oldest.
    """
    keys = _in_order(window, scripts, wanted)
    while some := list(islice(keys, _BATCH)):
        rows = _rows_of(window, some)
        notes = _notes(window, rows)
        for row in rows:
            yield _task(window, scripts, row, notes.get(intent_in(row), []))


def _in_order(window: Window, scripts: Scripts, wanted: Wanted) -> Iterator[Intent]:
    """The keys alone, so that what is sorted is small: most of it may be on no page."""
    due = sa.func.coalesce(task.c.due_at, sa.literal_column(str(NEVER), sa.BigInteger()))
    urgency = [_urgency(window, scripts.now, due)] if wanted.pressing else []
    ranked = _Ranked.of(scripts.plan)
    query = (
        sa.select(*task.primary_key.columns)
        .select_from(ranked.rows)
        .where(*_conditions(window, wanted))
        .order_by(task.c.status, *urgency, *ranked.order, due, task.c.created_at, *task.primary_key.columns)
        .limit(None if wanted.after is not None else wanted.limit)
        .offset(wanted.skip or None)
        .execution_options(yield_per=_BATCH)
    )
    chunks = window.connection.execute(query, _instants(scripts)).partitions()
    keys = map(intent_in, chain.from_iterable(chunks))
    return keys if wanted.after is None else islice(_following(keys, wanted.after), wanted.limit)


def number_of(window: Window, wanted: Wanted) -> int:
    """How many tasks that is, on all pages."""
    rows = sa.select(sa.func.count()).select_from(task).where(*_conditions(window, wanted))
    return window.connection.scalar(rows) or 0


def find_task(window: Window, scripts: Scripts, intent: Intent) -> Item | None:
    """One of them, whatever has become of it; None when there is none."""
    row = window.connection.execute(_rows(window).where(*is_task(intent))).one_or_none()
    return None if row is None else _task(window, scripts, row, _notes(window, [row]).get(intent, []))


def _rows(window: Window) -> sa.Select[Any]:
    people = window.tables.customer
    called = people.c.get(column_name(_NAME), sa.null())
    columns = (task, people.c.id, called.label("called"))
    return sa.select(*columns).join(people, people.c.customer == task.c.customer)


def _urgency(window: Window, now: int, due: Sql) -> Sql:
    """0 for what is overdue, 1 for what is due today, 2 for the rest."""
    tomorrow = window.zone.midnight(window.zone.day(now) + 1)
    return sa.case((due < moments.integer(now), 0), (due < moments.integer(tomorrow), 1), else_=2)


def _following(keys: Iterator[Intent], last: Intent) -> Iterator[Intent]:
    """Those after one. RefusedError when it is not among them: ranks and deadlines change."""
    if last not in keys:
        raise RefusedError(
            say("task {id} is not on this list", id=last.id), say("begin again without --after")
        )
    return keys


def _rows_of(window: Window, keys: list[Intent]) -> list[sa.Row[Any]]:
    """The rows of some tasks, in the order of their keys."""
    found: dict[Intent, sa.Row[Any]] = {}
    theirs = sorted({key.customer for key in keys})
    for start in range(0, len(theirs), _SLICE):
        some = task.c.customer.in_(theirs[start : start + _SLICE])
        found |= {intent_in(row): row for row in window.connection.execute(_rows(window).where(some))}
    return [found[key] for key in keys]


def _notes(window: Window, rows: list[sa.Row[Any]]) -> dict[Intent, list[dict[str, object]]]:
    found: dict[Intent, list[dict[str, object]]] = defaultdict(list)
    theirs = sorted({row.customer for row in rows})
    for start in range(0, len(theirs), _SLICE):
        some = task_note.c.customer.in_(theirs[start : start + _SLICE])
        query = sa.select(task_note).where(some).order_by(*task_note.primary_key.columns)
        for row in window.connection.execute(query):
            found[intent_in(row)].append({"by": row.who, "at": window.time(row.at), "text": row.text})
    return found


class _Ranked(NamedTuple):
    """Tasks with what `rank by` of their journeys reads. `order`: the best first; empty where no journey ranks."""

    rows: sa.FromClause
    order: tuple[sa.ColumnElement[Any], ...]

    @classmethod
    def of(cls, plan: Plan) -> "_Ranked":
        """Joined, not asked one by one: that takes half as long again."""
        ranking = [journey for journey in plan.world.model.journeys.values() if journey.rank is not None]
        if not ranking:
            return cls(task, ())
        people = plan.tables.customer.alias()
        rows: sa.FromClause = task.join(people, people.c.customer == task.c.customer)
        ranks = []
        for journey in ranking:
            own, record = task.c.journey == moments.integer(plan.world.number("journey", journey.name)), None
            if journey.record is not None:
                record = plan.tables.records[journey.record].alias()
                same = (record.c.customer == task.c.customer, record.c.record == task.c.record)
                rows = rows.outerjoin(record, sa.and_(own, *same))
            assert journey.rank is not None  # noqa: S101  # see above
            ranks.append((own, sql(journey.rank, Scene(plan.world, people.c.customer, people, record))))
        return cls(rows, (sa.case(*ranks).desc().nulls_last(),))


def _instants(scripts: Scripts) -> RunValues:
    """The parameters of a statement that was built by now."""
    instants = scripts.plan.world.instants
    values = RunValues(instants, Clockwork(scripts.now, scripts.now, 0))
    values.update({name: values[name] for name in instants.wanted})
    return values


def _conditions(window: Window, wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.statuses == {TaskStatus.OPEN} or wanted.overdue_at is not None:
        yield OPEN_TASK
    if wanted.statuses:
        yield task.c.status.in_(sorted(wanted.statuses))
    if wanted.role is not None:
        yield task.c.role == window.symbols.find("role", wanted.role)
    if wanted.customer is not None:
        yield task.c.customer == wanted.customer
    if wanted.assignee is not None:
        yield task.c.assignee == wanted.assignee
    if wanted.free_for is not None:
        yield sa.or_(task.c.assignee.is_(None), task.c.assignee == wanted.free_for)
    yield from for_roles(window, Part(wanted.roles), task.c.role)
    if wanted.overdue_at is not None:
        yield task.c.due_at < wanted.overdue_at


def _task(window: Window, scripts: Scripts, row: sa.Row[Any], notes: list[dict[str, object]]) -> Item:
    intent = intent_in(row)
    declared = declared_task(window.model, window.symbols, row)
    return {
        "id": intent.id,
        "customer": row.id,
        "name": row.called,
        "journey": window.name(row.journey),
        "state": window.state(row.state),
        "task": window.name(row.task),
        "title": declared.title if declared else None,
        "role": window.name(row.role),
        "status": TaskStatus(row.status).said,
        "created": window.time(row.created_at),
        "due": window.time(row.due_at),
        "script": _script(window, scripts, declared, row),
        "asks": [_ask(ask) for ask in declared.asks] if declared else [],
        "outcomes": list(declared.outcomes) if declared else [],
        "assignee": row.assignee,
        "overdue": row.status == TaskStatus.OPEN and row.due_at is not None and row.due_at < scripts.now,
        "outcome": window.name(row.outcome),
        "done_by": row.done_by,
        "closed": window.time(row.closed_at),
        "note": row.note,
        "notes": notes,
    }


def _script(window: Window, scripts: Scripts, declared: Task | None, row: sa.Row[Any]) -> str | None:
    if declared is None or declared.script is None:
        return None
    journey = window.model.journeys[window.symbols.name(row.journey)]
    return scripts.text(declared.script, journey.record, intent_in(row))


def _ask(ask: Ask) -> dict[str, object]:
    return {"name": ask.name, "type": ask.type.kind, "choices": list(ask.type.choices)}
