"""How a house decides: in which zone its people read times, and whether who wrote a text may approve it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.calendars.zone import Zone
from engine.storage.audit import By
from engine.storage.bulk import execute_many, insert_rows
from engine.storage.keys import Intent
from engine.storage.messages import given, is_given, is_message
from engine.storage.staff_tables import decision
from engine.wording import say


@dataclass(frozen=True, slots=True)
class Practice:
    """`second_person`: who wrote a text anew may not approve it, and nobody decides for two roles."""

    zone: Zone = field(default_factory=lambda: Zone("UTC"))
    second_person: bool = False


@dataclass(frozen=True, slots=True)
class Hand:
    """Who changes something in a transaction, and how their house does."""

    connection: sa.Connection
    by: By
    practice: Practice = field(default_factory=Practice)


class Verdict(NamedTuple):
    """What was decided on something of a kind, and how it had waited. `since`: when it began to.

    `role`: a number of the store; `because`, `signed`: as they are stored.
    """

    kind: str
    verb: str
    since: int | None = None
    role: int | None = None
    because: str | None = None
    until: int | None = None
    signed: str | None = None


def remember(connection: sa.Connection, verdicts: Mapping[Intent, Verdict], by: By) -> None:
    """Note who decided, in the transaction of the decision."""
    before = decision.delete().where(*is_given(decision), decision.c.kind == sa.bindparam("its_kind"))
    gone = [given(intent) | {"its_kind": verdict.kind} for intent, verdict in verdicts.items()]
    execute_many(connection, before, gone)
    columns = [*Intent._fields, *Verdict._fields, "who", "at"]
    rows = [(*intent, *verdict, by.actor, by.now) for intent, verdict in verdicts.items()]
    insert_rows(connection, decision, columns, rows)


def last_decision(connection: sa.Connection, intent: Intent) -> Any:
    """The row of the last decision on something that stands; None when there is none."""
    rows = sa.select(decision).where(*is_message(intent, decision))
    return connection.execute(rows.order_by(decision.c.at.desc()).limit(1)).first()


def told_before(connection: sa.Connection, intent: Intent, practice: Practice) -> Phrase | None:
    """Who decided on something last, and when; None when nobody has."""
    row = last_decision(connection, intent)
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
