"""The releases that ran and the one that runs: when each was applied and by whom, and its texts."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from engine.calendars.zone import Zone
from engine.storage.schema import release

MOST = 100
"""So many of the newest are told."""


@dataclass(frozen=True, slots=True)
class Past:
    """A release. `at`: when it was applied; `by` None: before names were asked for."""

    number: int
    at: str
    by: str | None


def releases(connection: sa.Connection, zone: Zone) -> tuple[Past, ...]:
    """The newest first; the first is in force. None before rules are applied for the first time."""
    columns = sa.select(release.c.release, release.c.applied_at, release.c.applied_by)
    newest = columns.order_by(release.c.release.desc()).limit(MOST)
    rows = connection.execute(newest)
    return tuple(Past(row.release, zone.on_the_wall(row.applied_at), row.applied_by) for row in rows)


def texts_of(connection: sa.Connection, number: int) -> Mapping[str, str]:
    """The rule files and letters of a release by name; nothing where there is no such release."""
    texts: Mapping[str, str] | None = connection.scalar(
        sa.select(release.c.source).where(release.c.release == number)
    )
    return texts or {}
