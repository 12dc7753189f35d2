"""Replies that wait for a person, as `homing queue` lists them."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine.people.reviews import is_review_id, review_id, review_number
from engine.reasons import UNASKED, UNCLEAR
from engine.storage.keys import Intent
from engine.storage.messages import is_message
from engine.storage.review_tables import OPEN_REVIEW, review
from engine.storage.schema import message
from engine.views.kinds import REPLY
from engine.views.places import Part, Place, part_of
from engine.views.window import Window

_RANK = 2  # after messages and benefits that began to wait at the same moment


def replies(window: Window, part: Part) -> Iterator[tuple[Place, dict[str, object]]]:
    """Those of a part that are open, the oldest first. They are for every role."""
    rows = part_of(_rows(window), part, _RANK, (review.c.since, review.c.review))
    for row in window.connection.execute(rows):
        yield Place(row.since, _RANK, (row.review,)), _item(window, row)


def reply_place(window: Window, identity: str) -> Place | None:
    """Where a reply stands, or stood before somebody decided on it."""
    number = review_number(identity)
    since = window.connection.scalar(sa.select(review.c.since).where(review.c.review == number))
    return None if since is None else Place(since, _RANK, (number,))


def reply_item(window: Window, identity: str) -> dict[str, object] | None:
    """One of them with all there is to see; None when it does not wait for anybody."""
    if not is_review_id(identity):
        return None
    number = review_number(identity)
    row = window.connection.execute(_rows(window).where(review.c.review == number)).first()
    if row is None:
        return None
    return _item(window, row) | {
        "record": window.record_ids([row.record or 0]).get(row.record),
        "channel": row.channel,
        "answers": _answered(window, row),
        "text": row.text,
        "written": window.time(row.at),
    }


def _rows(window: Window) -> sa.Select[Any]:
    people = window.tables.customer
    return (
        sa.select(review, people.c.id).join(people, people.c.customer == review.c.customer).where(OPEN_REVIEW)
    )


def _item(window: Window, row: sa.Row[Any]) -> dict[str, object]:
    return {
        "id": review_id(row.review),
        "kind": REPLY,
        "customer": row.id,
        "journey": window.name(row.journey),
        "what": row.text,
        "because": UNCLEAR() if row.unclear else UNASKED(),
        "since": window.time(row.since),
        "role": None,
    }


def _answered(window: Window, row: sa.Row[Any]) -> str | None:
    """The message that it answers."""
    if row.journey is None:
        return None
    intent = Intent(*(getattr(row, name) for name in Intent._fields))
    number = window.connection.scalar(sa.select(message.c.message).where(*is_message(intent)))
    return window.name(number)
