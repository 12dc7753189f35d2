"""A finished task opened again, as long as no run has gone on from how it was finished.

What was filled in stays with it, for whoever finishes it anew; what of that was stored on the customer is put back.
"""

from typing import Any

import sqlalchemy as sa

from engine.errors import RefusedError
from engine.people.staff import check_may
from engine.people.suppression import opt_out_known
from engine.people.tasks import Desk, finish_event, is_task, task_row
from engine.storage import audit
from engine.storage.arrivals import mark_changed
from engine.storage.audit import By, Deed
from engine.storage.customers import customer_id
from engine.storage.declared import column_name, declared_tables
from engine.storage.keys import Intent
from engine.storage.schema import ACTIVE, VISIT, enrolment, run, task
from engine.storage.states import TaskStatus
from engine.wording import say


def reopen_task(desk: Desk, intent: Intent, by: By, because: str | None = None) -> None:
    """Take back that a task was finished. Whoever may finish it may.

    UnknownNameError when there is no such task, RefusedError when nobody has finished it, it is too late, or it is not
    for this person.
    """
    row = task_row(desk.connection, intent)
    if row.status != TaskStatus.DONE:
        word = TaskStatus(row.status).said
        raise RefusedError(say("task {id} is {word}: nobody has finished it", id=intent.id, word=word))
    check_may(desk.connection, by, row.role_name, say("task {id}", id=intent.id))
    arrived = _arrived(desk, intent)
    if arrived is None or _went_on(desk.connection, intent, arrived, row.closed_at):
        raise _too_late(desk, intent, row)
    events = declared_tables(desk.model).events["task_done"]
    desk.connection.execute(events.delete().where(events.c.seq == arrived))
    _put_back(desk, intent.customer, row)
    again = {
        "status": TaskStatus.OPEN,
        "closed_at": None,
        "outcome": None,
        "done_by": None,
        "before": sa.null(),
    }
    desk.connection.execute(task.update().where(*is_task(intent)).values(again))
    mark_changed(desk.connection, [intent.customer])
    what = f"{intent.id} {desk.symbols.name(row.task)} as {desk.symbols.name(row.outcome)}"
    audit.record(desk.connection, by, Deed("task finish undone", intent.customer, what, because))


def _arrived(desk: Desk, intent: Intent) -> int | None:
    """The arrival number of what told of the finish; None when that is gone."""
    events = declared_tables(desk.model).events["task_done"]
    mine = (events.c.customer == intent.customer, events.c.digest == finish_event(intent))
    return desk.connection.scalar(sa.select(events.c.seq).where(*mine))


def _went_on(connection: sa.Connection, intent: Intent, arrived: int, at: int) -> bool:
    """Whether a run has seen it, or one that is under way has let the customer move, enter or reach a goal since."""
    seen = connection.scalar(sa.select(sa.func.max(run.c.seq)))
    if seen is not None and seen >= arrived:
        return True
    theirs, of = enrolment.c.customer == intent.customer, enrolment.c
    since = sa.or_(of.entered_seq >= arrived, of.goal_at > at)
    here = (*(of[name] == getattr(intent, name) for name in VISIT), of.status == ACTIVE)
    moved = connection.scalar(sa.select(of.customer).where(theirs, since).limit(1)) is not None
    return moved or connection.scalar(sa.select(of.customer).where(*here)) is None


def _put_back(desk: Desk, customer: int, row: Any) -> None:
    """What the customer was known as before, where it has not become something else since."""
    table = declared_tables(desk.model).customer
    stored = {column_name(name): value for name, value in (row.answers or {}).items()}
    for name, value in (row.before or {}).items():
        if name in table.c:
            as_left = table.c[name].is_not_distinct_from(stored[name])
            mine = table.update().where(table.c.customer == customer, as_left)
            desk.connection.execute(mine.values({name: value}))
    if row.before:
        opt_out_known(desk.connection, [customer])


def _too_late(desk: Desk, intent: Intent, row: Any) -> RefusedError:
    at, customer = desk.practice.zone.iso(row.closed_at), customer_id(desk.connection, intent.customer)
    return RefusedError(
        say("task {id} was finished by {who} at {at}, and rules have gone on from there", id=intent.id,
            who=row.done_by, at=at),
        say("`homing customer {customer}` says where to; what was stored is put right by an import", customer=customer),
    )  # fmt: skip
