"""What customers write back, in tests."""

from typing import Any

import sqlalchemy as sa

from engine.channels.protocol import Reply
from tests.deliveries import Shop


def wrote(text: str = "1", identity: str = "1", sender: str = "+8613800000001", **more: Any) -> Reply:
    """A reply."""
    return Reply(identity, sender, text, **more)


def stored(some: Shop, table: sa.Table | str) -> list[dict[str, Any]]:
    """The rows of a table."""
    rows: sa.FromClause = some.plan.tables.events[table] if isinstance(table, str) else table
    with some.store.read() as connection:
        return [dict(row) for row in connection.execute(sa.select(rows)).mappings()]
