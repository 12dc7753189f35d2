"""The beginning of the trail forgotten by rule, so that what is left can still be checked.

It is cut behind a row that the anchor knows, after all before it has been found whole: what somebody has changed stays
as evidence. A row in the trail says where it was cut, and the chain goes on from there.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from engine.projects.project import Project
from engine.safekeeping.anchor import folder_of, read_anchor
from engine.safekeeping.trail import is_whole
from engine.storage.audit import TRAIL_CUT, By, Deed, record
from engine.storage.chain import same
from engine.storage.schema import audit
from engine.storage.trail_key import trail_key

AT_ONCE = 5_000
"""Rows that one transaction deletes, or as many as lie before the first that the anchor knows."""

PARTS = 20
"""Transactions of one call."""


def cut_trail(project: Project, before: int, now: int) -> int:
    """Forget rows that were written before then; how many."""
    count = 0
    for _ in range(PARTS):
        with project.store.write() as connection:
            anchor = read_anchor(folder_of(project), trail_key(connection))
            heads = {} if anchor is None or anchor.bad else anchor.heads
            last = _end(connection, heads, before)
            if last is None or not is_whole(connection, last):
                return count
            count += connection.execute(audit.delete().where(audit.c.seq <= last)).rowcount
            record(connection, By("homing", now), Deed(TRAIL_CUT, what=f"{last} {heads[last]}"))
    return count


def _end(connection: sa.Connection, heads: Mapping[int, str], before: int) -> int | None:
    """Behind which row to cut: one that the anchor knows as it is, all before it being old enough."""
    first, young = connection.execute(
        sa.select(sa.func.min(audit.c.seq), sa.func.min(audit.c.seq).filter(audit.c.at >= before))
    ).one()
    last = connection.scalar(sa.select(sa.func.max(audit.c.seq)))
    if first is None:
        return None
    known = sorted(seq for seq in heads if first <= seq < (last if young is None else young))
    if not known:
        return None
    found = max((seq for seq in known if seq < first + AT_ONCE), default=known[0])
    mac = connection.scalar(sa.select(audit.c.mac).where(audit.c.seq == found))
    return found if same(mac, heads[found]) else None
