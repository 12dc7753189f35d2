"""Settling: a state is settled once each of its sends has gone, been dropped or refused.

Whoever brings a message to its end says so here, the permit phase as well as the delivery.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from engine.conditions import moments
from engine.storage.bulk import execute_many
from engine.storage.schema import ACTIVE, enrolment

Visit = tuple[int, int, int, int, int]
"""Customer, journey, record, occurrence, visit."""

_NAMES = ("customer", "journey", "record", "occurrence", "visit")


def settle(connection: sa.Connection, ended: Iterable[Visit], now: int) -> None:
    """One send of each of these visits has come to its end at `now`; a visit may come several times.

    Visits that are over already are left alone.
    """
    by: Any = sa.bindparam("ended", type_=sa.Integer)
    left = enrolment.c.pending - by
    update = (
        enrolment.update()
        .values(
            pending=left,
            settled_at=sa.case((left <= moments.integer(0), moments.integer(now)), else_=sa.null()),
        )
        .where(
            *(enrolment.c[name] == sa.bindparam(f"its_{name}") for name in _NAMES),
            enrolment.c.status == moments.integer(ACTIVE),
            enrolment.c.pending > moments.integer(0),
        )
    )
    rows = [
        {"ended": count} | {f"its_{name}": value for name, value in zip(_NAMES, visit, strict=True)}
        for visit, count in Counter(ended).items()
    ]
    execute_many(connection, update, rows)
