"""Benefits that are held: found, given, or refused. What is refused goes back into quota and stock."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.errors import RefusedError
from engine.people.practice import Practice
from engine.people.waiting import Waiting
from engine.permits.benefits import decided, last_day, read_duration
from engine.reasons import REFUSED
from engine.storage import audit
from engine.storage.audit import By, Deed
from engine.storage.benefit_tables import grant, is_grant
from engine.storage.keys import Intent
from engine.storage.schema import symbol
from engine.storage.states import GrantStatus
from engine.wording import say


def find(connection: sa.Connection, intent: Intent) -> Waiting | None:
    """The held benefit of an id; None when there is none."""
    names = symbol.alias()
    role = sa.select(names.c.name).where(names.c.symbol == grant.c.role).scalar_subquery()
    query = sa.select(grant, role.label("role_name")).where(*is_grant(intent))
    row = connection.execute(query).first()
    if row is None or row.status != GrantStatus.HELD:
        return None
    return Waiting(intent, say("benefit {id}", id=intent.id), row.role_name, row.changed_at)


def approve(
    connection: sa.Connection, waiting: Waiting, by: By, because: str | None, practice: Practice
) -> None:
    """The customer gets it, with its time beginning now."""
    valid = connection.scalar(sa.select(grant.c.valid).where(*is_grant(waiting.intent)))
    expires = last_day(read_duration(valid), practice.zone, by.now)
    granted = {"status": GrantStatus.GRANTED, "granted_at": by.now, "expires": expires, "because": because}
    _decide(connection, waiting.intent, by, granted)
    deed = Deed("benefit approved", waiting.intent.customer, waiting.intent.id, because)
    audit.record(connection, by, deed)


def refuse(
    connection: sa.Connection, waiting: Waiting, by: By, because: str | None, practice: Practice
) -> None:
    """The customer does not get it, and another may."""
    del practice
    intent = waiting.intent
    refused = {"status": GrantStatus.REFUSED, "because": because or str(REFUSED(who=by.actor))}
    _decide(connection, intent, by, refused)
    audit.record(connection, by, Deed("benefit refused", intent.customer, intent.id, because))


def _decide(connection: sa.Connection, intent: Intent, by: By, values: Mapping[str, Any]) -> None:
    """Only while it is held: of two people one wins."""
    both = {"changed_at": by.now, "decided_by": by.actor, **values}
    held = grant.update().where(*is_grant(intent), grant.c.status == GrantStatus.HELD).values(both)
    if connection.execute(held).rowcount == 0:
        raise RefusedError(say("benefit {id} is not held", id=intent.id))
    decided(connection, [intent[:5]], by.now)
