"""What becomes of an open task besides being finished: put off, handed over, noted on. Each once, on record."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.errors import RefusedError, UsageError
from engine.people.decisions import Done
from engine.people.practice import Hand
from engine.people.staff import Crew, Member, check_may, member_of, members, objection
from engine.people.tasks import closed_already, is_task, task_row
from engine.storage import audit
from engine.storage.audit import Deed
from engine.storage.bulk import execute_many
from engine.storage.keys import Intent, intent_in
from engine.storage.messages import given, is_given, is_message
from engine.storage.schema import symbol, task
from engine.storage.staff_tables import OPEN_TASK, task_note
from engine.storage.states import TaskStatus
from engine.storage.symbols import load_symbols
from engine.wording import say

LONGEST = 4_000
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """To whom a task goes; `taking_from`: whose it is, when that is not who hands it over."""

    to: str
    taking_from: str | None = None


def postpone(hand: Hand, intent: Intent, until: int, because: str | None = None) -> None:
    """Give an open task another deadline. The journey's own times do not change with it.

    RefusedError when it is closed, or not for this person; UsageError when that time has passed.
    """
    iso = hand.practice.zone.iso
    if until <= hand.by.now:
        raise UsageError(say("{time} has passed", time=iso(until)), say("name a time to come"))
    row = _open_row(hand, intent)
    _change(hand, intent, row, {"due_at": until})
    before = "" if row.due_at is None else f" from {iso(row.due_at)}"
    _record(hand, "task postponed", intent, f"{before} to {iso(until)}", because)


def assign(hand: Hand, intent: Intent, way: HandOver, because: str | None = None) -> None:
    """Hand an open task to somebody who has its role. It is handed on by whose it is, or taken from them by name.

    Anybody on the staff may: it decides nothing, and managers hand over what they would not do themselves.
    RefusedError when it is closed, another's by now, or not for the one who is to have it.
    """
    row = _open_row(hand, intent, by_anybody=True)
    unable = _unable(members(hand.connection), way.to, row.role_name)
    if unable is not None:
        raise unable
    if way.taking_from is not None and row.assignee != way.taking_from:
        raise RefusedError(say("task {id} is not with {who}", id=intent.id, who=way.taking_from))
    if row.assignee not in {None, hand.by.actor, way.taking_from, way.to}:
        raise RefusedError(
            say("task {id} is with {who}", id=intent.id, who=row.assignee),
            say("`--from {who}` takes it from them", who=row.assignee),
        )
    _change(hand, intent, row, {"assignee": way.to})
    before = f" from {row.assignee}" if row.assignee else ""
    _record(hand, "task assigned", intent, f"{before} to {way.to}", because)


def hand_over(hand: Hand, way: HandOver, because: str | None = None) -> Done:
    """Hand every open task of somebody to somebody else. What is not for both of them is passed over.

    UsageError when nobody is named whose tasks they are.
    """
    if way.taking_from is None:
        raise UsageError(say("say whose tasks they are: --from NAME"))
    connection, done = hand.connection, Done([], [], {})
    theirs = _theirs(way.taking_from)
    fit, crew = [], Crew(members(connection), load_symbols(connection))
    for row in connection.execute(sa.select(task).where(theirs).order_by(*task.primary_key.columns)):
        error = _unfit(hand, crew, row, way)
        if error is None:
            fit.append(row)
        else:
            done.passed_over.append((intent_in(row), error))
    done.decided.extend(map(intent_in, fit))
    change = task.update().where(*is_given(task), OPEN_TASK).values(assignee=sa.bindparam("to"))
    execute_many(connection, change, [given(intent) | {"to": way.to} for intent in done.decided])
    told = f"from {way.taking_from} to {way.to}"
    audit.record_all(
        connection,
        hand.by,
        (
            Deed(
                "task assigned",
                row.customer,
                f"{intent_in(row).id} {crew.symbols.name(row.task)} {told}",
                because,
            )
            for row in fit
        ),
    )
    return done


def tasks_of(connection: sa.Connection, name: str) -> int:
    """How many open tasks are with somebody."""
    return connection.scalar(sa.select(sa.func.count()).select_from(task).where(_theirs(name))) or 0


def _theirs(name: str) -> sa.ColumnElement[bool]:
    return sa.and_(OPEN_TASK, task.c.assignee == name)


def _unfit(hand: Hand, crew: Crew, row: sa.Row[Any], way: HandOver) -> RefusedError | None:
    role, what = crew.symbols.name_or(row.role), say("task {id}", id=intent_in(row).id)
    return objection(crew.members, hand.by, None, what) or _unable(crew.members, way.to, role)


def note(hand: Hand, intent: Intent, text: str) -> None:
    """Write something down about an open task."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise UsageError(say("a note has 1 to {most:,} characters", most=LONGEST))
    _open_row(hand, intent)
    notes = sa.select(sa.func.max(task_note.c.number)).where(*is_message(intent, task_note))
    last = hand.connection.scalar(notes) or 0
    row = {**intent._asdict(), "number": last + 1, "who": hand.by.actor, "at": hand.by.now, "text": text}
    hand.connection.execute(task_note.insert().values(row))
    _record(hand, "task noted", intent)


def _unable(everybody: list[Member], name: str, role: str | None) -> RefusedError | None:
    if not everybody or role in {None, *member_of(everybody, name).roles}:
        return None
    return RefusedError(
        say("{name} does not have the role `{role}`", name=name, role=role),
        say("`homing staff` says who has"),
    )


def _open_row(hand: Hand, intent: Intent, *, by_anybody: bool = False) -> Any:
    row = task_row(hand.connection, intent)
    if row.status != TaskStatus.OPEN:
        raise closed_already(row, intent, hand.practice)
    role = None if by_anybody else row.role_name
    check_may(hand.connection, hand.by, role, say("task {id}", id=intent.id))
    return row


def _change(hand: Hand, intent: Intent, row: Any, values: dict[str, Any]) -> None:
    """Only as long as it is as it was seen: of two people one wins."""
    seen = (task.c.status == TaskStatus.OPEN, task.c.assignee.is_not_distinct_from(row.assignee))
    changed = hand.connection.execute(task.update().where(*is_task(intent), *seen).values(values))
    if changed.rowcount == 0:
        raise closed_already(task_row(hand.connection, intent), intent, hand.practice)


def _record(hand: Hand, verb: str, intent: Intent, how: str = "", because: str | None = None) -> None:
    name = sa.select(symbol.c.name).join(task, task.c.task == symbol.c.symbol).where(*is_task(intent))
    what = f"{intent.id} {hand.connection.scalar(name)}{how}"
    audit.record(hand.connection, hand.by, Deed(verb, intent.customer, what, because))
