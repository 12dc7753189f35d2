"""What waits for a person, as `homing queue` lists it: messages held or in doubt, benefits, replies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.calendars.zone import parse_time
from engine.errors import UnknownNameError
from engine.people.reviews import is_review_id
from engine.permits.approvals import digest
from engine.reasons import read_back
from engine.storage.keys import Intent, intent_in, intent_of
from engine.storage.messages import is_message
from engine.storage.schema import message
from engine.storage.staff_tables import QUEUED_MESSAGE, decision
from engine.storage.states import MessageStatus
from engine.views.held_benefits import BENEFIT, held_benefit, held_benefits
from engine.views.reviews import REPLY, replies, reply_item
from engine.views.window import Window
from engine.wording import say

DIGEST = 12
"""Characters of a text's digest that are shown: enough to tell texts apart."""

KINDS = {MessageStatus.HELD: "message", MessageStatus.UNKNOWN: "unknown"}
"""What a queue holds, by the status of the messages."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the queue: so many, of those after the one with this id; None: from the beginning, to the end."""

    limit: int | None = None
    after: str | None = None


Item = dict[str, object]


def queue(
    window: Window, kind: str | None = None, role: str | None = None, page: Page | None = None
) -> Iterator[Item]:
    """The queue as the JSON contract says, the oldest first; only one kind, or what a role must decide, if named.

    UnknownNameError when the page is to follow something that nobody knows.
    """
    page = page or Page()
    last = None if page.after is None else _place(window, page.after)
    found = [_messages(window, kind, role, (last, page.limit))]
    if kind in (None, BENEFIT):
        found.append(_following(held_benefits(window, role), BENEFIT, last))
    if kind in (None, REPLY):
        found.append(_following(replies(window), REPLY, last))
    return islice(merge(*found, key=lambda one: str(one["since"])), page.limit)


class _Last(NamedTuple):
    """Where a page begins: after this one. `at`: since when it waits or did; `kind` None: it is a message."""

    id: str
    at: int
    since: str
    kind: str | None


_RANKS = {None: 0, BENEFIT: 1, REPLY: 2}
"""In which order stands what began to wait at the same moment."""


def _place(window: Window, after: str) -> _Last:
    """Where something stands, or stood before somebody decided on it."""
    if is_review_id(after):
        found = reply_item(window, after)
        if found is not None:
            since = str(found["since"])
            return _Last(after, parse_time(since, window.zone), since, REPLY)
        raise UnknownNameError(say("{id} waits for nobody", id=after), say("begin again without --after"))
    intent = intent_of(after)
    at, kind = None, None
    queued = sa.select(message.c.changed_at).where(*is_message(intent), QUEUED_MESSAGE)
    at = window.connection.scalar(queued)
    if at is None and (benefit := held_benefit(window, intent)) is not None:
        at, kind = parse_time(str(benefit["since"]), window.zone), BENEFIT
    if at is None:
        same = [decision.c[name] == number for name, number in intent._asdict().items()]
        at = window.connection.scalar(sa.select(sa.func.max(decision.c.since)).where(*same))
    if at is None:
        raise UnknownNameError(say("{id} waits for nobody", id=after), say("begin again without --after"))
    return _Last(after, at, window.time(at) or "", kind)


def _following(items: Iterable[Item], kind: str, last: _Last | None) -> Iterator[Item]:
    if last is None:
        yield from items
        return
    passed = last.kind != kind
    for one in items:
        since = str(one["since"])
        if since > last.since or (since == last.since and passed and _RANKS[kind] >= _RANKS[last.kind]):
            yield one
        passed = passed or one["id"] == last.id


def _messages(
    window: Window, kind: str | None, role: str | None, part: tuple[_Last | None, int | None]
) -> Iterator[Item]:
    """Held and doubtful messages, from the index that has them in their order."""
    statuses = [int(status) for status, name in KINDS.items() if kind in (None, name)]
    order, (last, limit) = (message.c.changed_at, *message.primary_key.columns), part
    rows = _rows(window).where(QUEUED_MESSAGE).order_by(*order)
    if len(statuses) < len(KINDS):
        rows = rows.where(message.c.status.in_(statuses))
    if role is not None:
        number = window.symbols.find("role", role)
        rows = rows.where(sa.or_(message.c.role.is_(None), message.c.role == number))
    if last is not None and last.kind is None:
        rows = rows.where(
            sa.tuple_(*order) > sa.tuple_(sa.literal(last.at), *map(sa.literal, intent_of(last.id)))
        )
    elif last is not None:
        rows = rows.where(message.c.changed_at > last.at)
    for row in window.connection.execute(rows.limit(limit)):
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
