"""What people decide about messages that are held for them. The next run asks the gate once more."""

from typing import Any

import sqlalchemy as sa

from engine.errors import RefusedError
from engine.permits.approvals import digest
from engine.permits.settling import settle
from engine.reasons import REFUSED
from engine.storage import audit
from engine.storage.arrivals import mark_changed
from engine.storage.audit import By, Deed
from engine.storage.keys import Intent
from engine.storage.messages import change_while, is_message
from engine.storage.schema import message
from engine.storage.states import MessageStatus
from engine.wording import say


def approve(connection: sa.Connection, intent: Intent, by: By) -> None:
    """Let a held message go when the other rules do. RefusedError when it is not held."""
    text = sa.select(message.c.channel, message.c.subject, message.c.text)
    seen = connection.execute(text.where(*is_message(intent))).first()
    let_go = {"status": MessageStatus.WAITING, "approved": True, "until": by.now}
    _decide(connection, intent, by, let_go | {"approved_text": digest(*(seen or (None, None, None)))})
    audit.record(connection, by, Deed("message approved", intent.customer, intent.id))


def refuse(connection: sa.Connection, intent: Intent, by: By, because: str | None = None) -> None:
    """A held message never goes. RefusedError when it is not held."""
    dropped = {"status": MessageStatus.DROPPED, "because": REFUSED(who=by.actor), "until": None}
    _decide(connection, intent, by, dropped)
    settle(connection, [intent[:5]], by.now)
    audit.record(connection, by, Deed("message refused", intent.customer, intent.id, because))


def _decide(connection: sa.Connection, intent: Intent, by: By, values: dict[str, Any]) -> None:
    changes = values | {"role": None, "changed_at": by.now}
    if not change_while(connection, intent, MessageStatus.HELD, changes):
        raise RefusedError(say("message {id} is not held", id=intent.id))
    mark_changed(connection, [intent.customer])
