"""Held messages: found, let go with their exact text, or dropped. The next run asks the gate once more."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.conditions import moments
from engine.errors import RefusedError
from engine.people.practice import Practice
from engine.people.signatures import Signer, sign, signers_of
from engine.people.waiting import Before, Waiting
from engine.permits.approvals import digest
from engine.permits.settling import settle
from engine.reasons import APPROVED, REFUSED, read_back
from engine.storage.arrivals import mark_changed
from engine.storage.audit import By
from engine.storage.bulk import execute_many, rows_by_key
from engine.storage.keys import Intent, intent_in
from engine.storage.messages import given, is_given
from engine.storage.panels import panel, roles_in
from engine.storage.schema import message
from engine.storage.staff_tables import edit
from engine.storage.states import MessageStatus
from engine.storage.symbols import load_symbols, panel_number
from engine.wording import say


def find(connection: sa.Connection, intents: Collection[Intent]) -> dict[Intent, Waiting]:
    """Those of these messages that are held."""
    roles, wanted = load_symbols(connection), frozenset(intents)
    columns = [message.c[name] for name in (*Intent._fields, *_SEEN)]
    customers = sorted({intent.customer for intent in wanted})
    rows = rows_by_key(connection, [*columns, _writer()], message.c.customer, customers)
    held = {
        intent: row
        for row in rows
        if row.status == MessageStatus.HELD and (intent := intent_in(row)) in wanted
    }
    signers = signers_of(connection, [intent for intent, row in held.items() if row.signed])
    return {
        intent: _waiting(intent, row, roles.name_or(row.role), signers.get(intent, {}))
        for intent, row in held.items()
    }


_SEEN = ("status", "role", "because", "until", "signed", "changed_at", "channel", "subject", "text")


def _waiting(intent: Intent, row: Any, role: str | None, signers: Mapping[str, Signer]) -> Waiting:
    bound = None if not row.text else digest(row.channel, row.subject, row.text)
    before = Before(row.changed_at, row.role, row.because, row.until, row.signed)
    unfit = None if bound is not None else _no_text(intent, row.because)
    counting = {name: signers[name].who for name in roles_in(row.signed) if name in signers}
    return Waiting(
        intent, say("message {id}", id=intent.id), role, before, bound, row.writer, unfit, counting
    )


def approve(
    connection: sa.Connection, these: Sequence[Waiting], by: By, because: str | None, practice: Practice
) -> None:
    """Let them go when the other rules do, or wait on where another role must let them go as well."""
    del because, practice
    let_go = {
        "status": moments.integer(MessageStatus.WAITING),
        "approved": sa.true(),
        "until": moments.integer(by.now),
        "role": sa.null(),
        "because": sa.bindparam("why"),
        "changed_at": moments.integer(by.now),
    }
    why = {"why": str(APPROVED(who=by.actor))}
    last = [one for one in these if one.left is None]
    _decide(connection, _BOUND | let_go, [_bound(one) | why for one in last])
    others, names = [one for one in these if one.left is not None], load_symbols(connection)
    numbers = {left: panel_number(connection, names, left) for left in {one.left for one in others}}
    waits = _BOUND | {"role": sa.bindparam("others")}
    _decide(connection, waits, [_bound(one) | {"others": numbers[one.left]} for one in others])
    sign(connection, {one.intent: one.voice for one in these if one.left or one.before.signed}, by)


_BOUND: dict[str, sa.ColumnElement[Any]] = {
    "approved_text": sa.bindparam("bound"),
    "signed": sa.bindparam("roles"),
}


def _bound(one: Waiting) -> dict[str, Any]:
    signed = panel((*roles_in(one.before.signed), *one.voice))
    return given(one.intent) | {"bound": one.digest, "roles": signed}


def refuse(
    connection: sa.Connection, these: Sequence[Waiting], by: By, because: str | None, practice: Practice
) -> None:
    """They never go."""
    del because, practice
    dropped = {
        "status": moments.integer(MessageStatus.DROPPED),
        "because": sa.bindparam("why"),
        "until": sa.null(),
        "role": sa.null(),
        "changed_at": moments.integer(by.now),
    }
    why = {"why": str(REFUSED(who=by.actor))}
    _decide(connection, dropped, [given(one.intent) | why for one in these])
    settle(connection, [one.intent[:5] for one in these], by.now)


def _decide(
    connection: sa.Connection,
    values: Mapping[str, sa.ColumnElement[Any]],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """They were found held in this transaction, to which the writer has the database alone."""
    held = message.c.status == moments.integer(MessageStatus.HELD)
    execute_many(connection, message.update().where(*is_given(), held).values(dict(values)), rows)
    mark_changed(connection, [row["its_customer"] for row in rows])


def _writer() -> sa.ColumnElement[str]:
    """Who wrote the text that it has now, if a person did."""
    same = [edit.c[name] == message.c[name] for name in Intent._fields]
    query = sa.select(edit.c.who).where(*same, edit.c.channel == message.c.channel)
    return query.scalar_subquery().label("writer")


def _no_text(intent: Intent, because: str | None) -> RefusedError:
    return RefusedError(
        say(
            "message {id} has no text that could be approved: {why}",
            id=intent.id,
            why=read_back(because or ""),
        ),
        say("`homing queue edit {id} --text …` gives it one", id=intent.id),
    )
