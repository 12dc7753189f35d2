"""Where a customer stands in journeys: by it is told whether rules have gone on since somebody said something."""

from typing import Any

import sqlalchemy as sa

from engine.storage.schema import SUBJECT, enrolment, run

_PLACE = (*SUBJECT[1:], "status", "state", "visit", "entered_at", "goal_at", "outcome")


def standing(connection: sa.Connection, customer: int) -> list[list[Any]]:
    """Every run of theirs through a journey, as values that can be stored."""
    rows = sa.select(*(enrolment.c[name] for name in _PLACE)).where(enrolment.c.customer == customer)
    return [list(row) for row in connection.execute(rows.order_by(*enrolment.primary_key.columns))]


def has_gone_on(connection: sa.Connection, customer: int, arrived: int, stood: list[list[Any]]) -> bool:
    """Whether a run has seen what arrived under this number, or one that is under way has moved the customer since."""
    seen = connection.scalar(sa.select(sa.func.max(run.c.seq)))
    return (seen is not None and seen >= arrived) or standing(connection, customer) != stood
