"""The switch that stops sending: all of it, or a channel, a journey or a message.

Customers go on through their journeys meanwhile, and what is to be sent is decided on; nothing of it leaves. When it
goes on, each message is put to the gate again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from engine.conditions import moments
from engine.storage.audit import By, Deed, record
from engine.storage.schema import message, pause, symbol

What = Literal["all", "channel", "journey", "message"]

_COLUMNS = {"channel": message.c.channel, "journey": message.c.journey, "message": message.c.message}


@dataclass(frozen=True, slots=True)
class Pause:
    """What is paused, since when, by whom and why. `name` is empty for all."""

    what: What
    name: str
    since: int
    by: str
    because: str | None


def pauses(connection: sa.Connection) -> Sequence[Pause]:
    """What is paused, the oldest first."""
    rows = connection.execute(sa.select(pause).order_by(pause.c.since, pause.c.what, pause.c.name))
    return [Pause(*row) for row in rows]


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
    """Take a pause back, in the transaction under way; False when there is none."""
    same = (pause.c.what == what, pause.c.name == name)
    if not connection.execute(pause.delete().where(*same)).rowcount:
        return False
    record(connection, by, Deed("resume", what=f"{what} {name}".strip()))
    return True


def is_paused() -> sa.ColumnElement[bool]:
    """Whether a message is: a condition on `message`."""
    everything = sa.select(pause.c.since).where(pause.c.what == "all")
    stopped: list[sa.ColumnElement[bool]] = [sa.exists(everything)]
    for what, column in _COLUMNS.items():
        numbers = (
            sa.select(symbol.c.symbol)
            .join(pause, pause.c.name == symbol.c.name)
            .where(pause.c.what == what, symbol.c.kind == what)
        )
        stopped.append(column.in_(numbers))
    return sa.case((sa.or_(*stopped), moments.integer(1)), else_=moments.integer(0)) == moments.integer(1)
