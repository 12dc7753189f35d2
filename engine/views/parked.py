"""What came in and is nobody's yet: messages over HTTP not taken so far, replies from addresses that nobody has."""

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Any

import orjson
import sqlalchemy as sa

from engine.reasons import NOBODYS, read_back
from engine.storage.inbox_tables import reply, reply_of
from engine.storage.masks import mask_address, mask_cards
from engine.storage.web_tables import parked
from engine.views.approvals import address_kind
from engine.views.window import Window

MESSAGE, REPLY = KINDS = ("message", "reply")

Item = dict[str, object]


def unclaimed(window: Window, kind: str | None, since: int | None, limit: int | None) -> Iterator[Item]:
    """All of it, or one kind, what came last first; addresses masked."""
    found = []
    if kind in (None, MESSAGE):
        found.append(_messages(window, since))
    if kind in (None, REPLY):
        found.append(_replies(window, since))
    newest = merge(*found, key=lambda one: -one[0])
    return (item for _, item in islice(newest, limit))


def _messages(window: Window, since: int | None) -> Iterator[tuple[int, Item]]:
    rows = sa.select(parked).order_by(parked.c.taken_at.desc(), parked.c.digest)
    if since is not None:
        rows = rows.where(parked.c.taken_at >= since)
    for row in window.connection.execute(rows):
        body: dict[str, Any] = orjson.loads(row.body)
        yield (
            row.taken_at,
            {
                "kind": MESSAGE,
                "from": row.source,
                "whose": row.identity,
                "what": body.get("event") or body.get("type"),
                "because": read_back(row.because),
                "came": window.time(row.taken_at),
                "id": body.get("messageId"),
            },
        )


def _replies(window: Window, since: int | None) -> Iterator[tuple[int, Item]]:
    theirs = sa.select(reply_of.c.id).where(
        reply_of.c.channel == reply.c.channel, reply_of.c.id == reply.c.id
    )
    rows = sa.select(reply).where(~sa.exists(theirs)).order_by(reply.c.taken_at.desc(), reply.c.id)
    if since is not None:
        rows = rows.where(reply.c.taken_at >= since)
    for row in window.connection.execute(rows):
        kind = address_kind(window, row.channel) or "text"
        yield (
            row.taken_at,
            {
                "kind": REPLY,
                "from": row.channel,
                "whose": mask_address(row.sender, kind),
                "what": mask_cards(row.text),
                "because": NOBODYS(),
                "came": window.time(row.taken_at),
                "id": row.id,
            },
        )
