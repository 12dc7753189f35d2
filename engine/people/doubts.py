"""What people find out about messages in doubt: it was sent, or it never came in and is to go after all.

The second may make the customer get it twice; so it needs a name and a reason, and time to have passed.
"""

from typing import Any

import sqlalchemy as sa

from engine.errors import RefusedError
from engine.people.decisions import USUAL, too_late
from engine.people.practice import Practice, Verdict, remember
from engine.people.staff import check_may
from engine.storage import audit
from engine.storage.arrivals import mark_changed, take
from engine.storage.audit import By, Deed
from engine.storage.keys import Intent
from engine.storage.messages import change_while, is_message
from engine.storage.schema import message
from engine.storage.states import MessageStatus
from engine.storage.traffic import Left, count_left
from engine.wording import say

KIND = "unknown"

SETTLED_AFTER = 720_000
"""Milliseconds after its mark before which a message may still be on its way: lease, time-outs and ten minutes."""


def was_sent(
    connection: sa.Connection, intent: Intent, by: By, because: str, practice: Practice = USUAL
) -> None:
    """It arrived after all. RefusedError when it is not in doubt, or this person may not say so."""
    row = _doubtful(connection, intent, by, practice)
    values = {"status": MessageStatus.SENT, "sent_at": row.counted_at, "sent_seq": take(connection, 1)}
    _decide(connection, intent, by, values)
    count_left(connection, [Left(row.counted_at, row.channel, 1)])
    remember(connection, {intent: Verdict(KIND, "sent", row.changed_at)}, by)
    audit.record(connection, by, Deed("message was sent", intent.customer, intent.id, because))


def send_anew(
    connection: sa.Connection, intent: Intent, by: By, because: str, practice: Practice = USUAL
) -> None:
    """Let it go once more, by way of the rules. RefusedError when it is not in doubt, or may still be on its way."""
    row = _doubtful(connection, intent, by, practice)
    free = row.counted_at + SETTLED_AFTER
    if by.now < free:
        raise RefusedError(
            say("message {id} may still be on its way", id=intent.id),
            say("wait {n} minutes", n=-(-(free - by.now) // 60_000)),
        )
    values = {
        "status": MessageStatus.WAITING,
        "until": by.now,
        "counted_at": None,
        "begun_at": None,
        "attempt": 0,
    }
    _decide(connection, intent, by, values | {"resend": row.resend + 1})
    remember(connection, {intent: Verdict(KIND, "anew", row.changed_at)}, by)
    audit.record(connection, by, Deed("message sent anew", intent.customer, intent.id, because))


def _doubtful(connection: sa.Connection, intent: Intent, by: By, practice: Practice) -> Any:
    columns = ("status", "channel", "counted_at", "resend", "changed_at")
    known = sa.select(*(message.c[name] for name in columns))
    row = connection.execute(known.where(*is_message(intent))).first()
    if row is None or row.status != MessageStatus.UNKNOWN:
        raise too_late(connection, intent, say("message {id} is not in doubt", id=intent.id), practice)
    check_may(connection, by, None, say("message {id}", id=intent.id))
    return row


def _decide(connection: sa.Connection, intent: Intent, by: By, values: dict[str, Any]) -> None:
    changes: dict[str, Any] = {"until": None, "because": None, "lease_until": None, "changed_at": by.now}
    change_while(connection, intent, MessageStatus.UNKNOWN, changes | values)
    mark_changed(connection, [intent.customer])
