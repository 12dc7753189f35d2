"""How a house decides: in which zone its people read times, and whether who wrote a text may approve it."""

from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.calendars.zone import Zone
from engine.storage.audit import By
from engine.storage.keys import Intent
from engine.storage.staff_tables import decision
from engine.wording import say


@dataclass(frozen=True, slots=True)
class Practice:
    """`second_person`: who wrote a text anew may not approve it."""

    zone: Zone = field(default_factory=lambda: Zone("UTC"))
    second_person: bool = False


class Verdict(NamedTuple):
    """What was decided on something of a kind; `since`: when it began to wait for somebody."""

    kind: str
    verb: str
    since: int | None = None


def remember(connection: sa.Connection, intent: Intent, verdict: Verdict, by: By) -> None:
    """Note who decided, in the transaction of the decision."""
    same = [decision.c[name] == number for name, number in intent._asdict().items()]
    connection.execute(decision.delete().where(*same, decision.c.kind == verdict.kind))
    row = {**intent._asdict(), **verdict._asdict(), "who": by.actor, "at": by.now}
    connection.execute(decision.insert().values(row))


def told_before(connection: sa.Connection, intent: Intent, practice: Practice) -> Phrase | None:
    """Who decided on something last, and when; None when nobody has."""
    same = [decision.c[name] == number for name, number in intent._asdict().items()]
    row = connection.execute(sa.select(decision).where(*same).order_by(decision.c.at.desc()).limit(1)).first()
    if row is None:
        return None
    verb = _VERBS.get(row.verb, row.verb)
    return say("{verb} by {who} at {at}", verb=verb, who=row.who, at=practice.zone.iso(row.at))


_VERBS = {
    "approved": say("approved"),
    "refused": say("refused"),
    "edited": say("edited"),
    "sent": say("settled as sent"),
    "anew": say("sent anew"),
}
