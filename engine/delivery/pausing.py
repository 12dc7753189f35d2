"""The switch that stops sending: all of it, or a channel, a journey or a message.

Customers go on through their journeys meanwhile, and what is to be sent is decided on; nothing of it leaves. When it
goes on, each message is put to the gate again.

A quarantine is a pause on everything that is let go journey by journey: a database that was put back in place knows
nothing of what was sent since.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa

from engine.conditions import moments
from engine.storage.audit import By, Deed, record
from engine.storage.schema import message, pause, symbol

What = Literal["all", "channel", "journey", "message", "quarantine", "released"]

_COLUMNS = {"channel": message.c.channel, "journey": message.c.journey, "message": message.c.message}


@dataclass(frozen=True, slots=True)
class Pause:
    """What is paused, since when, by whom and why. `name` is empty for all. `released`: let go of a quarantine."""

    what: What
    name: str
    since: int
    by: str
    because: str | None
    released: tuple[str, ...] = ()


def pauses(connection: sa.Connection) -> Sequence[Pause]:
    """What is paused, the oldest first."""
    rows = connection.execute(sa.select(pause).order_by(pause.c.since, pause.c.what, pause.c.name))
    found = [Pause(*row) for row in rows]
    released = tuple(item.name for item in found if item.what == "released")
    return [
        replace(item, released=released) if item.what == "quarantine" else item
        for item in found
        if item.what != "released"
    ]


def pause_of_all(found: Iterable[Pause]) -> Pause | None:
    """The one that keeps all messages, a quarantine too; None while some may leave."""
    return next((one for one in found if one.what in {"all", "quarantine"}), None)


def quarantine(connection: sa.Connection, by: By, because: str) -> None:
    """Let nothing leave until somebody releases it, in the transaction under way."""
    connection.execute(pause.delete().where(pause.c.what.in_(("quarantine", "released"))))
    stop(connection, "quarantine", "", by, because)


def stop(connection: sa.Connection, what: What, name: str, by: By, because: str | None) -> bool:
    """Pause something, in the transaction under way; False when it is paused already."""
    same = (pause.c.what == what, pause.c.name == name)
    if connection.scalar(sa.select(sa.exists(sa.select(pause.c.since).where(*same)))):
        return False
    row = {"what": what, "name": name, "since": by.now, "by": by.actor, "because": because}
    connection.execute(pause.insert().values(row))
    record(connection, by, Deed("pause", what=f"{what} {name}".strip(), because=because))
    return True


def go_on(connection: sa.Connection, what: What, name: str, by: By) -> bool:
    """Take a pause back, in the transaction under way; False when there is none.

    A quarantine ends with a pause of everything, and lets a journey go with a pause of that. A message goes on that its
    policy has stopped, or whose pilot has failed.
    """
    same = [sa.and_(pause.c.what == what, pause.c.name == name)]
    if what == "all":
        same.append(pause.c.what.in_(("quarantine", "released")))
    was = connection.execute(pause.delete().where(sa.or_(*same))).rowcount > 0
    if what == "message" and _let_go(connection, name, by):
        was = True
    if what == "journey" and _released(connection, name, by):
        was = True
    if not was:
        return False
    record(connection, by, Deed("resume", what=f"{what} {name}".strip()))
    return True


def _let_go(connection: sa.Connection, name: str, by: By) -> bool:
    from engine.people.editions import let_go  # noqa: PLC0415  # loads what decides on messages

    return let_go(connection, name, by)


def _released(connection: sa.Connection, journey: str, by: By) -> bool:
    """Let a journey go of the quarantine; False when there is none, or it is let go already."""
    kinds = set(connection.scalars(sa.select(pause.c.what).where(pause.c.name.in_(("", journey)))))
    if "quarantine" not in kinds or "released" in kinds:
        return False
    row = {"what": "released", "name": journey, "since": by.now, "by": by.actor}
    connection.execute(pause.insert().values(row))
    return True


def keeping(found: Sequence[Pause], names: Mapping[str, str | None]) -> Pause | None:
    """The pause that keeps a message, of those there are; `names`: of its channel, journey and message."""
    for item in found:
        if item.what == "quarantine":
            if names["journey"] not in item.released:
                return item
        elif item.what == "all" or names[item.what] == item.name:
            return item
    return None


def is_paused() -> sa.ColumnElement[bool]:
    """Whether a message is: a condition on `message`."""
    everything = sa.select(pause.c.since).where(pause.c.what == "all")
    locked_up = sa.exists(sa.select(pause.c.since).where(pause.c.what == "quarantine"))
    stopped: list[sa.ColumnElement[bool]] = [
        sa.exists(everything),
        sa.and_(locked_up, message.c.journey.not_in(_numbers("released", "journey"))),
    ]
    stopped += [column.in_(_numbers(what, what)) for what, column in _COLUMNS.items()]
    return sa.case((sa.or_(*stopped), moments.integer(1)), else_=moments.integer(0)) == moments.integer(1)


def _numbers(what: str, kind: str) -> sa.Select[tuple[int]]:
    """The numbers of the names that pauses of a sort have."""
    named = sa.select(symbol.c.symbol).join(pause, pause.c.name == symbol.c.name)
    return named.where(pause.c.what == what, symbol.c.kind == kind)
