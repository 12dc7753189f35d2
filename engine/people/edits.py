"""A message written anew by a person: looked over at once, and held until somebody approves exactly that text."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.model.journeys import Send
from dsl.model.model import Model
from dsl.texts.placeholders import leftovers
from dsl.texts.segments import len_of, segments
from engine.errors import RefusedError, UsageError
from engine.people.decisions import too_late
from engine.people.practice import Practice, Verdict, remember
from engine.people.staff import check_may
from engine.permits.approvals import digest
from engine.permits.final_text import offences
from engine.reasons import BOTH, EDITED
from engine.storage import audit
from engine.storage.arrivals import mark_changed
from engine.storage.audit import By, Deed
from engine.storage.bad_values import BadValueError
from engine.storage.keys import Intent, intent_in
from engine.storage.messages import change_while, is_message
from engine.storage.panels import panel, roles_in
from engine.storage.schema import message
from engine.storage.staff_tables import edit
from engine.storage.states import MessageStatus
from engine.storage.symbols import Symbols, load_symbols, panel_number
from engine.storage.values import read_text
from engine.texts.rendering import Text
from engine.wording import all_of, say

_BRACES = ("{{", "{%", "{#")


@dataclass(frozen=True, slots=True)
class Writing:
    """What somebody wants a message to say.

    `channel`: None for the one that it is to go by; `because`: for the trail.
    """

    text: str
    subject: str | None = None
    channel: str | None = None
    because: str | None = None


class Edited(NamedTuple):
    """A text as it stands now. `length` and `segments`: of an sms, else None. `digest`: what an approval binds.

    `leftovers`: what in it looks as if something was to be filled in; it may go so all the same.
    """

    channel: str
    subject: str | None
    text: str
    length: int | None
    segments: int | None
    digest: str
    leftovers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Study:
    """Where messages are written anew: the rules in force and their names."""

    connection: sa.Connection
    model: Model
    symbols: Symbols
    practice: Practice


def edit_text(study: Study, intent: Intent, writing: Writing, by: By) -> Edited:
    """Let a held message, or one that was approved and has not left, say something else.

    An approval is void; the text goes once somebody with the role approves it. RefusedError when it is too late, not
    for this person, or the text breaks its policy; UsageError when it cannot be a text.
    """
    row = _editable(study, intent)
    check_may(study.connection, by, None, say("message {id}", id=intent.id))
    new = _looked_over(study, row, writing)
    number, text = study.symbols.known("channel", new.channel), Text(new.subject, new.text)
    _store(study.connection, row, number, text, by)
    shown = row.channel in {None, number}
    _void(study.connection, intent, row, (number, text) if shown else None, by)
    remember(study.connection, {intent: Verdict("message", "edited", row.changed_at)}, by)
    what = f"{intent.id} via {new.channel} {new.digest[:12]}"
    audit.record(study.connection, by, Deed("message edited", intent.customer, what, writing.because))
    return new


def proposed(study: Study, intent: Intent, writing: Writing) -> Edited:
    """What a message would say if it were edited so; changes nothing. The errors of `edit_text`, but for who may."""
    return _looked_over(study, _editable(study, intent), writing)


def _looked_over(study: Study, row: Any, writing: Writing) -> Edited:
    send = _send(study, row)
    channel = writing.channel or study.symbols.name_or(row.channel) or send.via[0]
    text = _text(study, send, channel, writing, row)
    _check(study.model, send, channel, text)
    length, count = (len_of(text.body), segments(text.body)) if channel == "sms" else (None, None)
    seal = digest(study.symbols.known("channel", channel), text.subject, text.body)
    known = {field.name for field in study.model.customer}
    left = leftovers(f"{text.subject or ''}\n{text.body}", known)
    return Edited(channel, text.subject, text.body, length, count, seal, left)


def _editable(study: Study, intent: Intent) -> Any:
    row = study.connection.execute(sa.select(message).where(*is_message(intent))).first()
    if row is not None and row.status == MessageStatus.HELD:
        return row
    on_its_way = (MessageStatus.WAITING, MessageStatus.READY)
    if row is not None and row.approved and row.status in on_its_way:
        return row
    what = say("message {id} is neither held nor approved and still here", id=intent.id)
    raise too_late(study.connection, intent, what, study.practice)


def _send(study: Study, row: Any) -> Send:
    journey, _, state = study.symbols.name(row.state).partition("/")
    found = study.model.journeys.get(journey)
    actions = (
        action for one in (found.states if found else ()) if one.name == state for action in one.actions
    )
    for action in actions:
        if isinstance(action, Send) and action.number == row.action:
            return action
    raise RefusedError(say("the rules in force do not send this message any more"))


def _text(study: Study, send: Send, channel: str, writing: Writing, row: Any) -> Text:
    """The text as it will go. UsageError when it cannot be one."""
    variant = study.model.messages[send.message].variant(channel)
    if variant is None or channel not in send.via:
        raise UsageError(
            say("this message does not go via `{channel}`", channel=channel),
            say("it goes via: {names}", names=all_of(send.via)),
        )
    if writing.subject is not None and variant.subject is None:
        raise UsageError(say("messages via `{channel}` have no subject here", channel=channel))
    body, subject = _read(writing.text), writing.subject
    if variant.subject is not None:
        subject = _read(row.subject if subject is None else subject)
        if "\n" in subject:
            raise UsageError(say("a subject is one line"))
    return Text(subject, body)


def _read(written: str | None) -> str:
    try:
        text = read_text(written)
    except BadValueError as error:
        raise UsageError(say("the text cannot be sent: {error}", error=error.reason)) from None
    if text is None:
        raise UsageError(say("there is no text"), say("write it after --text, or name a --file"))
    if any(brace in text for brace in _BRACES):
        raise UsageError(
            say("the text holds a `{brace}`, and nothing is filled in any more", brace="{{"),
            say("write what the customer is to read"),
        )
    return text


def _check(model: Model, send: Send, channel: str, text: Text) -> None:
    broken = offences(text, model.policies[send.policy], channel)
    if broken:
        raise RefusedError(
            say("the text breaks {rules}", rules=all_of(rule.text for rule in broken)),
            say("nothing was changed"),
        )


def _store(connection: sa.Connection, row: Any, channel: int, text: Text, by: By) -> None:
    intent = intent_in(row)
    mine = (*is_message(intent, edit), edit.c.channel == channel)
    before = connection.execute(sa.select(edit).where(*mine)).one_or_none()
    connection.execute(edit.delete().where(*mine))
    new = {"subject": text.subject, "text": text.body, "who": by.actor, "at": by.now}
    former = {"former": _former(row, before)}
    connection.execute(edit.insert().values(intent._asdict() | {"channel": channel} | new | former))


def _former(row: Any, before: Any) -> dict[str, Any] | None:
    """How a held message stood, and the edit that it had; None of one that was let go, which is not held again so."""
    if row.status != MessageStatus.HELD:
        return None
    own = None if before is None else {name: getattr(before, name) for name in WRITTEN}
    return {"message": {name: getattr(row, name) for name in STOOD}, "edit": own}


STOOD = (
    "channel", "subject", "text", "because", "role", "until", "changed_at", "approved", "approved_text", "signed",
)  # fmt: skip
"""What an edit changes of a message."""

WRITTEN = ("subject", "text", "who", "at", "former")
"""What another edit changes of one."""


def _void(
    connection: sa.Connection, intent: Intent, row: Any, shown: tuple[int, Text] | None, by: By
) -> None:
    """No approval holds any more, and the next run asks the gate again; what was held waits on as it did."""
    values: dict[str, Any] = {"approved": False, "approved_text": None, "signed": None}
    if shown is not None:
        values |= {"channel": shown[0], "subject": shown[1].subject, "text": shown[1].body}
    own = EDITED(who=by.actor)
    if row.status == MessageStatus.HELD:
        values["role"] = _everybody_again(connection, row)
        besides = None if row.role is None else _besides(row.because)
        values["because"] = own if besides is None else BOTH(first=besides, second=own)
    else:
        again = {"status": MessageStatus.WAITING, "until": by.now, "changed_at": by.now}
        values |= again | {"because": own, "counted_at": None}
    if not change_while(connection, intent, MessageStatus(row.status), values):
        raise RefusedError(say("message {id} was changed by somebody else just now", id=intent.id))
    mark_changed(connection, [intent.customer])


def _besides(because: str | None) -> str | None:
    """Why it is held besides that somebody wrote it; None when it is for nothing else."""
    if because is None or EDITED.read(because) is not None:
        return None
    both = BOTH.read(because)
    if both is None or EDITED.read(str(both.values["second"])) is None:
        return because
    return _besides(str(both.values["first"]))


def _everybody_again(connection: sa.Connection, row: Any) -> int | None:
    """For whom it is held now: also for the roles that had let it go."""
    symbols = load_symbols(connection)
    roles = (*roles_in(row.signed), *roles_in(symbols.name_or(row.role)))
    return panel_number(connection, symbols, panel(roles))
