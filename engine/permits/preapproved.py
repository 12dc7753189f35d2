"""Messages let go without being held, so many of a campaign, as somebody approved beforehand.

It is of the message and its rules as they were then, not of single texts: when either changes it is void. A text that
nobody could read beforehand, since a value is missing or it holds what is forbidden, is held all the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa

from engine.permits.beforehand import digest_of, mark_of
from engine.permits.facts import KEY_AT, Row, Sender
from engine.permits.given import Hold, Verdict
from engine.plans.plan import Plan
from engine.storage.bulk import execute_many
from engine.storage.keys import Intent
from engine.storage.messages import given, is_given
from engine.storage.panels import roles_in
from engine.storage.schema import message
from engine.storage.staff_tables import preapproval
from engine.storage.states import MessageStatus

PREAPPROVED = 2
"""Stands in a row where 1 says that somebody approved the message: it was not, and is let go all the same."""

_APPROVED, SIGNED, _STATUS = KEY_AT + 4, KEY_AT + 5, KEY_AT + 1
"""Places in a row; in that of what is let go beforehand, for which roles."""


@dataclass(slots=True)
class Grant:
    """What is left of a preapproval. `roles`: whose reviews it stands for; None: everybody's."""

    number: int
    left: int
    roles: frozenset[str] | None


@dataclass(slots=True)
class Preapproved:
    """The preapprovals in force, by message; what a transaction takes of them is taken off at its end."""

    plan: Plan
    grants: dict[str, list[Grant]] = field(default_factory=dict)

    def takes_more(self, sender: Sender) -> bool:
        """Whether who comes first decides which messages of a send are let go."""
        return sender.rule.send.message in self.grants

    def may_cover(self, sender: Sender, verdict: Verdict) -> bool:
        """Whether messages about to be held may be let go: every role that must decide has approved some beforehand."""
        if not self.grants or not isinstance(verdict, Hold) or verdict.watched or verdict.role is None:
            return False
        return bool(self._standing_for(sender.rule.send.message, roles_in(verdict.role)))

    def cover(self, sender: Sender, verdict: Verdict, rows: list[Row]) -> list[Row]:
        """Those of rows about to be held that are let go instead, marked so. What is held stays so."""
        assert isinstance(verdict, Hold)  # noqa: S101  # as `may_cover` says
        grants = self._standing_for(sender.rule.send.message, roles_in(verdict.role))
        fit = (row for row in rows if row[_STATUS] != MessageStatus.HELD and not row[SIGNED])
        new = list(islice(fit, min(grant.left for grant in grants)))
        for grant in grants:
            grant.left -= len(new)
        return [(*row[:_APPROVED], PREAPPROVED, verdict.role, *row[SIGNED + 1 :]) for row in new]

    def _standing_for(self, name: str, asked: Sequence[str]) -> list[Grant]:
        """The preapprovals that together stand for these roles; none when they do not."""
        found: dict[int, Grant] = {}
        for role in asked:
            fit = (one for one in self.grants.get(name, ()) if one.roles is None or role in one.roles)
            grant = next(fit, None)
            if grant is None:
                return []
            found[grant.number] = grant
        return list(found.values())

    def note(
        self, connection: sa.Connection, sender: Sender, status: MessageStatus, rows: Sequence[Row]
    ) -> None:
        """Take what was let go off the preapproval, and note on the messages that they are approved."""
        mine = [row for row in rows if row[_APPROVED] == PREAPPROVED]
        if not mine or status not in (MessageStatus.READY, MessageStatus.WAITING):
            return
        journey, _, action = sender.numbers(self.plan.world)
        name = sender.rule.send.message
        intents = [Intent(row[0], journey, row[1], row[2], row[3], action) for row in mine]
        bound: dict[str, sa.ColumnElement[Any]] = {
            "approved_text": sa.bindparam("mark"),
            "signed": sa.bindparam("roles"),
        }
        approved = message.update().where(*is_given()).values({"approved": sa.true(), **bound})
        mark = mark_of(self.plan.model, name)
        marks = [{"mark": mark, "roles": row[SIGNED]} for row in mine]
        both = [own | given(intent) for own, intent in zip(marks, intents, strict=True)]
        execute_many(connection, approved, both)
        for panel, number in Counter(row[SIGNED] for row in mine).items():
            these = [one.number for one in self._standing_for(name, roles_in(panel))]
            taken = preapproval.update().where(preapproval.c.preapproval.in_(these))
            connection.execute(taken.values(left=preapproval.c.left - number))


def preapproved_of(connection: sa.Connection, plan: Plan) -> Preapproved:
    """What is in force under these rules."""
    found, names = Preapproved(plan), plan.world.symbols
    open_ones = (preapproval.c.left > 0, preapproval.c.ended_at.is_(None))
    for row in connection.execute(
        sa.select(preapproval).where(*open_ones).order_by(preapproval.c.preapproval)
    ):
        name = names.name(row.message)
        if name in plan.model.messages and row.digest == digest_of(plan.model, name):
            roles = None if row.roles is None else frozenset(row.roles)
            found.grants.setdefault(name, []).append(Grant(row.preapproval, row.left, roles))
    return found
