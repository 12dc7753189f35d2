"""The work of people, as `homing tasks` lists it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Ask, Journey, Task
from engine.conditions import moments
from engine.conditions.compiling import Scene, sql
from engine.conditions.moments import Sql
from engine.conditions.world import Clockwork, RunValues
from engine.people.tasks import declared_task
from engine.plans.plan import Plan
from engine.storage.keys import intent_in
from engine.storage.schema import task
from engine.storage.states import TaskStatus
from engine.texts.scripts import Scripts
from engine.views.window import Window

_BATCH = 1_000  # rows fetched at once


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks. Nothing given: all of them."""

    statuses: frozenset[TaskStatus] = field(default_factory=frozenset)
    role: str | None = None
    customer: int | None = None


def tasks(window: Window, scripts: Scripts, wanted: Wanted) -> Iterator[dict[str, object]]:
    """The tasks that are wanted, open ones first, as the JSON contract says.

    Those whose journey ranks them highest come first, then those without a rank; among equals the oldest.
    """
    people = window.tables.customer
    order = (task.c.status, *_ranks(scripts.plan), task.c.created_at, *task.primary_key.columns)
    query = (
        sa.select(task, people.c.id)
        .join(people, people.c.customer == task.c.customer)
        .where(*_conditions(window, wanted))
        .order_by(*order)
        .execution_options(yield_per=_BATCH)
    )
    for rows in window.connection.execute(query, _instants(scripts)).partitions():
        for row in rows:
            yield _task(window, scripts, row)


def _ranks(plan: Plan) -> list[sa.ColumnElement[Any]]:
    """What `rank by` of its journey gives a task, the best first; nothing when no journey ranks."""
    ranks = [
        (task.c.journey == moments.integer(plan.world.number("journey", journey.name)), _rank(plan, journey))
        for journey in plan.world.model.journeys.values()
        if journey.rank is not None
    ]
    return [sa.case(*ranks).desc().nulls_last()] if ranks else []


def _rank(plan: Plan, journey: Journey) -> Sql:
    assert journey.rank is not None  # noqa: S101  # see _ranks
    people = plan.tables.customer.alias()
    record = plan.tables.records[journey.record].alias() if journey.record else None
    rows: sa.FromClause = people
    if record is not None:
        rows = people.join(
            record, (record.c.customer == people.c.customer) & (record.c.record == task.c.record)
        )
    value = sa.select(sql(journey.rank, Scene(plan.world, people.c.customer, people, record)))
    return (
        value.select_from(rows).where(people.c.customer == task.c.customer).correlate(task).scalar_subquery()
    )


def _instants(scripts: Scripts) -> RunValues:
    """The parameters of a statement that was built by now."""
    instants = scripts.plan.world.instants
    values = RunValues(instants, Clockwork(scripts.now, scripts.now, 0))
    values.update({name: values[name] for name in instants.wanted})
    return values


def _conditions(window: Window, wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.statuses:
        yield task.c.status.in_(sorted(wanted.statuses))
    if wanted.role is not None:
        yield task.c.role == window.symbols.find("role", wanted.role)
    if wanted.customer is not None:
        yield task.c.customer == wanted.customer


def _task(window: Window, scripts: Scripts, row: sa.Row[Any]) -> dict[str, object]:
    intent = intent_in(row)
    declared = declared_task(window.model, window.symbols, row)
    return {
        "id": intent.id,
        "customer": row.id,
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
        "outcome": window.name(row.outcome),
        "done_by": row.done_by,
        "closed": window.time(row.closed_at),
        "note": row.note,
    }


def _script(window: Window, scripts: Scripts, declared: Task | None, row: sa.Row[Any]) -> str | None:
    if declared is None or declared.script is None:
        return None
    journey = window.model.journeys[window.symbols.name(row.journey)]
    return scripts.text(declared.script, journey.record, row.customer, row.record)


def _ask(ask: Ask) -> dict[str, object]:
    return {"name": ask.name, "type": ask.type.kind, "choices": list(ask.type.choices)}
