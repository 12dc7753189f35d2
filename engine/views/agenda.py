"""What waits for people, by what it is and for whom: how much, since when, how much of it is late."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.storage.benefit_tables import HELD_GRANT, grant
from engine.storage.review_tables import OPEN_REVIEW, review
from engine.storage.schema import message, task
from engine.storage.staff_tables import OPEN_TASK, QUEUED_MESSAGE
from engine.storage.states import MessageStatus
from engine.views.kinds import BENEFIT, KINDS, REPLY, TASK
from engine.views.window import Window


@dataclass(frozen=True, slots=True)
class Waiting:
    """Things of one kind for one role (None: for anybody). `since`: when the oldest of them began to wait.

    `overdue`: how many of them should have been dealt with by now. `until`: when the first of them is given up or due.
    """

    kind: str
    role: str | None
    number: int
    since: int
    overdue: int = 0
    until: int | None = None


def agenda(window: Window, actor: str, now: int) -> list[Waiting]:
    """What waits, late things first, then the oldest. Tasks that were handed to others than `actor` are left out."""
    found = [*to_decide(window), *_tasks(window, actor, now)]
    return sorted(found, key=lambda one: (not one.overdue, one.since))


def to_decide(window: Window) -> list[Waiting]:
    """What of it waits for a decision: all but tasks."""
    return [*_messages(window), *_benefits(window), *_replies(window)]


def _messages(window: Window) -> Iterator[Waiting]:
    of = message.c
    rows = sa.select(of.status, of.role, sa.func.count(), sa.func.min(of.changed_at)).where(QUEUED_MESSAGE)
    for status, role, number, since in window.connection.execute(rows.group_by(of.status, of.role)):
        yield Waiting(KINDS[MessageStatus(status)], window.name(role), number, since)


def _benefits(window: Window) -> Iterator[Waiting]:
    rows = sa.select(grant.c.role, sa.func.count(), sa.func.min(grant.c.changed_at)).where(HELD_GRANT)
    for role, number, since in window.connection.execute(rows.group_by(grant.c.role)):
        yield Waiting(BENEFIT, window.name(role), number, since)


def _replies(window: Window) -> Iterator[Waiting]:
    rows = sa.select(sa.func.count(), sa.func.min(review.c.since)).where(OPEN_REVIEW)
    for number, since in window.connection.execute(rows):
        if number:
            yield Waiting(REPLY, None, number, since)


def _tasks(window: Window, actor: str, now: int) -> Iterator[Waiting]:
    of: Any = task.c
    late = sa.func.coalesce(sa.func.sum(sa.case((of.due_at < now, 1), else_=0)), 0)
    counted = (sa.func.count(), sa.func.min(of.created_at), late, sa.func.min(of.due_at))
    theirs = sa.or_(of.assignee.is_(None), of.assignee == actor)
    rows = sa.select(of.role, *counted).where(OPEN_TASK, theirs).group_by(of.role)
    for role, number, since, overdue, until in window.connection.execute(rows):
        yield Waiting(TASK, window.name(role), number, since, overdue, until)
