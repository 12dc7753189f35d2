"""Approving the next so many messages of a campaign before they are there, and taking that back.

What they are worth when messages are decided on is `engine.permits.preapproved`.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from dsl.model.model import Model
from engine.errors import RefusedError, UsageError
from engine.people.staff import check_may, roles_held
from engine.permits.preapproved import digest_of, roles_reviewing
from engine.storage import audit
from engine.storage.audit import By, Deed
from engine.storage.staff_tables import preapproval
from engine.storage.symbols import Symbols
from engine.wording import say

MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Beforehand:
    """A preapproval as it stands. `void`: its message or the rules about it are others by now."""

    message: str
    granted: int
    left: int
    who: str
    at: int
    void: bool


def preapprove(
    connection: sa.Connection, model: Model, symbols: Symbols, wanted: tuple[str, int, str | None], by: By
) -> None:
    """Let the next so many messages of a name go without being held; 0 takes back what is left.

    `wanted`: the name, how many, and why. RefusedError when somebody else must look at one of them, or nobody does.
    """
    name, count, because = wanted
    if not 0 <= count <= MOST:
        raise UsageError(say("between 0 and {most:,} messages", most=MOST))
    roles = roles_reviewing(model, name)
    if not roles:
        raise RefusedError(say("no rule holds messages `{name}` for a person", name=name))
    for role in sorted(roles):
        check_may(connection, by, role, say("messages `{name}`", name=name))
    held = None if roles_held(connection, by.actor) is None else sorted(roles)
    number = symbols.known("message", name)
    before = preapproval.update().where(preapproval.c.message == number, preapproval.c.ended_at.is_(None))
    connection.execute(before.values(ended_at=by.now))
    if count:
        row = {"message": number, "digest": digest_of(model, name), "granted": count, "left": count}
        connection.execute(preapproval.insert().values(row | {"roles": held, "who": by.actor, "at": by.now}))
    audit.record(connection, by, Deed("messages preapproved", what=f"{count} of {name}", because=because))


def beforehand(connection: sa.Connection, model: Model, symbols: Symbols) -> list[Beforehand]:
    """What is approved beforehand and not used up, by message."""
    open_ones = (preapproval.c.left > 0, preapproval.c.ended_at.is_(None))
    rows = connection.execute(sa.select(preapproval).where(*open_ones))
    found = [
        Beforehand(name, row.granted, row.left, row.who, row.at, _is_void(model, name, row.digest))
        for row in rows
        if (name := symbols.name(row.message))
    ]
    return sorted(found, key=lambda one: one.message)


def _is_void(model: Model, name: str, digest: str) -> bool:
    return name not in model.messages or digest_of(model, name) != digest
