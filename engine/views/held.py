"""What waits for a person, as `homing queue` lists it: messages held or in doubt, benefits, replies."""

from collections.abc import Iterator
from heapq import merge
from typing import Any

import sqlalchemy as sa

from engine.permits.approvals import digest
from engine.reasons import read_back
from engine.storage.keys import Intent, intent_in
from engine.storage.messages import is_message
from engine.storage.schema import OPEN_MESSAGE, message
from engine.storage.states import MessageStatus
from engine.views.held_benefits import BENEFIT, held_benefit, held_benefits
from engine.views.reviews import REPLY, replies
from engine.views.window import Window

DIGEST = 12
"""Characters of a text's digest that are shown: enough to tell texts apart."""

KINDS = {MessageStatus.HELD: "message", MessageStatus.UNKNOWN: "unknown"}
"""What a queue holds, by the status of the messages."""


def queue(window: Window, kind: str | None = None, role: str | None = None) -> Iterator[dict[str, object]]:
    """The queue as the JSON contract says, the oldest first; only one kind, or what a role must decide, if named."""
    found = [_messages(window, kind, role)]
    if kind in (None, BENEFIT):
        found.append(held_benefits(window, role))
    if kind in (None, REPLY):
        found.append(replies(window))
    return merge(*found, key=lambda one: str(one["since"]))


def _messages(window: Window, kind: str | None, role: str | None) -> Iterator[dict[str, object]]:
    statuses = [status for status, name in KINDS.items() if kind in (None, name)]
    conditions = [OPEN_MESSAGE, message.c.status.in_(statuses)]
    rows = _rows(window).where(*conditions).order_by(message.c.changed_at, *message.primary_key.columns)
    for row in window.connection.execute(rows):
        if role is None or window.name(row.role) in (None, role):
            yield _item(window, row)


def item(window: Window, intent: Intent) -> dict[str, object] | None:
    """One of them with all there is to see; None when it does not wait for anybody."""
    conditions = [*is_message(intent), message.c.status.in_(list(KINDS))]
    row = window.connection.execute(_rows(window).where(*conditions)).first()
    if row is None:
        return held_benefit(window, intent)
    return _item(window, row) | {
        "record": window.record_ids([row.record]).get(row.record),
        "state": window.state(row.state),
        "channel": window.name(row.channel),
        "subject": row.subject,
        "text": row.text,
        "until": window.time(row.until),
        "digest": None if not row.text else digest(row.channel, row.subject, row.text)[:DIGEST],
    }


def _rows(window: Window) -> sa.Select[Any]:
    people = window.tables.customer
    return sa.select(message, people.c.id).join(people, people.c.customer == message.c.customer)


def _item(window: Window, row: sa.Row[Any]) -> dict[str, object]:
    intent = intent_in(row)
    return {
        "id": intent.id,
        "kind": KINDS[MessageStatus(row.status)],
        "customer": row.id,
        "journey": window.name(row.journey),
        "what": window.name(row.message),
        "because": row.because and read_back(row.because),
        "since": window.time(row.changed_at),
        "role": window.name(row.role),
    }
