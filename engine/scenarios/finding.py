"""What the store knows of a customer of a scenario: where they are, what went, what is held up, what is to be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.model import scenarios as m
from dsl.model.journeys import Action, Task
from engine.people.tasks import declared_task
from engine.plans.plan import Plan
from engine.reasons import read_back
from engine.storage.benefit_tables import grant
from engine.storage.customers import find_customers
from engine.storage.keys import Intent, intent_in
from engine.storage.schema import ACTIVE, ENDED, enrolment, message, rule, task, visit
from engine.storage.states import GrantStatus, MessageStatus, TaskStatus


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of the store, with `record` one of theirs; nobody has the number 0, and no record has."""

    customer: int
    record: int = 0

    def owns(self, table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
        """The rows of a table that are about them."""
        mine: tuple[sa.ColumnElement[bool], ...] = (table.c.customer == self.customer,)
        return (*mine, table.c.record == self.record) if self.record else mine


def person(connection: sa.Connection, plan: Plan, who: m.Who) -> Person:
    """Whom a step is about."""
    number = find_customers(connection, [who.customer]).get(who.customer, 0)
    for table in plan.tables.records.values() if who.record else ():
        record = connection.scalar(sa.select(table.c.record).where(table.c.id == who.record))
        if record is not None:
            return Person(number, record)
    return Person(number)


@dataclass(frozen=True, slots=True)
class Gone:
    """A message that has gone. `origin`: what it came of."""

    seq: int
    at: int
    message: str
    channel: str
    text: str
    origin: "Origin"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a message or a task came of: an action of a state, by its number, in one visit to it."""

    state: str
    intent: Intent

    def action(self, plan: Plan) -> Action:
        """The action, as the rules have it."""
        journey, _, state = self.state.partition("/")
        actions = plan.model.journeys[journey].state(state).actions
        return next(one for one in actions if one.number == self.intent.action)

    def led_by(self, connection: sa.Connection) -> str | None:
        """The rule line that led to the state: its place and words."""
        same = (visit.c[name] == getattr(self.intent, name) for name in Intent._fields[:5])
        query = sa.select(rule.c.file, rule.c.line, rule.c.text).join(visit, visit.c.rule == rule.c.rule)
        row = connection.execute(query.where(*same)).first()
        return None if row is None else f"{row.file}:{row.line} {row.text}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A task that somebody was given."""

    at: int
    task: str
    origin: Origin


def gone(connection: sa.Connection, plan: Plan, who: m.Who, name: str | None = None) -> list[Gone]:
    """What has been sent, the oldest first; of one message, or of all."""
    mine = [*person(connection, plan, who).owns(message), message.c.sent_at.is_not(None)]
    if name is not None:
        mine.append(message.c.message == plan.world.number("message", name))
    rows = connection.execute(sa.select(message).where(*mine).order_by(message.c.sent_seq))
    named = plan.world.symbols.name
    return [
        Gone(
            row.sent_seq,
            row.sent_at,
            named(row.message),
            named(row.channel),
            f"{row.subject or ''}\n{row.text}",
            Origin(named(row.state), intent_in(row)),
        )
        for row in rows
    ]


def unanswered(connection: sa.Connection, plan: Plan, who: m.Who, name: str) -> tuple[str, str] | None:
    """The oldest message of a name that has gone and of which no receipt has come: its channel and key."""
    mine = (*person(connection, plan, who).owns(message), message.c.status == MessageStatus.SENT)
    named = message.c.message == plan.world.number("message", name)
    query = sa.select(message.c.channel, message.c.key).where(*mine, named).order_by(message.c.sent_seq)
    row = connection.execute(query).first()
    return None if row is None else (plan.world.symbols.name(row.channel), row.key)


def last_channel(connection: sa.Connection, plan: Plan, who: m.Who) -> str | None:
    """The channel by which the customer was written to last."""
    sent = gone(connection, plan, who)
    return sent[-1].channel if sent else None


def is_meant(one: Gone, expected: m.Sent) -> bool:
    """Whether a message that has gone went as is expected: the way and the words."""
    return expected.via in {None, one.channel} and (expected.containing or "") in one.text


def places(connection: sa.Connection, plan: Plan, who: m.Who) -> list[tuple[str, str]]:
    """The journeys that the customer is in, each with the full name of the state."""
    mine = (*person(connection, plan, who).owns(enrolment), enrolment.c.status == ACTIVE)
    rows = connection.execute(sa.select(enrolment.c.state).where(*mine))
    found = (plan.world.symbols.name(row.state).partition("/") for row in rows)
    return sorted((journey, state) for journey, _, state in found)


def place_names(journey: str, state: str) -> Iterator[str]:
    """Every way to name where somebody is: the state or its stage, with or without stage and journey."""
    stage = state.rpartition(".")[0]
    for name in (state, stage) if stage else (state,):
        yield name
        yield f"{journey}.{name}"
    yield state.rpartition(".")[2]


def outcomes(connection: sa.Connection, plan: Plan, who: m.Who) -> list[tuple[str, str]]:
    """How the journeys that the customer has gone through last, and is not in again, have ended: journey, outcome."""
    mine = person(connection, plan, who).owns(enrolment)
    query = sa.select(enrolment).where(*mine).order_by(enrolment.c.occurrence)
    last: dict[tuple[int, int], sa.Row[Any]] = {
        (row.journey, row.record): row for row in connection.execute(query)
    }
    ended = (row for row in last.values() if row.status == ENDED)
    named = plan.world.symbols.name
    return sorted((named(row.journey), named(row.outcome)) for row in ended if row.outcome is not None)


def held_up(connection: sa.Connection, plan: Plan, who: m.Who) -> list[tuple[str, str, sa.Row[Any]]]:
    """What waits for a time or a person: the message, the reason, the row."""
    open_ones = (MessageStatus.WAITING, MessageStatus.HELD)
    mine = (*person(connection, plan, who).owns(message), message.c.status.in_(open_ones))
    rows = connection.execute(sa.select(message).where(*mine).order_by(message.c.created_at))
    return [(plan.world.symbols.name(row.message), read_back(row.because or ""), row) for row in rows]


def held_message(connection: sa.Connection, plan: Plan, who: m.Who, name: str) -> Intent | None:
    """The oldest message of a name that a person must look at."""
    held = (row for found, _, row in held_up(connection, plan, who) if found == name)
    return next((intent_in(row) for row in held if row.status == MessageStatus.HELD), None)


@dataclass(frozen=True, slots=True)
class Given:
    """A benefit that the customer has got."""

    at: int
    benefit: str
    origin: Origin


def given(connection: sa.Connection, plan: Plan, who: m.Who) -> list[Given]:
    """The benefits that the customer has got, the oldest first."""
    mine = (*person(connection, plan, who).owns(grant), grant.c.status == GrantStatus.GRANTED)
    rows = connection.execute(sa.select(grant).where(*mine).order_by(grant.c.granted_at))
    named = plan.world.symbols.name
    return [
        Given(row.granted_at, named(row.benefit), Origin(named(row.state), intent_in(row))) for row in rows
    ]


def held_grant(connection: sa.Connection, plan: Plan, who: m.Who, name: str) -> Intent | None:
    """The oldest benefit of a name that a person must approve."""
    number = plan.world.number("benefit", name)
    held = (grant.c.status == GrantStatus.HELD, grant.c.benefit == number)
    mine = (*person(connection, plan, who).owns(grant), *held)
    row = connection.execute(sa.select(grant).where(*mine).order_by(grant.c.created_at)).first()
    return None if row is None else intent_in(row)


def open_grants(connection: sa.Connection, plan: Plan, who: m.Who) -> list[tuple[str, GrantStatus]]:
    """The benefits that wait for quota or for a person."""
    open_ones = (GrantStatus.WAITING, GrantStatus.HELD)
    mine = (*person(connection, plan, who).owns(grant), grant.c.status.in_(open_ones))
    rows = connection.execute(sa.select(grant).where(*mine).order_by(grant.c.created_at))
    return [(plan.world.symbols.name(row.benefit), GrantStatus(row.status)) for row in rows]


def open_tasks(connection: sa.Connection, plan: Plan, who: m.Who) -> list[str]:
    """What a person has to do."""
    mine = (*person(connection, plan, who).owns(task), task.c.status == TaskStatus.OPEN)
    rows = connection.execute(sa.select(task.c.task).where(*mine).order_by(task.c.created_at))
    return [plan.world.symbols.name(row.task) for row in rows]


def open_task(connection: sa.Connection, plan: Plan, who: m.Who, name: str) -> tuple[Intent, Task] | None:
    """The oldest open task of a name, and what the rules say of it."""
    number = plan.world.symbols.known("task", name)
    mine = (
        *person(connection, plan, who).owns(task),
        task.c.status == TaskStatus.OPEN,
        task.c.task == number,
    )
    row = connection.execute(sa.select(task).where(*mine).order_by(task.c.created_at)).first()
    declared = None if row is None else declared_task(plan.model, plan.world.symbols, row)
    return None if row is None or declared is None else (intent_in(row), declared)


def opened(connection: sa.Connection, plan: Plan, who: m.Who) -> list[Opened]:
    """The tasks that there have been, the oldest first."""
    mine = person(connection, plan, who).owns(task)
    rows = connection.execute(sa.select(task).where(*mine).order_by(task.c.created_at))
    named = plan.world.symbols.name
    return [Opened(row.created_at, named(row.task), Origin(named(row.state), intent_in(row))) for row in rows]
