"""The trail of what people and commands did: who, when, what, to whom and why, in rows that are chained.

Customers stand in it by number alone. `what` must hold nothing personal; `because`, the note, may: erasing strikes it.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.storage.bulk import insert_rows
from engine.storage.chain import NO_MAC, Link, digest_of_note, mac_of
from engine.storage.schema import audit
from engine.storage.trail_key import trail_key

NOTE_STRUCK = "note struck"
"""The verb of a row that says that the note of another, whose number is in `what`, was taken away."""

ERASED = "erased"
"""The verb of a row that says that a customer was erased, and with them the notes on them."""

TRAIL_CUT = "old trail forgotten"
"""The verb of a row that says up to which row the trail was forgotten: `what` is that row's number and mac."""


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, and when: a person's name, or the command that does it by itself."""

    actor: str
    now: int


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done, to whom or what, and why. `what`: nothing personal; `because`: a note, which may be struck."""

    verb: str
    customer: int | None = None
    what: str | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a trail: whoever keeps it elsewhere sees when the end is cut off. 0 when there is none."""

    seq: int = 0
    mac: str = NO_MAC


def record(connection: sa.Connection, by: By, deed: Deed) -> None:
    """Append a row, in the transaction of what it tells of."""
    record_all(connection, by, [deed])


def record_all(connection: sa.Connection, by: By, deeds: Iterable[Deed]) -> None:
    """Append a row for each of many deeds, in their order."""
    key, last = trail_key(connection), head(connection)
    rows: list[tuple[Any, ...]] = []
    before = last.mac
    for seq, deed in enumerate(deeds, last.seq + 1):
        salt = None if deed.because is None else secrets.token_hex(16)
        note = None if deed.because is None or salt is None else digest_of_note(key, salt, deed.because)
        link = Link(seq, by.now, by.actor, deed.verb, deed.customer, deed.what, note)
        before = mac_of(key, before, link)
        rows.append((*link, deed.because, salt, before))
    insert_rows(connection, audit, [*Link._fields, "because", "salt", "mac"], rows)


def head(connection: sa.Connection) -> Head:
    """The last row there is."""
    columns = sa.select(audit.c.seq, audit.c.mac).order_by(audit.c.seq.desc()).limit(1)
    found = connection.execute(columns).first()
    return Head() if found is None else Head(found.seq, found.mac)


def strike_notes(connection: sa.Connection, customer: int) -> None:
    """Take away the notes on a customer. A row with the verb ERASED must follow, or the trail is not whole."""
    gone = audit.update().where(audit.c.customer == customer, audit.c.because.is_not(None))
    connection.execute(gone.values(because=None, salt=None))


def strike_note(connection: sa.Connection, seq: int, by: By) -> None:
    """Take away the note of one row, and say so."""
    connection.execute(audit.update().where(audit.c.seq == seq).values(because=None, salt=None))
    record(connection, by, Deed(NOTE_STRUCK, what=str(seq)))
