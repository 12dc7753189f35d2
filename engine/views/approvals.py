"""Something held as whoever decides on it must see it: with where it goes, and the rule that holds it."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa

from dsl.model.journeys import Send
from dsl.source import Span
from dsl.texts.segments import len_of, segments
from engine.people.reviews import is_review_id
from engine.permits.rules import worded
from engine.permits.senders import address_of
from engine.storage.declared import column_name
from engine.storage.keys import Intent, intent_of
from engine.texts.rendering import Text
from engine.texts.scripts import Scripts
from engine.views.held import Item, item
from engine.views.kinds import BENEFIT
from engine.views.reviews import reply_item
from engine.views.window import Window


class Recipient(NamedTuple):
    """Where a message goes. `kind`: of the attribute that holds it, by which it is masked."""

    address: str | None
    kind: str


class Line(NamedTuple):
    """A line of the rules in force, in its own words."""

    file: str
    number: int
    text: str


def approval(window: Window, identity: str) -> Item | None:
    """Something of the queue, with all there is to see; None when it does not wait for anybody.

    More than the queue's own views tell: `name` of the customer where rules declare one, `title`, `recipient`,
    `length` and `segments` of an sms, `price` of sending it, `rule`.
    """
    found = reply_item(window, identity) if is_review_id(identity) else _held(window, intent_of(identity))
    if found is None:
        return None
    identity = str(found["customer"])
    return found | {"name": called(window, [identity]).get(identity)}


def called(window: Window, identities: Collection[str]) -> dict[str, str]:
    """What customers are called, by their ids, as far as that is known."""
    table, column = window.tables.customer, window.name_column
    if column is None:
        return {}
    rows = sa.select(table.c.id, column).where(table.c.id.in_(identities), column.is_not(None))
    return {row[0]: row[1] for row in window.connection.execute(rows)}


def draft(window: Window, scripts: Scripts, one: Item) -> Text | None:
    """What a message would say whose text cannot be made, with `[name]` for what is not known of the customer."""
    journey = window.model.journeys.get(str(one["journey"]))
    message, channel = window.model.messages.get(str(one["what"])), str(one["channel"])
    if journey is None or message is None or message.variant(channel) is None:
        return None
    return scripts.draft(message.name, channel, journey.record, intent_of(str(one["id"])))


def _held(window: Window, intent: Intent) -> Item | None:
    found = item(window, intent)
    if found is None:
        return None
    if found["kind"] == BENEFIT:
        return found | {"rule": _line(_of_benefit(window, str(found["what"])), "approve by")}
    text, is_sms = str(found["text"] or ""), bool(found["text"]) and found["channel"] == "sms"
    parts = segments(text) if is_sms else None
    message = window.model.messages.get(str(found["what"]))
    return found | {
        "title": None if message is None else message.title,
        "recipient": _recipient(window, str(found["channel"]), intent.customer),
        "length": len_of(text) if is_sms else None,
        "segments": parts,
        "price": price(window, str(found["channel"]), parts or 1),
        "rule": _line(_holding(window, found, intent.action), ""),
    }


def price(window: Window, channel: str, parts: int) -> Decimal | None:
    """What the channel takes for so many segments; None where `homing.toml` says no cost."""
    configured = window.config.channels.get(channel)
    return None if configured is None or not configured.cost else configured.cost * parts


def _recipient(window: Window, channel: str, customer: int) -> Recipient | None:
    """Where the channel reaches the customer now."""
    name, kind = _attribute(window, channel), address_kind(window, channel)
    if name is None or kind is None:
        return None
    table = window.tables.customer
    column = table.c.id if name == "id" else table.c[column_name(name)]
    return Recipient(window.connection.scalar(sa.select(column).where(table.c.customer == customer)), kind)


def address_kind(window: Window, channel: str) -> str | None:
    """The type of the addresses that a channel reaches customers at; None where it reaches nobody."""
    name = _attribute(window, channel)
    if name is None:
        return None
    return next((field.type.kind for field in window.model.customer if field.name == name), "text")


def _attribute(window: Window, channel: str) -> str | None:
    configured = window.config.channels.get(channel)
    return address_of(window.model, channel, None if configured is None else configured.address)


def _of_benefit(window: Window, name: str) -> Iterator[Span]:
    declared = window.model.benefits.get(name)
    if declared is not None:
        yield declared.span


def _holding(window: Window, found: Item, action: int) -> Iterator[Span]:
    """The rule that holds a message, by its words in the reason; what has no words of its own is no rule."""
    send = _send(window, found, action)
    policy = None if send is None else window.model.policies.get(send.policy)
    if send is None or policy is None:
        return
    because = str(found["because"])
    if send.review is not None and f"review by {send.review}" in because:
        yield send.span
    spans = [review.span for review in policy.reviews]
    spans += [span for word, span in policy.spans.items() if word in {"sample", "pilot", "stop"}]
    yield from (span for span in spans if span.text and worded(span, "") in because)


def _send(window: Window, found: Item, action: int) -> Send | None:
    journey = window.model.journeys.get(str(found["journey"]))
    for state in () if journey is None else journey.states:
        for one in state.actions if state.name == found["state"] else ():
            if isinstance(one, Send) and one.number == action:
                return one
    return None


def _line(spans: Iterator[Span], words: str) -> Line | None:
    """The line that the first of these spans begins on, or the first in it that begins with these words."""
    span = next(spans, None)
    if span is None:
        return None
    numbers = range(span.line, span.line + span.text.count("\n") + 1)
    found = (number for number in numbers if words in span.source.line(number))
    number = next(found, span.line)
    return Line(span.source.name, number, span.source.line(number).strip())
