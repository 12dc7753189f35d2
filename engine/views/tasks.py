"""The work of people, as `homing tasks` lists it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from dsl.journey_model import Ask, Task
from engine.people.tasks import declared_task
from engine.storage.keys import Intent
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
    """The tasks that are wanted, open ones first, those due first before others, as the JSON contract says."""
    people = window.tables.customer
    query = (
        sa.select(task, people.c.id)
        .join(people, people.c.customer == task.c.customer)
        .where(*_conditions(window, wanted))
        .order_by(task.c.status, task.c.due_at, task.c.created_at, *task.primary_key.columns)
        .execution_options(yield_per=_BATCH)
    )
    for rows in window.connection.execute(query).partitions():
        for row in rows:
            yield _task(window, scripts, row)


def _conditions(window: Window, wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.statuses:
        yield task.c.status.in_(sorted(wanted.statuses))
    if wanted.role is not None:
        yield task.c.role == window.symbols.find("role", wanted.role)
    if wanted.customer is not None:
        yield task.c.customer == wanted.customer


def _task(window: Window, scripts: Scripts, row: sa.Row[Any]) -> dict[str, object]:
    intent = Intent(row.customer, row.journey, row.record, row.occurrence, row.visit, row.action)
    declared = declared_task(window.model, window.symbols, row)
    return {
        "id": intent.id,
        "customer": row.id,
        "journey": window.name(row.journey),
        "state": window.state(row.state),
        "task": window.name(row.task),
        "title": declared.title if declared else None,
        "role": window.name(row.role),
        "status": TaskStatus(row.status).word,
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
