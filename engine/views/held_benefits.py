"""The benefits that somebody must approve, as the queue lists them."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine.storage.benefit_tables import HELD_GRANT, grant, is_grant
from engine.storage.keys import Intent, intent_in
from engine.views.kinds import BENEFIT
from engine.views.places import Part, Place, for_roles, part_of
from engine.views.window import Window
from engine.wording import say

BENEFIT_RANK = 1
"""Where they come among what began to wait at the same moment."""


def held_benefits(window: Window, part: Part) -> Iterator[tuple[Place, dict[str, object]]]:
    """Those of a part that are held, the oldest first."""
    rows = _rows(window).where(HELD_GRANT, *for_roles(window, part, grant.c.role))
    order = (grant.c.changed_at, *grant.primary_key.columns)
    for row in window.connection.execute(part_of(rows, part, BENEFIT_RANK, order)):
        yield Place(row.changed_at, BENEFIT_RANK, intent_in(row)), _item(window, row)


def held_benefit(window: Window, intent: Intent) -> dict[str, object] | None:
    """One of them with all there is to see; None when it does not wait for anybody."""
    row = window.connection.execute(_rows(window).where(*is_grant(intent), HELD_GRANT)).first()
    if row is None:
        return None
    declared = window.model.benefits.get(window.name(row.benefit) or "")
    return _item(window, row) | {
        "record": window.record_ids([row.record]).get(row.record),
        "state": window.state(row.state),
        "title": None if declared is None else declared.title,
        "worth": window.value(row.worth, "money"),
        "cost": window.value(row.cost, "money"),
    }


def _rows(window: Window) -> sa.Select[Any]:
    people = window.tables.customer
    return sa.select(grant, people.c.id).join(people, people.c.customer == grant.c.customer)


def _item(window: Window, row: sa.Row[Any]) -> dict[str, object]:
    role = window.name(row.role)
    return {
        "id": intent_in(row).id,
        "kind": BENEFIT,
        "customer": row.id,
        "journey": window.name(row.journey),
        "what": window.name(row.benefit),
        "because": say("approve by {role}", role=role),
        "since": window.time(row.changed_at),
        "role": role,
    }
