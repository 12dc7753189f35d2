"""Settling: a state is settled once each of its sends has gone, been dropped or refused.

Whoever brings a message to its end says so here, the permit phase as well as the delivery.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from engine.conditions import moments
from engine.plans.statement import kept
from engine.plans.working import leaving
from engine.storage.bulk import execute_many
from engine.storage.schema import ACTIVE, VISIT, Instant, enrolment

Visit = tuple[int, int, int, int, int]
"""Customer, journey, record, occurrence, visit."""


def settle(connection: sa.Connection, ended: Iterable[Visit], now: int) -> None:
    """One send of each of these visits has come to its end at `now`; a visit may come several times.

    Visits that are over already are left alone.
    """
    update = _settle(
        sa.bindparam("ended", type_=sa.Integer),
        moments.integer(now),
        *(enrolment.c[name] == sa.bindparam(f"its_{name}") for name in VISIT),
    )
    rows = [
        {"ended": count} | {f"its_{name}": value for name, value in zip(VISIT, visit, strict=True)}
        for visit, count in Counter(ended).items()
    ]
    execute_many(connection, update, rows)


def unsettle(connection: sa.Connection, visit: Sequence[int]) -> bool:
    """The state waits for a send again; false when the visit is over. `visit`: with or without what follows its key."""
    here = [enrolment.c[name] == number for name, number in zip(VISIT, visit, strict=False)]
    waits = {"pending": enrolment.c.pending + 1, "settled_at": None}
    update = enrolment.update().where(*here, enrolment.c.status == ACTIVE).values(waits)
    return connection.execute(update).rowcount > 0


def settle_taken(connection: sa.Connection, now: int) -> None:
    """The same for the visits in `leaving`, but for those of its rows that were `settled` before."""
    _settle_taken(connection).run(connection, {"now": now})


@kept
def _settle_taken() -> sa.Update:
    names = [leaving.c[name] for name in VISIT]
    rows = sa.select(*names, sa.func.count().label("ended")).where(leaving.c.settled == moments.integer(0))
    visits = rows.group_by(*names).subquery()
    these = [enrolment.c[name] == visits.c[name] for name in VISIT]
    return _settle(visits.c.ended, sa.bindparam("now", type_=Instant, required=True), *these)


def _settle(
    by: sa.ColumnElement[int], now: sa.ColumnElement[int], *these: sa.ColumnElement[bool]
) -> sa.Update:
    left = enrolment.c.pending - by
    settled = sa.case((left <= moments.integer(0), now), else_=sa.null())
    update = enrolment.update().values(pending=left, settled_at=settled)
    return update.where(
        *these,
        enrolment.c.status == moments.integer(ACTIVE),
        enrolment.c.pending > moments.integer(0),
    )
