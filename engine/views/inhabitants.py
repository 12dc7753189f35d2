"""Who is in a state of a journey: those who have been there for longest first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from engine.conditions.moments import integer
from engine.storage.declared import column_name
from engine.storage.flow_tables import UNDER_WAY
from engine.storage.schema import enrolment
from engine.storage.symbols import state_name
from engine.views.window import Window

NAME = "name"
"""The customer's attribute that lists show beside the id, where rules declare one."""


class Stay(NamedTuple):
    """Where one stands in the order, and by what they are known there."""

    since: int
    customer: int
    record: int
    occurrence: int


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """Somebody who is in a state. `next`: when time alone may move them."""

    stay: Stay
    id: str
    name: str | None
    record: str | None
    since: str | None
    next: str | None


def inhabitants(
    window: Window, journey: str, state: str, limit: int, after: Stay | None = None
) -> Sequence[Inhabitant]:
    """So many of those in a state, after one of them."""
    people, of = window.tables.customer, enrolment.c
    order = (of.state_entered_at, of.customer, of.record, of.occurrence)
    fields = {field.name for field in window.model.customer}
    name = people.c[column_name(NAME)] if NAME in fields else sa.null()
    rows = (
        sa.select(*order, people.c.id, name.label("called"), of.wake_at)
        .join(people, people.c.customer == of.customer)
        .where(UNDER_WAY, of.journey == window.symbols.known("journey", journey))
        .where(of.state == window.symbols.known("state", state_name(journey, state)))
        .order_by(*order)
        .limit(limit)
    )
    if after is not None:
        rows = rows.where(sa.tuple_(*order) > sa.tuple_(*map(integer, after)))
    found = window.connection.execute(rows).all()
    records = window.record_ids(row.record for row in found)
    return [
        Inhabitant(
            Stay(*row[:4]),
            row.id,
            row.called,
            records.get(row.record),
            window.time(row.state_entered_at),
            window.time(row.wake_at),
        )
        for row in found
    ]
