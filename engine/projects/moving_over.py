"""Carrying people over to a new release: those whose state is gone are moved or ended, what nobody wants is taken back.

A state that goes by another name is entered already: its actions are not done again and its time goes on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Action, Grant, Send, Task
from dsl.model.model import Model
from engine.permits.benefits import decided
from engine.permits.settling import settle
from engine.projects.fates import Fate
from engine.reasons import RELEASED
from engine.running.tallying import tally
from engine.storage.benefit_tables import OPEN_GRANT, grant
from engine.storage.schema import (
    ACTIVE,
    ENDED,
    SUBJECT,
    VISIT,
    WATCHED,
    enrolment,
    entry_queue,
    message,
    task,
    visit,
)
from engine.storage.states import TAKEN_BACK, GrantStatus, MessageStatus, TaskStatus
from engine.storage.symbols import Symbols, state_name

"""What stands at messages that no rule of the new release wants."""

_WAITING = message.c.status.in_(TAKEN_BACK)
_ASKED = sa.and_(OPEN_GRANT, grant.c.status.in_((GrantStatus.WAITING, GrantStatus.HELD)))
_OPEN = task.c.status == TaskStatus.OPEN


@dataclass(frozen=True, slots=True)
class Carrying:
    """The transaction that applies `model` as `release` at `now`, on that business day."""

    connection: sa.Connection
    symbols: Symbols
    model: Model
    release: int
    now: int
    day: int


def carry_over(to: Carrying, fates: Iterable[Fate]) -> None:
    """Do what `fates` say."""
    for fate in fates:
        if fate.kind == "moves" and fate.state and fate.target:
            _move(to, fate, fate.state, fate.target)
        elif fate.kind == "ends" and fate.state:
            _end(to, fate, fate.state)
        elif fate.kind == "ends":
            _end_watching(to, fate)
    gone = [number for name, number in to.symbols.of_kind("journey").items() if name not in to.model.journeys]
    to.connection.execute(entry_queue.delete().where(entry_queue.c.journey.in_(gone)))
    _drop_unwanted(to)


def _move(to: Carrying, fate: Fate, state: str, target: str) -> None:
    old = to.symbols.known("state", state_name(fate.journey, state))
    new = to.symbols.number(to.connection, "state", state_name(fate.journey, target))
    values: dict[str, int] = {"state": new}
    if state.rpartition(".")[0] != (to.model.journeys[fate.journey].state(target).stage or ""):
        values["stage_entered_at"] = to.now
    to.connection.execute(enrolment.update().where(*_under_way(old)).values(values))
    to.connection.execute(message.update().where(message.c.state == old, _WAITING).values(state=new))
    to.connection.execute(task.update().where(task.c.state == old, _OPEN).values(state=new))
    to.connection.execute(grant.update().where(grant.c.state == old, _ASKED).values(state=new))


def _end(to: Carrying, fate: Fate, state: str) -> None:
    old = to.symbols.known("state", state_name(fate.journey, state))
    outcome = to.symbols.number(to.connection, "outcome", fate.target) if fate.target else None
    _take_back(to, message.c.state == old)
    _close(to, task.c.state == old)
    _withdraw(to, grant.c.state == old)
    numbers = (sa.literal(number, sa.BigInteger) for number in (to.now, outcome, to.release))
    leaving = sa.select(*(enrolment.c[name] for name in SUBJECT), enrolment.c.visit + 1, *numbers)
    names = [*SUBJECT, "visit", "at", "outcome", "release"]
    gone = to.connection.execute(visit.insert().from_select(names, leaving.where(*_under_way(old)))).rowcount
    journey = to.symbols.known("journey", fate.journey)
    way = {"day": to.day, "journey": journey, "source": old, "target": None, "outcome": outcome, "rule": None}
    tally(to.connection, way, gone)
    ended: dict[str, Any] = {"status": ENDED, "ended_at": to.now, "outcome": outcome}
    ended["visit"] = enrolment.c.visit + 1
    to.connection.execute(enrolment.update().where(*_under_way(old)).values(ended))


def _end_watching(to: Carrying, fate: Fate) -> None:
    watched = (
        enrolment.c.journey == to.symbols.known("journey", fate.journey),
        enrolment.c.status == WATCHED,
    )
    to.connection.execute(enrolment.update().where(*watched).values(status=ENDED, ended_at=to.now))


def _under_way(state: int) -> tuple[sa.ColumnElement[bool], ...]:
    return enrolment.c.state == state, enrolment.c.status == ACTIVE


def _drop_unwanted(to: Carrying) -> None:
    """Messages, tasks and benefits whose action is not in the new rules, or has become another one."""
    kinds = sa.select(message.c.state, message.c.action, message.c.message).where(_WAITING).distinct()
    for state, action, name in to.connection.execute(kinds).all():
        wanted = _action(to, state, action)
        if not isinstance(wanted, Send) or wanted.message != to.symbols.name(name):
            _take_back(to, message.c.state == state, message.c.action == action, message.c.message == name)
    kinds = sa.select(task.c.state, task.c.action, task.c.task).where(_OPEN).distinct()
    for state, action, name in to.connection.execute(kinds).all():
        wanted = _action(to, state, action)
        if not isinstance(wanted, Task) or wanted.task != to.symbols.name(name):
            _close(to, task.c.state == state, task.c.action == action, task.c.task == name)
    kinds = sa.select(grant.c.state, grant.c.action, grant.c.benefit).where(_ASKED).distinct()
    for state, action, name in to.connection.execute(kinds).all():
        wanted = _action(to, state, action)
        if not isinstance(wanted, Grant) or wanted.benefit != to.symbols.name(name):
            _withdraw(to, grant.c.state == state, grant.c.action == action, grant.c.benefit == name)


def _withdraw(to: Carrying, *these: sa.ColumnElement[bool]) -> None:
    visits = sa.select(*(grant.c[name] for name in VISIT)).where(_ASKED, *these)
    settled = [tuple(row) for row in to.connection.execute(visits)]
    cancelled = {"status": GrantStatus.CANCELLED, "because": RELEASED(), "changed_at": to.now}
    to.connection.execute(grant.update().where(_ASKED, *these).values(cancelled))
    decided(to.connection, settled, to.now)


def _take_back(to: Carrying, *these: sa.ColumnElement[bool]) -> None:
    visits = sa.select(*(message.c[name] for name in VISIT)).where(_WAITING, *these)
    settled = to.connection.execute(visits).all()
    taken = {"status": MessageStatus.CANCELLED, "because": RELEASED(), "changed_at": to.now}
    to.connection.execute(message.update().where(_WAITING, *these).values(taken))
    settle(to.connection, settled, to.now)


def _close(to: Carrying, *these: sa.ColumnElement[bool]) -> None:
    closed = {"status": TaskStatus.CANCELLED, "closed_at": to.now}
    to.connection.execute(task.update().where(_OPEN, *these).values(closed))


def _action(to: Carrying, state: int, number: int) -> Action | None:
    journey, _, name = to.symbols.name(state).partition("/")
    found = to.model.journeys.get(journey)
    actions = (
        action for one in (found.states if found else ()) if one.name == name for action in one.actions
    )
    return next((action for action in actions if action.number == number), None)
