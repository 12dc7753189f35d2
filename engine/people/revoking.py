"""An opt-out that somebody saw in a reply, with all it takes to take it back until a run has gone on from it.

Knows nothing of replies. What the trail says of it stays there, and that it was lifted.
"""

from typing import Any

import sqlalchemy as sa

from engine.people.optouts import EVENT, LIFTED, OptOut, opt_out, refused
from engine.people.standing import has_gone_on, standing
from engine.people.suppression import forget, kept_of
from engine.permits.settling import unsettle
from engine.reasons import OPTED_OUT
from engine.storage import audit
from engine.storage.arrivals import arrivals, mark_changed
from engine.storage.audit import By, Deed
from engine.storage.keys import Intent
from engine.storage.messages import is_message
from engine.storage.schema import message, optout
from engine.storage.states import TAKEN_BACK, MessageStatus
from engine.storage.symbols import EVERY, load_symbols

_STOOD = ("status", "because", "until", "counted_at", "changed_at", "settled")
"""What an opt-out changes of a message, and whether its state waits for it."""

Former = dict[str, Any]
"""What stood before, as it can be stored as JSON."""


def opt_out_for_now(connection: sa.Connection, said: OptOut, by: By, because: str | None) -> Former:
    """Record an opt-out from every channel, said now; what it takes to take it back."""
    former = {
        "at": said.at,
        "arrived": arrivals(connection) + 1,
        "stood": standing(connection, said.customer),
        "optout": _known(connection, said.customer),
        "addresses": kept_of(connection, said.customer, EVERY),
        "messages": _open_messages(connection, said.customer),
    }
    opt_out(connection, load_symbols(connection), said, by, because)
    return former | {"left": _known(connection, said.customer)}


def revoke(connection: sa.Connection, customer: int, former: Former, by: By, because: str | None) -> bool:
    """Take it back with what it took back; false where a run has gone on from it, or somebody has said more since."""
    if _known(connection, customer) != former["left"]:
        return False
    if has_gone_on(connection, customer, former["arrived"], former["stood"]):
        return False
    mine = (EVENT.c.customer == customer, EVENT.c.at == former["at"], EVENT.c.seq >= former["arrived"])
    connection.execute(EVENT.delete().where(*mine))
    connection.execute(optout.delete().where(*_is_theirs(customer)))
    if former["optout"] is not None:
        connection.execute(
            optout.insert().values(former["optout"] | {"customer": customer, "channel": EVERY})
        )
    forget(connection, former["addresses"], EVERY, former["at"])
    for intent, stood in former["messages"]:
        _revive(connection, Intent(customer, *intent), stood, former["at"], by)
    audit.record(connection, by, Deed(LIFTED, customer, refused(None), because))
    mark_changed(connection, [customer])
    return True


def _is_theirs(customer: int) -> tuple[sa.ColumnElement[bool], ...]:
    return optout.c.customer == customer, optout.c.channel == EVERY


def _known(connection: sa.Connection, customer: int) -> dict[str, Any] | None:
    columns = (optout.c.at, optout.c.lifted_at, optout.c.source)
    row = connection.execute(sa.select(*columns).where(*_is_theirs(customer))).first()
    return None if row is None else row._asdict()


def _open_messages(connection: sa.Connection, customer: int) -> list[tuple[list[int], dict[str, Any]]]:
    """What an opt-out takes back: where it is in the journeys of the customer, and how it stands."""
    waits = (message.c.customer == customer, message.c.status.in_(TAKEN_BACK))
    rows = connection.execute(sa.select(message).where(*waits))
    return [
        ([getattr(row, name) for name in Intent._fields[1:]], {name: getattr(row, name) for name in _STOOD})
        for row in rows
    ]


def _revive(connection: sa.Connection, intent: Intent, stood: dict[str, Any], at: int, by: By) -> None:
    """It waits as it did; what was ready to leave is put to the rules anew."""
    cancelled = (message.c.status == MessageStatus.CANCELLED, message.c.because == OPTED_OUT())
    if stood["status"] == MessageStatus.READY:
        waits = {"status": MessageStatus.WAITING, "until": by.now, "counted_at": None, "changed_at": by.now}
        stood = stood | waits
    back = message.update().where(*is_message(intent), *cancelled, message.c.changed_at == at)
    if connection.execute(back.values(stood)).rowcount and not stood["settled"]:
        unsettle(connection, intent)
