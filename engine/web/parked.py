"""Messages that could not be taken when they came, taken when new rules or another configuration let them."""

from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa

from engine.storage.web_tables import parked
from engine.web.intake import Delivered, Ready, can_take, take
from engine.web.messages import again
from engine.web.settings import Source

AT_ONCE = 200
"""Messages looked at in one transaction."""


def take_parked(
    connection: sa.Connection, ready: Ready, sources: Mapping[str, Source], after: int, now: int
) -> int | None:
    """Look at some more of what is parked, in the transaction under way; where to go on, None at the end."""
    some = sa.select(parked).where(parked.c.digest > after).order_by(parked.c.digest).limit(AT_ONCE)
    rows = connection.execute(some).all()
    found = {row.digest: one for row in rows if (one := _delivered(row, ready, sources)) is not None}
    connection.execute(parked.delete().where(parked.c.digest.in_(found)))
    take(connection, ready, list(found.values()), now)
    return rows[-1].digest if len(rows) == AT_ONCE else None


def _delivered(row: sa.Row[Any], ready: Ready, sources: Mapping[str, Source]) -> Delivered | None:
    """What was parked as it came; None when it still cannot be taken."""
    source = sources.get(row.source)
    message = again(orjson.loads(row.body), row.at)
    if source is None or message is None:
        return None
    delivered = Delivered(source, [message], row.taken_at)
    return delivered if can_take(ready, delivered) else None
