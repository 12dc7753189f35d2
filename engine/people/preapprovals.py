"""Approving the next so many messages of a campaign before they are there, and taking that back.

What they are worth when messages are decided on is `engine.permits.preapproved`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from dsl.model.model import Model
from engine.errors import RefusedError, UsageError
from engine.people.practice import Practice
from engine.people.staff import members, objection, voice_of
from engine.permits.beforehand import digest_of, roles_reviewing
from engine.storage import audit
from engine.storage.audit import By, Deed
from engine.storage.panels import panel, without
from engine.storage.staff_tables import preapproval
from engine.storage.symbols import Symbols
from engine.wording import say

MOST = 10_000_000


class Named(NamedTuple):
    """The rules in force, what stands for their names, and how the house decides."""

    model: Model
    symbols: Symbols
    practice: Practice


@dataclass(frozen=True, slots=True)
class Beforehand:
    """A preapproval as it stands. `void`: its message or the rules about it are others by now.

    `roles`: the panel on whose behalf it is, of those who must look at such messages.
    """

    message: str
    granted: int
    left: int
    who: str
    at: int
    void: bool
    roles: str | None


def preapprove(
    connection: sa.Connection, study: Named, wanted: tuple[str, int, str | None], by: By
) -> str | None:
    """Let the next so many messages of a name go without being held; 0 takes back what is left.

    `wanted`: the name, how many, and why. The panel of roles that must approve them beforehand as well, where they must
    look at all or some of them. RefusedError when none of the roles is this person's, or nobody looks at such messages.
    """
    (model, symbols, practice), (name, count, because) = study, wanted
    if not 0 <= count <= MOST:
        raise UsageError(say("between 0 and {most:,} messages", most=MOST))
    roles = roles_reviewing(model, name)
    if not roles:
        raise RefusedError(say("no rule holds messages `{name}` for a person", name=name))
    everybody, asked = members(connection), panel(sorted(roles))
    refusal = objection(everybody, by, asked, say("messages `{name}`", name=name))
    if refusal is not None:
        raise refusal
    voice = voice_of(everybody, by, sorted(roles), one_each=practice.second_person)
    number = symbols.known("message", name)
    digest = digest_of(model, name)
    others = _end_before(connection, (number, digest), voice, by)
    if practice.second_person and by.actor in others.values():
        raise RefusedError(
            say("{who} has approved messages `{name}` beforehand for another role", who=by.actor, name=name)
        )
    if count:
        row = {"message": number, "digest": digest, "granted": count, "left": count}
        held = list(voice) if everybody or practice.second_person else None
        connection.execute(preapproval.insert().values(row | {"roles": held, "who": by.actor, "at": by.now}))
    audit.record(connection, by, Deed("messages preapproved", what=f"{count} of {name}", because=because))
    return without(asked, {*voice, *others}) if count else None


def _end_before(
    connection: sa.Connection, what: tuple[int, str], voice: Collection[str], by: By
) -> dict[str, str]:
    """End what stands for one of these roles, or is void; who has approved beforehand for others, by role."""
    (message, digest), others = what, dict[str, str]()
    mine = (preapproval.c.message == message, preapproval.c.ended_at.is_(None), preapproval.c.left > 0)
    for row in connection.execute(sa.select(preapproval).where(*mine)).all():
        if row.roles is None or row.digest != digest or not set(voice).isdisjoint(row.roles):
            over = preapproval.update().where(preapproval.c.preapproval == row.preapproval)
            connection.execute(over.values(ended_at=by.now))
        else:
            others |= dict.fromkeys(row.roles, row.who)
    return others


def beforehand(connection: sa.Connection, model: Model, symbols: Symbols) -> list[Beforehand]:
    """What is approved beforehand and not used up, by message."""
    open_ones = (preapproval.c.left > 0, preapproval.c.ended_at.is_(None))
    rows = connection.execute(sa.select(preapproval).where(*open_ones))
    found = [
        Beforehand(
            name,
            row.granted,
            row.left,
            row.who,
            row.at,
            _is_void(model, name, row.digest),
            panel(row.roles or ()),
        )
        for row in rows
        if (name := symbols.name(row.message))
    ]
    return sorted(found, key=lambda one: one.message)


def _is_void(model: Model, name: str, digest: str) -> bool:
    return name not in model.messages or digest_of(model, name) != digest
