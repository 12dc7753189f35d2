"""The journey's latest grant, as texts name it: `benefit.title`, `.code`, `.worth` and `.expires`."""

from collections.abc import Sequence

import sqlalchemy as sa

from engine.conditions import moments
from engine.conditions.moments import Sql
from engine.conditions.world import World
from engine.storage.benefit_tables import grant
from engine.storage.schema import SUBJECT
from engine.storage.states import GrantStatus
from engine.texts.template_values import BENEFIT


def latest_grant(world: World, name: str, run: Sequence[Sql]) -> Sql:
    """What a name of a template (`benefit.code`) stands for in one run through a journey; missing before any grant."""
    rows = grant.alias()
    titles = {world.number("benefit", item.name): item.title for item in world.model.benefits.values()}
    columns: dict[str, Sql] = {
        "title": sa.case(titles, value=rows.c.benefit) if titles else sa.null(),
        "code": rows.c.code,
        "worth": rows.c.worth,
        "expires": rows.c.expires,
    }
    found = sa.select(columns[name.removeprefix(BENEFIT)]).where(
        *(rows.c[key] == value for key, value in zip(SUBJECT, run, strict=True)),
        rows.c.status == moments.integer(GrantStatus.GRANTED),
    )
    latest = (rows.c.granted_at.desc(), rows.c.visit.desc(), rows.c.action.desc())
    return found.order_by(*latest).limit(1).correlate_except(rows).scalar_subquery()
