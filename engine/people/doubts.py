"""What people find out about messages in doubt: it was sent, or it never came in and is to go after all.

The second may make the customer get it twice; so it needs a name and a reason, and time to have passed. Either can be
taken back: the first until a run has gone on from it, the second until a call for it was begun.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.errors import RefusedError
from engine.people.decisions import USUAL, too_late
from engine.people.practice import Practice, Verdict, remember
from engine.people.staff import check_may
from engine.people.standing import has_gone_on, standing
from engine.storage import audit
from engine.storage.arrivals import mark_changed, take
from engine.storage.audit import By, Deed
from engine.storage.keys import Intent
from engine.storage.messages import change_while, is_message
from engine.storage.schema import INTENT, message
from engine.storage.staff_tables import decision
from engine.storage.states import TAKEN_BACK, MessageStatus
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
    _remember(connection, intent, row, Verdict(KIND, "sent", row.changed_at), by)
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
    _remember(connection, intent, row, Verdict(KIND, "anew", row.changed_at), by)
    audit.record(connection, by, Deed("message sent anew", intent.customer, intent.id, because))


def doubt_arrival(connection: sa.Connection, intent: Intent, decided: Any, by: By) -> bool:
    """It was said that a message arrived: it is in doubt again; false where rules or receipts have gone on from it."""
    del by
    row = connection.execute(sa.select(message).where(*is_message(intent))).one()
    before = decided.former
    if before is None or row.status != MessageStatus.SENT or row.sent_seq is None:
        return False
    if has_gone_on(connection, intent.customer, row.sent_seq, before["stood"]):
        return False
    count_left(connection, [Left(row.sent_at, row.channel, -1)])
    _put_back(connection, intent, before["message"])
    return True


def keep_back(connection: sa.Connection, intent: Intent, decided: Any, by: By) -> bool:
    """It was to go once more: it is in doubt again; false where a call for it was begun, or its state was left."""
    del by
    waits = (message.c.status.in_(TAKEN_BACK), message.c.attempt == 0)
    here = sa.select(message.c.resend).where(*is_message(intent), *waits)
    before = decided.former
    if before is None or connection.scalar(here) != before["message"]["resend"] + 1:
        return False
    _put_back(connection, intent, before["message"])
    return True


def _remember(connection: sa.Connection, intent: Intent, row: Any, verdict: Verdict, by: By) -> None:
    """Who said so, and all that it takes to take it back."""
    remember(connection, {intent: verdict}, by)
    kept = {name: value for name, value in row._asdict().items() if name not in _STAYS}
    former = {"message": kept, "stood": standing(connection, intent.customer)}
    mine = (*is_message(intent, decision), decision.c.kind == KIND)
    connection.execute(decision.update().where(*mine).values(former=former))


_STAYS = {*INTENT, "epoch"}
"""What no decision changes of a message; epochs only grow, so that whoever holds an older one holds nothing."""


def _put_back(connection: sa.Connection, intent: Intent, values: Mapping[str, Any]) -> None:
    connection.execute(message.update().where(*is_message(intent)).values(dict(values)))


def _doubtful(connection: sa.Connection, intent: Intent, by: By, practice: Practice) -> Any:
    row = connection.execute(sa.select(message).where(*is_message(intent))).first()
    if row is None or row.status != MessageStatus.UNKNOWN:
        raise too_late(connection, intent, say("message {id} is not in doubt", id=intent.id), practice)
    check_may(connection, by, None, say("message {id}", id=intent.id))
    return row


def _decide(connection: sa.Connection, intent: Intent, by: By, values: dict[str, Any]) -> None:
    changes: dict[str, Any] = {"until": None, "because": None, "lease_until": None, "changed_at": by.now}
    change_while(connection, intent, MessageStatus.UNKNOWN, changes | values)
    mark_changed(connection, [intent.customer])
