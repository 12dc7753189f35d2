"""How many of a benefit count against its quota and its stock. What is held for a person is reserved, and counts."""

import sqlalchemy as sa

from dsl.model.model import Benefit
from dsl.units import Duration
from engine.calendars.zone import Zone
from engine.conditions import moments
from engine.conditions.moments import Sql
from engine.storage.benefit_tables import grant
from engine.storage.states import GrantStatus


def period_began(zone: Zone, benefit: Benefit, now: int) -> int:
    """The instant from which what was given counts against the quota."""
    return zone.counts_since(now, "day" if benefit.quota is None else benefit.quota[1])


def used(connection: sa.Connection, number: int, since: int | None) -> int:
    """How many of a benefit are reserved, or given from an instant on (None: ever)."""
    held = _count(grant.c.status == moments.integer(GrantStatus.HELD), grant.c.benefit == number)
    given = [grant.c.status == moments.integer(GrantStatus.GRANTED), grant.c.benefit == number]
    if since is not None:
        given.append(grant.c.granted_at >= since)
    found = connection.execute(sa.select(held.scalar_subquery() + _count(*given).scalar_subquery()))
    return int(found.scalar_one())


def first_counted(
    connection: sa.Connection, number: int, zone: Zone, benefit: Benefit, now: int
) -> int | None:
    """When the first was given of those that count against the quota now; None when none counts."""
    if benefit.quota is None:
        return None
    given = (grant.c.benefit == number, grant.c.granted_at >= period_began(zone, benefit, now))
    first: int | None = connection.scalar(sa.select(sa.func.min(grant.c.granted_at)).where(*given))
    return first


def counts_until(zone: Zone, benefit: Benefit, given: int) -> int | None:
    """About when something given then counts against the quota no more; None without a quota."""
    if benefit.quota is None:
        return None
    per = benefit.quota[1]
    return zone.shift(given, per) if isinstance(per, Duration) else zone.period_end(given, per)


def _count(*these: Sql) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(grant).where(*these)
