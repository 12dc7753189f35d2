"""What happened to a customer, in order, and which rule line was the reason."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.model import EventKind
from engine.storage.declared import column_name
from engine.storage.schema import WATCHED, consent, enrolment, message, optout, rule, task, visit
from engine.storage.states import MessageStatus, TaskStatus
from engine.views.window import Window

_TOLD_OTHERWISE = frozenset({"task_done", "optout"})
"""Events that stand in the timeline as tasks and opt-outs."""


class Moment(NamedTuple):
    """One line of a timeline. `order` sorts what happened at one instant."""

    at: int
    order: tuple[int, int]
    kind: str
    what: str
    because: str | None = None


def timeline(window: Window, customer: int) -> list[dict[str, object]]:
    """Everything known, the oldest first, as the JSON contract says."""
    told = (_events, _moves, _held_out, _messages, _tasks, _optouts, _consents)
    moments = sorted(moment for one in told for moment in one(window, customer))
    return [
        {"at": window.time(moment.at), "kind": moment.kind, "what": moment.what, "because": moment.because}
        for moment in moments
    ]


def _events(window: Window, customer: int) -> Iterator[Moment]:
    for name, table in window.tables.events.items():
        if name in _TOLD_OTHERWISE:
            continue
        kind = window.model.events[name]
        rows = window.connection.execute(sa.select(table).where(table.c.customer == customer))
        for row in rows.mappings():
            yield Moment(row["at"], (0, row["seq"]), "event", _event_words(window, kind, row))


def _event_words(window: Window, kind: EventKind, row: sa.RowMapping) -> str:
    values = (
        (field.name, window.value(row[column_name(field.name)], field.type.kind)) for field in kind.fields
    )
    words = ", ".join(f"{name} {_plain(value)}" for name, value in values if value is not None)
    return f"{kind.name} ({words})" if words else kind.name


def _moves(window: Window, customer: int) -> Iterator[Moment]:
    joined = visit.outerjoin(rule, rule.c.rule == visit.c.rule)
    query = sa.select(visit, rule.c.file, rule.c.line, rule.c.text).select_from(joined)
    for row in window.connection.execute(query.where(visit.c.customer == customer)):
        journey = window.name(row.journey)
        because = None if row.file is None else f"{row.file}:{row.line} {row.text}"
        if row.state is None:
            outcome = window.name(row.outcome)
            yield Moment(row.at, (1, row.visit), "end", f"{journey} ended {outcome or ''}".rstrip(), because)
        else:
            yield Moment(row.at, (1, row.visit), "state", f"{journey}: {window.state(row.state)}", because)


def _held_out(window: Window, customer: int) -> Iterator[Moment]:
    watched = (enrolment.c.customer == customer, enrolment.c.status == WATCHED)
    query = sa.select(enrolment.c.journey, enrolment.c.entered_at).where(*watched)
    for row in window.connection.execute(query):
        yield Moment(row.entered_at, (1, 0), "state", f"{window.name(row.journey)}: held out for comparison")


def _messages(window: Window, customer: int) -> Iterator[Moment]:
    for row in window.connection.execute(sa.select(message).where(message.c.customer == customer)):
        word = MessageStatus(row.status).word
        via = f" via {window.name(row.channel)}" if row.channel else ""
        text = f": {row.text}" if row.text else ""
        at = row.sent_at or row.changed_at
        yield Moment(
            at, (2, row.action), "message", f"{window.name(row.message)} {word}{via}{text}", row.because
        )


def _tasks(window: Window, customer: int) -> Iterator[Moment]:
    for row in window.connection.execute(sa.select(task).where(task.c.customer == customer)):
        name = window.name(row.task)
        yield Moment(
            row.created_at, (3, row.action), "task", f"{name} for {window.name(row.role) or 'anybody'}"
        )
        if row.closed_at is not None:
            yield Moment(row.closed_at, (0, 0), "task", f"{name} {_closing(window, row)}", row.note)


def _closing(window: Window, row: sa.Row[Any]) -> str:
    word = TaskStatus(row.status).word
    outcome = f" as {window.name(row.outcome)}" if row.outcome else ""
    return f"{word}{outcome}{f' by {row.done_by}' if row.done_by else ''}"


def _optouts(window: Window, customer: int) -> Iterator[Moment]:
    for row in window.connection.execute(sa.select(optout).where(optout.c.customer == customer)):
        channel = window.name(row.channel) or "every channel"
        yield Moment(row.at, (0, 0), "optout", channel, row.source)
        if row.lifted_at is not None:
            yield Moment(row.lifted_at, (0, 0), "optout", f"{channel}: lifted")


def _consents(window: Window, customer: int) -> Iterator[Moment]:
    for row in window.connection.execute(sa.select(consent).where(consent.c.customer == customer)):
        what = (
            f"{window.name(row.policy) or 'every policy'} via {window.name(row.channel) or 'every channel'}"
        )
        yield Moment(row.given_at, (0, 0), "consent", what, row.source)
        if row.withdrawn_at is not None:
            yield Moment(row.withdrawn_at, (0, 0), "consent", f"{what}: withdrawn")


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
