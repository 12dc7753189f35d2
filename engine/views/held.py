"""What waits for a person, as `homing queue` lists it: messages held or in doubt, benefits, replies."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from engine.errors import UnknownNameError
from engine.people.reviews import is_review_id
from engine.people.signatures import signers_of
from engine.permits.approvals import digest
from engine.reasons import read_back
from engine.storage.benefit_tables import HELD_GRANT, grant, is_grant
from engine.storage.keys import Intent, intent_in, intent_of
from engine.storage.messages import is_message
from engine.storage.panels import roles_in
from engine.storage.schema import message
from engine.storage.staff_tables import QUEUED_MESSAGE, decision
from engine.storage.states import MessageStatus
from engine.views.held_benefits import BENEFIT_RANK, held_benefit, held_benefits
from engine.views.kinds import BENEFIT, KINDS, REPLY
from engine.views.places import Part, Place, for_roles, part_of
from engine.views.reviews import replies, reply_place
from engine.views.window import Window
from engine.wording import say

DIGEST = 12
"""Characters of a text's digest that are shown: enough to tell texts apart."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the queue: so many, of those after the one with this id; None: from the beginning, to the end."""

    limit: int | None = None
    after: str | None = None


Item = dict[str, object]


def queue(
    window: Window, kind: str | None = None, roles: frozenset[str] | None = None, page: Page | None = None
) -> Iterator[Item]:
    """The queue as the JSON contract says, the oldest first; only one kind, or what these roles may decide, if named.

    UnknownNameError when the page is to follow something that nobody knows.
    """
    part = _part(window, roles, page or Page())
    found = [_messages(window, kind, part)]
    if kind in (None, BENEFIT):
        found.append(held_benefits(window, part))
    if kind in (None, REPLY):
        found.append(replies(window, part))
    return _in_order(found, part)


def _part(window: Window, roles: frozenset[str] | None, page: Page) -> Part:
    return Part(roles, None if page.after is None else _place(window, page.after), page.limit)


def _in_order(found: list[Iterator[tuple[Place, Item]]], part: Part) -> Iterator[Item]:
    return (one for _, one in islice(merge(*found, key=itemgetter(0)), part.limit))


def _place(window: Window, after: str) -> Place:
    """Where something stands, or stood before somebody decided on it."""
    found = reply_place(window, after) if is_review_id(after) else _place_of(window, intent_of(after))
    if found is None:
        raise UnknownNameError(say("{id} waits for nobody", id=after), say("begin again without --after"))
    return found


def _place_of(window: Window, intent: Intent) -> Place | None:
    queued = sa.select(message.c.changed_at).where(*is_message(intent), QUEUED_MESSAGE)
    since = window.connection.scalar(queued)
    if since is not None:
        return Place(since, _RANK, intent)
    since = window.connection.scalar(sa.select(grant.c.changed_at).where(*is_grant(intent), HELD_GRANT))
    if since is not None:
        return Place(since, BENEFIT_RANK, intent)
    decided = sa.select(decision.c.since, decision.c.kind)
    decided = decided.where(*is_message(intent, decision), decision.c.since.is_not(None))
    row = window.connection.execute(decided.order_by(decision.c.since.desc()).limit(1)).first()
    if row is None:
        return None
    return Place(row.since, BENEFIT_RANK if row.kind == BENEFIT else _RANK, intent)


_RANK = 0
"""Messages come before what else began to wait at the same moment."""


def _messages(window: Window, kind: str | None, part: Part) -> Iterator[tuple[Place, Item]]:
    """Held and doubtful messages, from the index that has them in their order and knows status and role."""
    statuses = [int(status) for status, name in KINDS.items() if kind in (None, name)]
    rows = _rows(window).where(QUEUED_MESSAGE, *for_roles(window, part, message.c.role))
    if len(statuses) < len(KINDS):
        rows = rows.where(message.c.status.in_(statuses))
    rows = part_of(rows, part, _RANK, (message.c.changed_at, *message.primary_key.columns))
    for row in window.connection.execute(rows) if statuses else ():
        yield Place(row.changed_at, _RANK, intent_in(row)), _item(window, row)


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
        "approvals": list(_approvals(window, intent, row.signed)),
    }


def _approvals(window: Window, intent: Intent, signed: str | None) -> Iterator[Item]:
    """Who has let it go for which role, of those that must."""
    found = signers_of(window.connection, [intent]).get(intent, {}) if signed else {}
    for role in roles_in(signed):
        who, at = found.get(role, (None, None))
        yield {"role": role, "who": who, "at": window.time(at)}


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
    } | ({"approved_for": row.signed} if row.signed else {})
