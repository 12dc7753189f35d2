"""Benefits that are held: found, given, or refused. What is refused goes back into quota and stock."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.conditions import moments
from engine.people.practice import Practice
from engine.people.waiting import Before, Waiting
from engine.permits.benefits import decided, last_day, read_duration
from engine.reasons import REFUSED
from engine.storage.audit import By
from engine.storage.benefit_tables import HELD_GRANT, grant
from engine.storage.bulk import execute_many, rows_by_key
from engine.storage.keys import Intent, intent_in
from engine.storage.messages import given, is_given
from engine.storage.states import GrantStatus
from engine.storage.symbols import load_symbols
from engine.wording import say


def find(connection: sa.Connection, intents: Collection[Intent]) -> dict[Intent, Waiting]:
    """Those of these benefits that are held."""
    roles, found = load_symbols(connection), {}
    for intent, row in _rows(connection, intents).items():
        if row.status == GrantStatus.HELD:
            before = Before(row.changed_at, row.role, row.because)
            found[intent] = Waiting(
                intent, say("benefit {id}", id=intent.id), roles.name_or(row.role), before
            )
    return found


def approve(
    connection: sa.Connection, these: Sequence[Waiting], by: By, because: str | None, practice: Practice
) -> None:
    """The customers get them, with their time beginning now."""
    rows = _rows(connection, [one.intent for one in these])
    last = {
        valid: last_day(read_duration(valid), practice.zone, by.now)
        for valid in {row.valid for row in rows.values()}
    }
    granted = {
        "status": moments.integer(GrantStatus.GRANTED),
        "granted_at": moments.integer(by.now),
        "expires": sa.bindparam("its_last_day"),
    }
    own = [{"its_last_day": last[rows[one.intent].valid], "why": because} for one in these]
    _decide(connection, these, by, (granted, own))


def refuse(
    connection: sa.Connection, these: Sequence[Waiting], by: By, because: str | None, practice: Practice
) -> None:
    """The customers do not get them, and others may."""
    del practice
    refused = {"status": moments.integer(GrantStatus.REFUSED)}
    why = {"why": because or str(REFUSED(who=by.actor))}
    _decide(connection, these, by, (refused, [why] * len(these)))


def _rows(connection: sa.Connection, intents: Collection[Intent]) -> dict[Intent, Any]:
    wanted = frozenset(intents)
    names = (*Intent._fields, "status", "role", "because", "changed_at", "valid")
    columns = [grant.c[name] for name in names]
    rows = rows_by_key(connection, columns, grant.c.customer, sorted({one.customer for one in wanted}))
    return {intent: row for row in rows if (intent := intent_in(row)) in wanted}


def _decide(
    connection: sa.Connection,
    these: Sequence[Waiting],
    by: By,
    change: tuple[Mapping[str, sa.ColumnElement[Any]], Sequence[Mapping[str, Any]]],
) -> None:
    """They were found held in this transaction, to which the writer has the database alone."""
    values, own = change
    both = {**values, "changed_at": moments.integer(by.now), "because": sa.bindparam("why")}
    both["decided_by"] = sa.bindparam("who")
    rows = [{**given(one.intent), **mine, "who": by.actor} for one, mine in zip(these, own, strict=True)]
    execute_many(connection, grant.update().where(*is_given(grant), HELD_GRANT).values(both), rows)
    decided(connection, [one.intent[:5] for one in these], by.now)
