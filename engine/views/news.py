"""What has changed in the queue since somebody last looked, for a screen that shows a part of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.people.reviews import is_review_id, review_number
from engine.storage.keys import intent_of
from engine.storage.review_tables import review
from engine.storage.staff_tables import decision
from engine.views.held import Item, Page, item, queue
from engine.views.reviews import reply_item
from engine.views.window import Window


@dataclass(frozen=True, slots=True)
class News:
    """`came`: what began to wait, the oldest first. `gone`: of what was shown, what waits no more.

    What is gone says who decided what and when, where a person did.
    """

    came: list[Item]
    gone: list[Item]


def news(window: Window, since: int, shown: Sequence[str], limit: int = 100) -> News:
    """What began to wait at `since` or later and is not shown, at most so much; what of the shown is gone."""
    known = frozenset(shown)
    found = queue(window, page=Page(limit + len(known), since=since))
    came = [one for one in found if one["id"] not in known]
    return News(came[:limit], [_what_became(window, text) for text in shown if not _waits(window, text)])


def _waits(window: Window, text: str) -> bool:
    found = reply_item(window, text) if is_review_id(text) else item(window, intent_of(text))
    return found is not None


def _what_became(window: Window, text: str) -> Item:
    row = window.connection.execute(_decision(text)).first()
    verb, who, at = (None, None, None) if row is None else row
    return {"id": text, "decided": verb, "by": who, "at": window.time(at)}


def _decision(text: str) -> sa.Select[Any]:
    if is_review_id(text):
        columns = sa.select(review.c.decision, review.c.decided_by, review.c.decided_at)
        return columns.where(review.c.review == review_number(text))
    same = [decision.c[name] == number for name, number in intent_of(text)._asdict().items()]
    query = sa.select(decision.c.verb, decision.c.who, decision.c.at).where(*same)
    return query.order_by(decision.c.at.desc()).limit(1)
