"""Held messages: found, let go with their exact text, or dropped. The next run asks the gate once more."""

from typing import Any

import sqlalchemy as sa

from engine.errors import RefusedError
from engine.people.practice import Practice
from engine.people.waiting import Waiting
from engine.permits.approvals import digest
from engine.permits.settling import settle
from engine.reasons import REFUSED, read_back
from engine.storage import audit
from engine.storage.arrivals import mark_changed
from engine.storage.audit import By, Deed
from engine.storage.keys import Intent
from engine.storage.messages import change_while, is_message
from engine.storage.schema import message, symbol
from engine.storage.staff_tables import edit
from engine.storage.states import MessageStatus
from engine.wording import say


def find(connection: sa.Connection, intent: Intent) -> Waiting | None:
    """The held message of an id; None when there is none."""
    names = symbol.alias()
    role = sa.select(names.c.name).where(names.c.symbol == message.c.role).scalar_subquery()
    query = sa.select(message, role.label("role_name"), _writer())
    row = connection.execute(query.where(*is_message(intent))).first()
    if row is None or row.status != MessageStatus.HELD:
        return None
    bound = None if not row.text else digest(row.channel, row.subject, row.text)
    named = say("message {id}", id=intent.id)
    return Waiting(intent, named, row.role_name, row.changed_at, bound, row.writer)


def approve(
    connection: sa.Connection, waiting: Waiting, by: By, because: str | None, practice: Practice
) -> None:
    """Let it go when the other rules do. RefusedError when it has no text yet."""
    del practice
    if waiting.digest is None:
        raise _no_text(connection, waiting.intent)
    let_go = {"status": MessageStatus.WAITING, "approved": True, "until": by.now}
    _decide(connection, waiting.intent, by, let_go | {"approved_text": waiting.digest})
    deed = Deed("message approved", waiting.intent.customer, waiting.intent.id, because)
    audit.record(connection, by, deed)


def refuse(
    connection: sa.Connection, waiting: Waiting, by: By, because: str | None, practice: Practice
) -> None:
    """It never goes."""
    del practice
    intent = waiting.intent
    dropped = {"status": MessageStatus.DROPPED, "because": REFUSED(who=by.actor), "until": None}
    _decide(connection, intent, by, dropped)
    settle(connection, [intent[:5]], by.now)
    audit.record(connection, by, Deed("message refused", intent.customer, intent.id, because))


def _writer() -> sa.ColumnElement[str]:
    """Who wrote the text that it has now, if a person did."""
    same = [edit.c[name] == message.c[name] for name in Intent._fields]
    query = sa.select(edit.c.who).where(*same, edit.c.channel == message.c.channel)
    return query.scalar_subquery().label("writer")


def _no_text(connection: sa.Connection, intent: Intent) -> RefusedError:
    why = connection.scalar(sa.select(message.c.because).where(*is_message(intent)))
    return RefusedError(
        say("message {id} has no text that could be approved: {why}", id=intent.id, why=read_back(why or "")),
        say("`homing queue edit {id} --text …` gives it one", id=intent.id),
    )


def _decide(connection: sa.Connection, intent: Intent, by: By, values: dict[str, Any]) -> None:
    changes = values | {"role": None, "changed_at": by.now}
    if not change_while(connection, intent, MessageStatus.HELD, changes):
        raise RefusedError(say("message {id} is not held", id=intent.id))
    mark_changed(connection, [intent.customer])
