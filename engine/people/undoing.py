"""Taking a decision back, as long as nothing has come of it: a message has not left, a customer has not moved on.

What was decided on waits for a person again, as it did and where it did in the queue.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from engine.errors import RefusedError
from engine.people import doubts
from engine.people.decisions import Done
from engine.people.practice import Practice, last_decision
from engine.people.staff import Crew, members, objection
from engine.permits.settling import unsettle
from engine.storage import audit
from engine.storage.arrivals import mark_changed
from engine.storage.audit import By, Deed
from engine.storage.benefit_tables import grant, is_grant
from engine.storage.keys import Intent
from engine.storage.messages import is_message
from engine.storage.schema import VISIT, message
from engine.storage.staff_tables import decision, edit
from engine.storage.states import TAKEN_BACK, GrantStatus, MessageStatus
from engine.storage.symbols import load_symbols
from engine.wording import say


def undo(connection: sa.Connection, intent: Intent, by: By, because: str | None, practice: Practice) -> None:
    """Take back the last decision on something, or edit of it. Whoever may decide so may take it back.

    RefusedError when nobody has decided on it, it is too late, or it is not for this person.
    """
    for _, error in undo_each(connection, [intent], by, because, practice).passed_over:
        raise error


def undo_each(
    connection: sa.Connection, intents: Iterable[Intent], by: By, because: str | None, practice: Practice
) -> Done:
    """Take back the last decision on each of these that it can be taken back on, in the transaction under way."""
    crew, done, deeds = Crew(members(connection), load_symbols(connection)), Done([], [], {}), []
    for intent in intents:
        try:
            with connection.begin_nested():
                deeds.append(_undone(connection, intent, by, crew, practice))
        except RefusedError as error:
            done.passed_over.append((intent, error))
        else:
            done.decided.append(intent)
    mark_changed(connection, [intent.customer for intent in done.decided])
    audit.record_all(connection, by, [replace(deed, because=because) for deed in deeds])
    return done


def _undone(connection: sa.Connection, intent: Intent, by: By, crew: Crew, practice: Practice) -> Deed:
    """Take one back; what is to stand on the trail. RefusedError leaves half of it done."""
    row = _decision(connection, intent)
    named = _NAMES[row.kind](intent)
    error = objection(crew.members, by, crew.symbols.name_or(row.role), named)
    if error is not None:
        raise error
    if not _UNDO[row.kind, row.verb](connection, intent, row, by):
        at = practice.zone.iso(row.at)
        raise RefusedError(
            say("{what} was {verb} by {who} at {at}, and more has come of it since", what=named,
                verb=_VERBS[row.verb], who=row.who, at=at),
            say("`homing messages` and `homing customer` say what"),
        )  # fmt: skip
    connection.execute(decision.delete().where(*is_message(intent, decision), decision.c.kind == row.kind))
    kind = "message" if row.kind == doubts.KIND else row.kind
    return Deed(f"{kind} {_NOUNS[row.verb]} undone", intent.customer, intent.id)


def _decision(connection: sa.Connection, intent: Intent) -> Any:
    """The last decision that stands; where there is none, the last edit."""
    row = last_decision(connection, intent)
    if row is None or row.verb == _EDITED:
        row = _last_edit(connection, intent)
    if row is None or (row.kind, row.verb) not in _UNDO:
        raise RefusedError(
            say("nobody has decided on {id}", id=intent.id), say("`homing queue` lists what waits")
        )
    return row


_EDITED = "edited"


def _last_edit(connection: sa.Connection, intent: Intent) -> Any:
    """The last edit of a message, as a decision for anybody to take back; None when there is none that can be."""
    of = sa.literal("message").label("kind"), sa.literal(_EDITED).label("verb"), sa.null().label("role")
    rows = sa.select(edit, *of).where(*is_message(intent, edit)).order_by(edit.c.at.desc())
    row = connection.execute(rows.limit(1)).first()
    return None if row is None or row.former is None else row


def _hold_message(connection: sa.Connection, intent: Intent, row: Any, by: By) -> bool:
    """One that was approved and is still here; its text and its channel are those that were approved."""
    del by
    on_its_way = (message.c.status.in_((MessageStatus.WAITING, MessageStatus.READY)), message.c.approved)
    for_others = (message.c.status == MessageStatus.HELD, message.c.signed.is_not(None))
    here = sa.or_(sa.and_(*on_its_way), sa.and_(*for_others))
    return _change(connection, [*is_message(intent), here], _held(row))


def _ask_again(connection: sa.Connection, intent: Intent, row: Any, by: By) -> bool:
    """A message that was refused, whose state has not been left."""
    dropped = (message.c.status == MessageStatus.DROPPED, message.c.changed_at == row.at)
    del by
    return unsettle(connection, intent) and _change(connection, [*is_message(intent), *dropped], _held(row))


def _unwrite(connection: sa.Connection, intent: Intent, row: Any, by: By) -> bool:
    """A message that was written anew and is held still: it says what it said, and waits as it did."""
    del by
    stood, before = row.former["message"], row.former["edit"]
    held = (message.c.status == MessageStatus.HELD, message.c.signed.is_(None))
    if not _change(connection, [*is_message(intent), *held], stood):
        return False
    mine = (*is_message(intent, edit), edit.c.channel == row.channel)
    if before is None:
        connection.execute(edit.delete().where(*mine))
    else:
        connection.execute(edit.update().where(*mine).values(before))
    return True


def _hold_benefit(connection: sa.Connection, intent: Intent, row: Any, by: By) -> bool:
    """One that was given and not redeemed, of which no message has told the customer since."""
    visit = [message.c[name] == getattr(intent, name) for name in VISIT]
    told = sa.exists(sa.select(message.c.status).where(*visit, message.c.status.not_in(_UNTOLD)))
    if connection.scalar(sa.select(told)):
        return False
    held = {"status": GrantStatus.HELD, "role": row.role, "changed_at": row.since, "because": row.because}
    nobodys = {"granted_at": None, "expires": None, "decided_by": None}
    given = (grant.c.status == GrantStatus.GRANTED, grant.c.redeemed_at.is_(None))
    if not unsettle(connection, intent) or not _change_grant(connection, intent, given, held | nobodys):
        return False
    again = {"status": MessageStatus.WAITING, "until": None, "counted_at": None, "changed_at": by.now}
    waiting = message.c.status.in_((MessageStatus.WAITING, MessageStatus.READY))
    connection.execute(message.update().where(*visit, waiting).values(again))
    return True


_UNTOLD = (*TAKEN_BACK, MessageStatus.DROPPED, MessageStatus.CANCELLED)


def _want_benefit(connection: sa.Connection, intent: Intent, row: Any, by: By) -> bool:
    """One that was refused: it waits for its quota again, which others may have used up since."""
    del row
    wanted = {"status": GrantStatus.WAITING, "changed_at": by.now, "because": None, "decided_by": None}
    refused = (grant.c.status == GrantStatus.REFUSED,)
    return unsettle(connection, intent) and _change_grant(connection, intent, refused, wanted)


_UNDO = {
    ("message", "approved"): _hold_message,
    ("message", "refused"): _ask_again,
    ("message", _EDITED): _unwrite,
    ("benefit", "approved"): _hold_benefit,
    ("benefit", "refused"): _want_benefit,
    (doubts.KIND, "sent"): doubts.doubt_arrival,
    (doubts.KIND, "anew"): doubts.keep_back,
}

_NAMES = {
    "message": lambda intent: say("message {id}", id=intent.id),
    "benefit": lambda intent: say("benefit {id}", id=intent.id),
    doubts.KIND: lambda intent: say("message {id}", id=intent.id),
}

_VERBS = {
    "approved": say("approved"),
    "refused": say("refused"),
    _EDITED: say("edited"),
    "sent": say("settled as sent"),
    "anew": say("sent anew"),
}

_NOUNS = {
    "approved": "approval",
    "refused": "refusal",
    _EDITED: "edit",
    "sent": "arrival",
    "anew": "resend",
}
"""What the trail calls what was taken back."""


def _held(row: Any) -> dict[str, Any]:
    return {
        "status": MessageStatus.HELD,
        "role": row.role,
        "because": row.because,
        "until": row.until,
        "changed_at": row.since,
        "approved": False,
        "signed": row.signed,
        "counted_at": None,
        "piloted": False,
    } | ({} if row.signed else {"approved_text": None})


def _change(
    connection: sa.Connection, these: list[sa.ColumnElement[bool]], values: Mapping[str, Any]
) -> bool:
    return connection.execute(message.update().where(*these).values(dict(values))).rowcount > 0


def _change_grant(
    connection: sa.Connection,
    intent: Intent,
    these: tuple[sa.ColumnElement[bool], ...],
    values: Mapping[str, Any],
) -> bool:
    mine = grant.update().where(*is_grant(intent), *these).values(dict(values))
    return connection.execute(mine).rowcount > 0
