"""What a history came to, in one canonical form in which the interpreter and the engine can be compared.

Rows of plain values, sorted; instants as text in UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

from tests.oracle.facts import Enrolment, Facts, Message

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that can be seen of a store after a history.

    enrolments: customer, journey, record, occurrence, status, state, entered, settled, goal, outcome, ended.
    visits: customer, journey, record, occurrence, number, at, state or end.
    messages: customer, journey, record, occurrence, visit, action, message, policy, status, created, channel and
    texts (once it may go), sent, until (while it waits). tasks: the same key, task, role, status, created, due, closed,
    outcome, rank (while it is open). grants: the same key, benefit, status, created, granted, last day.
    attributes: customer, name, value. tags: customer, tag. events: customer, kind, at, fields.
    """

    enrolments: tuple[Row, ...]
    visits: tuple[Row, ...]
    messages: tuple[Row, ...]
    tasks: tuple[Row, ...]
    grants: tuple[Row, ...]
    attributes: tuple[Row, ...]
    tags: tuple[Row, ...]
    events: tuple[Row, ...]


def differences(expected: Outcome, found: Outcome) -> list[str]:
    """Every row that only one of them has, in words."""
    lines = []
    for part in fields(Outcome):
        ours, theirs = getattr(expected, part.name), getattr(found, part.name)
        lines += [f"only expected: {part.name} {row}" for row in ours if row not in theirs]
        lines += [f"only found:    {part.name} {row}" for row in theirs if row not in ours]
    return lines


def in_order(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows sorted whatever they hold."""
    return tuple(sorted(rows, key=repr))


def plain(value: Any) -> Any:
    """A value that reads and compares alike on both sides."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 6) + 0.0 if isinstance(value, int | float) else value


def outcome_of(facts: Facts) -> Outcome:
    """What the interpreter knows in the end."""
    customers = facts.customers.values()
    return Outcome(
        enrolments=in_order(_enrolment(item) for item in facts.enrolments),
        visits=in_order(row for item in facts.enrolments for row in _visits(item)),
        messages=in_order(_message(item) for item in facts.messages),
        tasks=in_order(
            (*_key(item.enrolment), item.visit, item.action, item.task, item.role, item.status,
             plain(item.created_at), plain(item.due_at), plain(item.closed_at), item.outcome,
             plain(item.rank) if item.status == "open" else None)
            for item in facts.tasks
        ),
        grants=in_order(
            (*_key(item.enrolment), item.visit, item.action, item.benefit, item.status, plain(item.created_at),
             plain(item.granted_at), plain(item.last_day))
            for item in facts.grants
        ),
        attributes=in_order(
            (customer.id, name, plain(value))
            for customer in customers
            for name, value in customer.attributes.items()
            if value is not None
        ),
        tags=in_order((customer.id, tag) for customer in customers for tag in customer.tags),
        events=in_order(
            (event.customer, event.kind, plain(event.at), values_of(event.fields))
            for events in facts.events.values()
            for event in events
            if event.kind not in ("sent", "delivered", "failed")
        ),
    )  # fmt: skip


def values_of(given: dict[str, Any]) -> Row:
    """Fields that have a value."""
    return tuple(sorted((name, plain(value)) for name, value in given.items() if value is not None))


def _key(item: Enrolment) -> Row:
    return item.customer, item.journey, item.record.id if item.record else None, item.occurrence


def _enrolment(item: Enrolment) -> Row:
    under_way = item.status == "active"
    return (
        *_key(item), item.status, item.state if under_way else None, plain(item.entered_at),
        plain(item.settled_at) if under_way else None, plain(item.goal_at), item.outcome, plain(item.ended_at),
    )  # fmt: skip


def _visits(item: Enrolment) -> Iterable[Row]:
    for number, visit in enumerate(item.visits, 1):
        yield *_key(item), number, plain(visit.at), visit.state, visit.outcome


def _message(item: Message) -> Row:
    known = item.status in ("ready", "sent", "delivered", "failed")
    return (
        *_key(item.enrolment), item.visit, item.action, item.message, item.policy, item.status,
        plain(item.created_at), *((item.channel, item.subject, item.text) if known else (None, None, None)),
        plain(item.sent_at), plain(item.until) if item.status == "waiting" else None,
    )  # fmt: skip
