"""Settling: a state is settled once each of its sends has gone, been dropped or refused.

Whoever brings a message to its end says so here, the permit phase as well as the delivery.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from engine.schema import ACTIVE, enrolment

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
        .values(pending=left, settled_at=sa.case((left <= 0, sa.bindparam("now")), else_=sa.null()))
        .where(
            *(enrolment.c[name] == sa.bindparam(f"its_{name}") for name in _NAMES),
            enrolment.c.status == ACTIVE,
            enrolment.c.pending > 0,
        )
    )
    rows = [
        {f"its_{name}": value for name, value in zip(_NAMES, visit, strict=True)}
        | {"ended": count, "now": now}
        for visit, count in Counter(ended).items()
    ]
    if rows:
        connection.execute(update, rows)
