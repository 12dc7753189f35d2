"""What came in over HTTP and is kept for a while only: ids that nobody will send again, and messages never taken."""

import sqlalchemy as sa

from engine.projects.project import Project
from engine.storage.web_tables import once, parked

KEPT = 90 * 86_400_000
"""Milliseconds."""

AT_ONCE = 2_000
"""Rows that one transaction deletes."""


def let_lapse(project: Project, now: int) -> None:
    """Delete what is older, some rows at a time."""
    for table in (once, parked):
        old = sa.select(table.c.digest).where(table.c.taken_at < now - KEPT).limit(AT_ONCE)
        found = AT_ONCE
        while found == AT_ONCE:
            with project.store.write() as connection:
                found = connection.execute(table.delete().where(table.c.digest.in_(old))).rowcount
