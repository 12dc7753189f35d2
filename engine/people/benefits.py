"""What people decide about benefits that are held for them. What is refused goes back into quota and stock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.model.model import Model
from engine.calendars.zone import Zone
from engine.errors import RefusedError
from engine.permits.benefits import decided, last_day
from engine.reasons import REFUSED
from engine.storage import audit
from engine.storage.audit import By, Deed
from engine.storage.benefit_tables import grant
from engine.storage.keys import Intent
from engine.storage.states import GrantStatus
from engine.storage.symbols import Symbols
from engine.wording import say

May = Callable[[sa.Connection, By, str | None], None]
"""Raises RefusedError unless somebody has the role that must decide; None: anybody may."""


def _anybody(connection: sa.Connection, by: By, role: str | None) -> None:
    del connection, by, role


@dataclass(frozen=True, slots=True)
class GrantDesk:
    """What deciding about benefits needs. `may`: who may decide."""

    connection: sa.Connection
    model: Model
    symbols: Symbols
    zone: Zone
    may: May = _anybody


def approve_grant(desk: GrantDesk, intent: Intent, by: By, because: str | None = None) -> None:
    """The customer gets the benefit. RefusedError when it is not held, or not by whom."""
    row = _held(desk, intent, by)
    benefit = desk.model.benefits.get(desk.symbols.name(row.benefit))
    expires = None if benefit is None else last_day(benefit, desk.zone, by.now)
    granted = {"status": GrantStatus.GRANTED, "granted_at": by.now, "expires": expires, "because": because}
    _decide(desk, intent, by, granted)
    audit.record(desk.connection, by, Deed("benefit approved", intent.customer, intent.id, because))


def refuse_grant(desk: GrantDesk, intent: Intent, by: By, because: str | None = None) -> None:
    """The customer does not get it, and another may. RefusedError when it is not held, or not by whom."""
    _held(desk, intent, by)
    _decide(
        desk, intent, by, {"status": GrantStatus.REFUSED, "because": because or str(REFUSED(who=by.actor))}
    )
    audit.record(desk.connection, by, Deed("benefit refused", intent.customer, intent.id, because))


def is_grant(connection: sa.Connection, intent: Intent) -> bool:
    """Whether an id is that of a benefit, and not of a message or task."""
    return connection.execute(sa.select(grant.c.status).where(*_is(intent))).first() is not None


def _held(desk: GrantDesk, intent: Intent, by: By) -> sa.Row[Any]:
    """The row of a benefit that is held for somebody who may decide."""
    row = desk.connection.execute(sa.select(grant).where(*_is(intent))).first()
    if row is None or row.status != GrantStatus.HELD:
        raise _not_held(intent, row)
    desk.may(desk.connection, by, desk.symbols.name_or(row.role))
    return row


def _decide(desk: GrantDesk, intent: Intent, by: By, values: Mapping[str, Any]) -> None:
    """Only while it is held: of two people one wins."""
    both = {"changed_at": by.now, "decided_by": by.actor, **values}
    held = grant.update().where(*_is(intent), grant.c.status == GrantStatus.HELD).values(both)
    if desk.connection.execute(held).rowcount == 0:
        raise _not_held(intent, None)
    decided(desk.connection, [intent[:5]], by.now)


def _not_held(intent: Intent, row: sa.Row[Any] | None) -> RefusedError:
    hint = say("`homing queue` lists what waits for somebody")
    if row is None:
        return RefusedError(say("no benefit {id} waits for anybody", id=intent.id), hint)
    word = GrantStatus(row.status).said
    if row.decided_by:
        return RefusedError(
            say("benefit {id} is {word} already by {who}", id=intent.id, word=word, who=row.decided_by), hint
        )
    return RefusedError(
        say("benefit {id} is {word}: nobody has to decide about it", id=intent.id, word=word), hint
    )


def _is(intent: Intent) -> tuple[sa.ColumnElement[bool], ...]:
    return tuple(grant.c[name] == number for name, number in intent._asdict().items())
