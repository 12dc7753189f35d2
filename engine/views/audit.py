"""The trail of who did what, as people read it."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine.calendars.zone import Zone
from engine.storage.customers import customer
from engine.storage.schema import audit


def trail(connection: sa.Connection, zone: Zone, since: int | None = None) -> Iterator[dict[str, Any]]:
    """The rows, the oldest first; `customer` is the id, or `#` and a number for one who was erased."""
    rows = audit
    ids: dict[int, str] = _ids(connection) if sa.inspect(connection).has_table("customer") else {}
    wanted = sa.select(rows).order_by(rows.c.seq)
    if since is not None:
        wanted = wanted.where(rows.c.at >= since)
    for row in connection.execute(wanted):
        yield {
            "seq": row.seq,
            "at": zone.iso(row.at),
            "actor": row.actor,
            "verb": row.verb,
            "customer": None if row.customer is None else ids.get(row.customer, f"#{row.customer}"),
            "what": row.what,
            "because": row.because,
        }


def _ids(connection: sa.Connection) -> dict[int, str]:
    """The keys of the customers in the trail."""
    named = sa.select(audit.c.customer).where(audit.c.customer.is_not(None))
    known = sa.select(customer.c.customer, customer.c.id).where(customer.c.customer.in_(named))
    return {row.customer: row.id for row in connection.execute(known)}
