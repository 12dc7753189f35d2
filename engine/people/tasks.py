"""Finishing the work of people: once, by a name, with one of the outcomes that the rules offer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Ask, Task
from dsl.model.model import Model
from engine.errors import RefusedError, UnknownNameError, UsageError
from engine.people.practice import Practice
from engine.people.staff import check_may
from engine.people.suppression import opt_out_known
from engine.storage import audit
from engine.storage.arrivals import mark_changed, take
from engine.storage.audit import By, Deed
from engine.storage.bad_values import BadValueError
from engine.storage.declared import column_name, declared_tables
from engine.storage.digests import identity_digest
from engine.storage.keys import Intent
from engine.storage.schema import symbol, task
from engine.storage.states import TaskStatus
from engine.storage.symbols import Symbols
from engine.storage.values import Stored, Surroundings, reader
from engine.wording import all_of, near_or, say

USUAL = Practice()


@dataclass(frozen=True, slots=True)
class Finish:
    """How a task was finished. `answers`: what the operator filled in, as written."""

    outcome: str
    answers: Mapping[str, object] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What finishing tasks needs: the release's model, its names, how values are read, how the house decides."""

    connection: sa.Connection
    model: Model
    symbols: Symbols
    surroundings: Surroundings
    practice: Practice = USUAL


def finish_task(desk: Desk, intent: Intent, how: Finish, by: By) -> None:
    """Finish an open task; the next run moves the customer on.

    UnknownNameError when there is no such task or outcome, RefusedError when it is closed or not for this person,
    UsageError when an answer cannot be read.
    """
    row = task_row(desk.connection, intent)
    if row.status != TaskStatus.OPEN:
        raise closed_already(row, intent, desk.practice)
    check_may(desk.connection, by, row.role_name, say("task {id}", id=intent.id))
    name, declared = desk.symbols.name(row.task), declared_task(desk.model, desk.symbols, row)
    if declared is None or how.outcome not in declared.outcomes:
        raise _no_outcome(name, how.outcome, declared)
    answers = read_answers(desk.surroundings, declared, how.answers)
    stored = _of_customer(declared, answers)
    done = {"note": how.note, "answers": answers, "before": _known(desk, intent.customer, stored)}
    _close(desk, intent, how.outcome, done, by)
    _store(desk, intent.customer, stored)
    _record_event(desk, intent, name, how.outcome, by.now)
    mark_changed(desk.connection, [intent.customer])
    deed = Deed("task finished", intent.customer, f"{intent.id} {name} as {how.outcome}", how.note)
    audit.record(desk.connection, by, deed)


def task_row(connection: sa.Connection, intent: Intent) -> sa.Row[Any]:
    """The row of a task, with the name of its role in `role_name`; UnknownNameError when there is none."""
    role = sa.select(symbol.c.name).where(symbol.c.symbol == task.c.role).scalar_subquery()
    query = sa.select(task, role.label("role_name")).where(*is_task(intent))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise UnknownNameError(say("there is no task {id!r}", id=intent.id), say("`homing tasks` lists them"))
    return row


def closed_already(row: sa.Row[Any], intent: Intent, practice: Practice) -> RefusedError:
    """What is told to who comes too late: what became of the task, by whom and when."""
    word, at = TaskStatus(row.status).said, practice.zone.iso(row.closed_at or 0)
    if row.done_by:
        told = say(
            "task {id} is {word} already by {who} at {at}", id=intent.id, word=word, who=row.done_by, at=at
        )
        return RefusedError(told)
    return RefusedError(say("task {id} is {word} already since {at}", id=intent.id, word=word, at=at))


def declared_task(model: Model, symbols: Symbols, row: sa.Row[Any]) -> Task | None:
    """The task as the rules in force have it; None when they no longer do."""
    journey, _, state = symbols.name(row.state).partition("/")
    found = model.journeys.get(journey)
    actions = (
        action for one in (found.states if found else ()) if one.name == state for action in one.actions
    )
    wanted = (action for action in actions if isinstance(action, Task) and action.number == row.action)
    return next((action for action in wanted if action.task == symbols.name(row.task)), None)


def read_answers(
    surroundings: Surroundings, declared: Task, answers: Mapping[str, object]
) -> dict[str, Stored]:
    """What was filled in, as it is stored. UsageError when the task does not ask for it, or it cannot be read."""
    asks: Mapping[str, Ask] = {ask.name: ask for ask in declared.asks}
    read: dict[str, Stored] = {}
    for name, raw in answers.items():
        if name not in asks:
            hint = near_or(name, asks, say("it asks for: {names}", names=all_of(asks)))
            raise UsageError(
                say("task `{task}` does not ask for `{name}`", task=declared.task, name=name), hint
            )
        try:
            read[name] = reader(asks[name].type, surroundings)(raw)
        except BadValueError as error:
            raise UsageError(say("{name}: {error}", name=name, error=error.reason)) from None
    return read


def is_task(intent: Intent) -> tuple[sa.ColumnElement[bool], ...]:
    """That a task is this one."""
    return tuple(task.c[name] == number for name, number in intent._asdict().items())


def _no_outcome(name: str, outcome: str, declared: Task | None) -> UnknownNameError:
    if declared is None:
        return UnknownNameError(say("the rules in force have no task `{name}` there any more", name=name))
    hint = near_or(outcome, declared.outcomes, say("its outcomes: {names}", names=all_of(declared.outcomes)))
    return UnknownNameError(say("task `{name}` has no outcome `{outcome}`", name=name, outcome=outcome), hint)


def _close(desk: Desk, intent: Intent, outcome: str, done: Mapping[str, object], by: By) -> None:
    closed = {
        "status": TaskStatus.DONE,
        "closed_at": by.now,
        "outcome": desk.symbols.number(desk.connection, "outcome", outcome),
        "done_by": by.actor,
    }
    mine = task.update().where(*is_task(intent), task.c.status == TaskStatus.OPEN).values(closed | {**done})
    if desk.connection.execute(mine).rowcount == 0:
        raise closed_already(task_row(desk.connection, intent), intent, desk.practice)


def _of_customer(declared: Task, answers: Mapping[str, Stored]) -> dict[str, Stored]:
    """What of the answers is stored on the customer, by column."""
    attributes = {ask.name for ask in declared.asks if ask.attribute}
    given = ((name, value) for name, value in answers.items() if name in attributes and value is not None)
    return {column_name(name): value for name, value in given}


def _known(desk: Desk, customer: int, columns: Iterable[str]) -> dict[str, Stored]:
    """What these columns of the customer hold now, for whoever takes the finish back."""
    table, names = declared_tables(desk.model).customer, list(columns)
    if not names:
        return {}
    query = sa.select(*(table.c[name] for name in names)).where(table.c.customer == customer)
    return dict(zip(names, desk.connection.execute(query).one(), strict=True))


def _store(desk: Desk, customer: int, values: Mapping[str, Stored]) -> None:
    if values:
        table = declared_tables(desk.model).customer
        desk.connection.execute(table.update().where(table.c.customer == customer).values({**values}))
        opt_out_known(desk.connection, [customer])


def finish_event(intent: Intent) -> int:
    """The digest of the event that tells of a task's end."""
    return identity_digest("task_done", intent.id)


def _record_event(desk: Desk, intent: Intent, name: str, outcome: str, now: int) -> None:
    row = {
        "seq": take(desk.connection, 1),
        "customer": intent.customer,
        "at": now,
        "digest": finish_event(intent),
        "task": name,
        "outcome": outcome,
    }
    desk.connection.execute(declared_tables(desk.model).events["task_done"].insert().values(row))
