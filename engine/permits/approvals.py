"""An approval binds the exact text and its channel: when either changes before the message leaves, it is void.

What was approved is kept as a digest; whoever must look sees the new text then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from engine.permits.beforehand import is_beforehand
from engine.permits.facts import KEY_AT, Row, Sender
from engine.permits.final_text import offences
from engine.permits.preapproved import PREAPPROVED, SIGNED
from engine.plans.plan import Plan
from engine.plans.work import Work
from engine.storage.bulk import execute_many
from engine.storage.keys import Intent
from engine.storage.messages import given, is_given
from engine.storage.schema import message
from engine.texts.rendering import Rendered, Text

APPROVED = KEY_AT + 4
"""The place in a row of what says whether somebody has approved the message."""

APPROVED_BY_PERSON = 1
"""What stands there when it is noted on the message; `engine.permits.preapproved` lets others go."""


def digest(channel: int | None, subject: str | None, text: str | None) -> str:
    """What stands for a text on a channel."""
    return sha256("\0".join((str(channel), subject or "", text or "")).encode("utf-8", "replace")).hexdigest()


def void_where_changed(
    work: Work, sender: Sender, channel: str, texts: Sequence[tuple[Row, Rendered]]
) -> list[Row]:
    """Take back the approvals of messages that would go with another text, or another way; their rows."""
    binding = Binding(work.connection, work.plan, sender, channel)
    changed = [row for row, text in texts if binding.is_void(row, text)]
    void(work.connection, map(binding.intent, changed))
    return changed


@dataclass(frozen=True, slots=True)
class Binding:
    """What approvals of the messages of one send bind, were they to go by a channel."""

    connection: sa.Connection
    plan: Plan
    sender: Sender
    channel: str

    def intent(self, row: Row) -> Intent:
        """The key of a row."""
        journey, _, action = self.sender.numbers(self.plan.world)
        return Intent(row[0], journey, row[1], row[2], row[3], action)

    def is_void(self, row: Row, text: Rendered) -> bool:
        """Whether somebody has let a message go, and what would go is something else."""
        if row[APPROVED] == PREAPPROVED or not (row[APPROVED] or row[SIGNED]):
            return False
        approval = self.plan.statement(("approval",), _approval)
        assert approval is not None  # noqa: S101
        noted = approval.run(self.connection, given(self.intent(row))).scalar()
        return not self._holds(noted, text)

    def _holds(self, noted: str | None, text: Rendered) -> bool:
        """Whether what was approved is what would go: the exact text, or a text that was approved beforehand."""
        if not isinstance(text, Text):
            return False
        if is_beforehand(noted, self.plan.model, self.sender.rule.send.message):
            return not offences(text, self.sender.rule.policy, self.channel)
        return noted == digest(self.plan.world.number("channel", self.channel), text.subject, text.body)


def void(connection: sa.Connection, intents: Iterable[Intent]) -> None:
    """Take approvals back, in the transaction under way."""
    nobodys = {"approved": sa.false(), "approved_text": sa.null(), "signed": sa.null()}
    taken_back = message.update().values(nobodys).where(*is_given())
    execute_many(connection, taken_back, [given(intent) for intent in intents])


def _approval() -> sa.Select[Any]:
    return sa.select(message.c.approved_text).where(*is_given())
