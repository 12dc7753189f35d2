"""What both a run and a person who decides know of benefits: how long one is good, and what a decision brings about.

How many may be given is `engine.running.granting`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from dsl.units import UNITS, Duration
from engine.calendars.zone import Zone
from engine.permits.settling import Visit, settle
from engine.storage.arrivals import mark_changed
from engine.storage.bulk import execute_many
from engine.storage.schema import VISIT, message
from engine.storage.states import MessageStatus


def last_day(valid: Duration | None, zone: Zone, granted_at: int) -> int | None:
    """The last day on which a benefit that is granted then may be used; None: it may be used for ever."""
    return None if valid is None else zone.day(zone.shift(granted_at, valid))


def written_duration(valid: Duration | None) -> str | None:
    """How long a benefit is good, as it is stored."""
    return None if valid is None else f"{valid.amount} {valid.unit}"


def read_duration(stored: str | None) -> Duration | None:
    """How long a benefit is good, back from the store."""
    if stored is None:
        return None
    amount, unit = stored.split()
    return Duration(int(amount), UNITS[UNITS.index(unit)])


def decided(connection: sa.Connection, visits: Sequence[Visit], now: int) -> None:
    """Grants of these visits have come to something: what waits for them goes on, in the transaction under way."""
    settle(connection, visits, now)
    _let_messages_begin(connection, visits, now)
    mark_changed(connection, (visit[0] for visit in visits))


def _let_messages_begin(connection: sa.Connection, visits: Iterable[Visit], now: int) -> None:
    """The time after which a message is given up begins when its benefit is there, not while that waits.

    It is told by having no time until which it waits.
    """
    same: Any = (message.c[name] == sa.bindparam(f"its_{name}") for name in VISIT)
    begin = message.update().values(created_at=sa.bindparam("begins_at"))
    waiting = (
        message.c.status == sa.literal_column(str(int(MessageStatus.WAITING))),
        message.c.until.is_(None),
    )
    rows = [
        {"begins_at": now} | {f"its_{name}": value for name, value in zip(VISIT, visit, strict=True)}
        for visit in dict.fromkeys(visits)
    ]
    execute_many(connection, begin.where(*same, *waiting), rows)
