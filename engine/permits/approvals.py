"""An approval binds the exact text and its channel: when either changes before the message leaves, it is void.

What was approved is kept as a digest; whoever must look sees the new text then.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from engine.permits.facts import KEY_AT, Row, Sender
from engine.permits.final_text import offences
from engine.permits.preapproved import PREAPPROVED, SIGNED, is_beforehand
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
    approval = work.plan.statement(("approval",), _approval)
    assert approval is not None  # noqa: S101
    journey, _, action = sender.numbers(work.plan.world)
    changed = {}
    for row, text in texts:
        intent = Intent(row[0], journey, row[1], row[2], row[3], action)
        if row[APPROVED] != PREAPPROVED and (row[APPROVED] or row[SIGNED]):
            noted = approval.run(work.connection, given(intent)).scalar()
            if not _holds(work, sender, channel, noted, text):
                changed[intent] = row
    void(work.connection, changed)
    return list(changed.values())


def _holds(work: Work, sender: Sender, channel: str, noted: str | None, text: Rendered) -> bool:
    """Whether what was approved is what would go: the exact text, or a text that was approved beforehand."""
    if not isinstance(text, Text):
        return False
    if is_beforehand(noted, work.plan.model, sender.rule.send.message):
        return not offences(text, sender.rule.policy, channel)
    return noted == digest(work.plan.world.number("channel", channel), text.subject, text.body)


def void(connection: sa.Connection, intents: Iterable[Intent]) -> None:
    """Take approvals back, in the transaction under way."""
    nobodys = {"approved": sa.false(), "approved_text": sa.null(), "signed": sa.null()}
    taken_back = message.update().values(nobodys).where(*is_given())
    execute_many(connection, taken_back, [given(intent) for intent in intents])


def _approval() -> sa.Select[Any]:
    return sa.select(message.c.approved_text).where(*is_given())
