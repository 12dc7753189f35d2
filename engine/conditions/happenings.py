"""Where events are read from: the table of each kind, or the message log for what the engine records itself.

Gives conditions one shape to ask: customer, instant, arrival number, and columns by field name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.conditions.moments import Sql
from engine.conditions.world import BEFORE, BEFORE_SEQ, NOW, World
from engine.storage.declared import column_name
from engine.storage.schema import message, symbol


@dataclass(frozen=True, slots=True)
class Happening:
    """One alias of the rows of an event kind. `known` restricts the rows to this kind (None: all are)."""

    rows: sa.FromClause
    customer: Sql
    at: Sql
    seq: Sql
    known: Sql | None
    column: Callable[[str], Sql]

    def visible(self) -> list[Sql]:
        """Those that have happened by now."""
        own = [] if self.known is None else [self.known]
        return [*own, self.at <= NOW]

    def new(self) -> Sql:
        """Those that the previous run could not see."""
        return sa.or_(self.seq > BEFORE_SEQ, self.at > BEFORE)


_LOGGED = {
    "sent": ("sent_at", "sent_seq"),
    "delivered": ("delivered_at", "ended_seq"),
    "failed": ("failed_at", "ended_seq"),
}
"""The columns of the message log that hold the instant and the arrival number."""


def happening(world: World, kind: str) -> Happening:
    """A fresh alias of the events of a kind."""
    if kind in _LOGGED:
        return _logged(*_LOGGED[kind])
    rows = world.tables.events[kind].alias()

    def column(name: str) -> Sql:
        return rows.c.at if name == "at" else rows.c[column_name(name)]

    return Happening(rows, rows.c.customer, rows.c.at, rows.c.seq, None, column)


def _logged(instant: str, seq: str) -> Happening:
    rows = message.alias()
    at: Sql = rows.c[instant]

    def column(name: str) -> Sql:
        if name == "at":
            return at
        number: sa.Column[Any] = rows.c[name]
        return sa.select(symbol.c.name).where(symbol.c.symbol == number).scalar_subquery()

    return Happening(rows, rows.c.customer, at, rows.c[seq], at.is_not(None), column)
