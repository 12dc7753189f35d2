"""The staff: who has which roles, and so who may decide what.

Without any staff everybody may. Roles keep honest people from mistakes: who can write to the database, or call
themselves what they like, is not kept from anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from dsl.model.model import Model
from dsl.wording import Phrase
from engine.errors import RefusedError, UnknownNameError, UsageError
from engine.people.roles import roles_of
from engine.storage import audit
from engine.storage.audit import By, Deed
from engine.storage.panels import roles_in
from engine.storage.schema import task
from engine.storage.staff_tables import OPEN_TASK, staff
from engine.storage.symbols import Symbols
from engine.wording import all_of, near_or, say

LONGEST_NAME = 200  # characters


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the staff. `since`: when they were given their first role."""

    name: str
    roles: tuple[str, ...]
    since: int


@dataclass(frozen=True, slots=True)
class Crew:
    """The staff, and the names that numbers of roles stand for: read once for many decisions."""

    members: list[Member]
    symbols: Symbols


def members(connection: sa.Connection) -> list[Member]:
    """The whole staff, by name."""
    found: dict[str, Member] = {}
    for row in connection.execute(sa.select(staff).order_by(staff.c.name, staff.c.role)):
        known = found.get(row.name)
        roles, since = (known.roles, known.since) if known else ((), row.since)
        found[row.name] = Member(row.name, (*roles, row.role), min(since, row.since))
    return list(found.values())


def member(connection: sa.Connection, name: str) -> Member:
    """One of the staff; UnknownNameError when nobody there is called so."""
    return member_of(members(connection), name)


def member_of(everybody: Iterable[Member], name: str) -> Member:
    """One of these; UnknownNameError when nobody there is called so."""
    known = {one.name: one for one in everybody}
    if name not in known:
        hint = near_or(name, known, say("`homing staff` lists everybody"))
        raise UnknownNameError(say("nobody on the staff is called {name}", name=name), hint)
    return known[name]


def add(connection: sa.Connection, model: Model, name: str, roles: Iterable[str], by: By) -> Member:
    """Give somebody roles, besides those that they have. UnknownNameError when no rule names such a role."""
    name, wanted = name.strip(), list(dict.fromkeys(roles))
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise UsageError(say("{name!r} is no name", name=name), say("write the name that `--as` is given"))
    for role in wanted:
        _known_role(model, role)
    had = set(connection.scalars(sa.select(staff.c.role).where(staff.c.name == name)))
    new = [role for role in wanted if role not in had]
    for role in new:
        connection.execute(staff.insert().values(name=name, role=role, since=by.now))
    if new:
        audit.record(connection, by, Deed("staff added", what=f"{name}: {', '.join(new)}"))
    return member(connection, name)


def remove(connection: sa.Connection, name: str, roles: Iterable[str], by: By) -> int:
    """Take roles from somebody, all of them when none is named; how many open tasks are nobody's now.

    Their tasks go back to everybody with the role once they have no role left.
    """
    had, gone = member(connection, name), list(dict.fromkeys(roles))
    for role in gone:
        if role not in had.roles:
            hint = say("{name} has: {roles}", name=name, roles=all_of(had.roles))
            raise UnknownNameError(say("{name} does not have the role `{role}`", name=name, role=role), hint)
    gone = gone or list(had.roles)
    connection.execute(staff.delete().where(staff.c.name == name, staff.c.role.in_(gone)))
    audit.record(connection, by, Deed("staff removed", what=f"{name}: {', '.join(gone)}"))
    if set(gone) < set(had.roles):
        return 0
    theirs = task.update().where(OPEN_TASK, task.c.assignee == name)
    return connection.execute(theirs.values(assignee=None)).rowcount


def check_may(connection: sa.Connection, by: By, role: str | None, what: Phrase) -> None:
    """Whether somebody may decide on `what`, for which the rules name a panel, or nobody in particular.

    RefusedError when there is a staff, and they are not on it or do not have the role; it says who may.
    """
    error = objection(members(connection), by, role, what)
    if error is not None:
        raise error


def objection(everybody: Iterable[Member], by: By, role: str | None, what: Phrase) -> RefusedError | None:
    """Why somebody may not decide on `what`, with this staff; None when they may. Any role of a panel will do."""
    asked = roles_in(role)
    able = {one.name: not asked or not set(asked).isdisjoint(one.roles) for one in everybody}
    if not able or able.get(by.actor):
        return None
    who = _who_may(asked, [name for name, may in able.items() if may])
    if by.actor not in able:
        return RefusedError(
            say("{name} is not on the staff and may not decide on {what}", name=by.actor, what=what), who
        )
    return RefusedError(
        say("{name} may not decide on {what}: that is for `{role}`", name=by.actor, what=what, role=role), who
    )


def voice_of(everybody: Sequence[Member], by: By, roles: Sequence[str], *, one_each: bool) -> tuple[str, ...]:
    """For which of these roles somebody decides: all that they have; without staff, all.

    `one_each`: for one alone, the one that fewest others have.
    """
    has = {one.name: one.roles for one in everybody}
    own = tuple(role for role in roles if not has or role in has.get(by.actor, ()))
    if not one_each or len(own) < 2:  # nothing to choose between
        return own
    return (min(own, key=lambda role: sum(role in roles for roles in has.values())),)


def roles_held(connection: sa.Connection, name: str) -> frozenset[str] | None:
    """The roles of somebody; None where there is no staff, and so everybody may do everything."""
    everybody = members(connection)
    if not everybody:
        return None
    return frozenset(role for one in everybody if one.name == name for role in one.roles)


def _who_may(asked: tuple[str, ...], able: list[str]) -> Phrase:
    if able:
        return say(
            "{hint}; {command}", hint=say("who may: {names}", names=all_of(able)),
            command=say("`--as NAME` says who decides"),
        )  # fmt: skip
    return say(
        "nobody has that role: `homing staff add NAME --role {role}`", role=asked[0] if asked else None
    )


def _known_role(model: Model, role: str) -> None:
    known = sorted(roles_of(model))
    if role not in known:
        hint = near_or(role, known, say("the rules name: {names}", names=all_of(known)))
        raise UnknownNameError(say("no rule names a role `{role}`", role=role), hint)
