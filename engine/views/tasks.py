"""The work of people, as `homing tasks` lists it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Ask, Task
from engine.people.tasks import declared_task, is_task
from engine.plans.plan import make_plan
from engine.storage.keys import Intent, intent_in
from engine.storage.schema import task
from engine.storage.staff_tables import task_note
from engine.storage.states import TaskStatus
from engine.storage.values import Stored
from engine.texts.rendering import Renderer
from engine.texts.scripts import Scripts
from engine.views.task_lists import Wanted, keys_in_order
from engine.views.window import Window

_BATCH = 1_000  # rows fetched at once
_SLICE = 500  # customers asked for at once
Item = dict[str, object]


def scripts_at(window: Window, now: int, operator: str) -> Scripts:
    """What fills in scripts at a moment, for somebody who reads them out."""
    config = window.config
    plan = make_plan(window.connection, window.release, window.model, config.setting)
    renderer = Renderer(window.model, config.variables, window.zone)
    return Scripts(window.connection, plan, renderer, now, operator)


def tasks(window: Window, scripts: Scripts, wanted: Wanted) -> Iterator[Item]:
    """The tasks that are wanted, open ones first, as the JSON contract says.

    Those whose journey ranks them highest come first, then those without a rank; among equals those due first, then
    the oldest.
    """
    keys = keys_in_order(window, scripts.now, wanted)
    while some := list(islice(keys, _BATCH)):
        rows = _rows_of(window, some)
        notes = _notes(window, rows)
        for row in rows:
            yield _task(window, scripts, row, notes.get(intent_in(row), []))


def find_task(window: Window, scripts: Scripts, intent: Intent) -> Item | None:
    """One of them, whatever has become of it; None when there is none."""
    row = window.connection.execute(_rows(window).where(*is_task(intent))).one_or_none()
    return None if row is None else _task(window, scripts, row, _notes(window, [row]).get(intent, []))


def _rows(window: Window) -> sa.Select[Any]:
    people = window.tables.customer
    called = sa.null() if window.name_column is None else window.name_column
    columns = (task, people.c.id, called.label("called"))
    return sa.select(*columns).join(people, people.c.customer == task.c.customer)


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
        "answers": _answers(window, declared, row.answers or {}),
        "done_by": row.done_by,
        "closed": window.time(row.closed_at),
        "note": row.note,
        "notes": notes,
    }


def _answers(window: Window, declared: Task | None, answers: Mapping[str, Stored]) -> dict[str, Stored]:
    """What was filled in, also in a task that is open again."""
    kinds = {ask.name: ask.type.kind for ask in declared.asks} if declared else {}
    return {name: window.value(value, kinds[name]) for name, value in answers.items() if name in kinds}


def _script(window: Window, scripts: Scripts, declared: Task | None, row: sa.Row[Any]) -> str | None:
    if declared is None or declared.script is None:
        return None
    journey = window.model.journeys[window.symbols.name(row.journey)]
    return scripts.text(declared.script, journey.record, intent_in(row))


def _ask(ask: Ask) -> dict[str, object]:
    return {"name": ask.name, "type": ask.type.kind, "choices": list(ask.type.choices)}
