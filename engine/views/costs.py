"""What left by a channel day by day, as it is billed: an sms by the segments of the very text that was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from dsl.texts.segments import segments
from engine.storage.flow_tables import SENT_MESSAGE
from engine.storage.schema import message
from engine.views.deliveries import BY_SEGMENT, Lane
from engine.views.window import Window

_MOST = 5_000
"""So many texts of a day are counted; where there are more, these stand for all."""

_HOME = {
    "CN": "CNY",
    "HK": "HKD",
    "MO": "MOP",
    "TW": "TWD",
    "SG": "SGD",
    "US": "USD",
    "GB": "GBP",
    "JP": "JPY",
}
"""The currency of a country, where the configuration names none."""


@dataclass(frozen=True, slots=True)
class Bill:
    """A business day: messages `sent`, and the `parts` that are paid for. `exact`: all texts were counted."""

    day: int
    sent: int
    parts: int
    exact: bool = True


Bills = Mapping[tuple[str, int], Bill]
"""By channel and day."""


def bills(window: Window, now: int, lane: Lane, known: Bills) -> tuple[Bill, ...]:
    """The days of the week up to today. What is `known` of a day on which no more has been sent is not counted anew."""
    first = window.zone.day(now) - len(lane.sent) + 1
    found = []
    for day, sent in enumerate(lane.sent, first):
        before = known.get((lane.channel or "", day))
        found.append(before if before is not None and before.sent == sent else _bill(window, lane, day, sent))
    return tuple(found)


def currency(window: Window) -> str:
    """In which costs are told; nothing where it is not known."""
    return window.config.currency or _HOME.get(window.config.country, "")


def paid(lane: Lane, parts: int) -> Decimal | None:
    """What so many parts cost; None where the configuration says nothing of it."""
    return None if lane.price is None else lane.price * parts


def _bill(window: Window, lane: Lane, day: int, sent: int) -> Bill:
    number = window.symbols.find("channel", lane.channel or "")
    if lane.channel != BY_SEGMENT or not sent or number is None:
        return Bill(day, sent, sent)
    every = -(-sent // _MOST)
    of, zone = message.c, window.zone
    texts = sa.select(of.text).where(SENT_MESSAGE, of.channel == number)
    texts = texts.where(of.sent_at.between(zone.midnight(day), zone.midnight(day + 1) - 1))
    sampled = texts if every == 1 else texts.where(of.customer % every == 0)
    counted = [segments(text or "") for text in window.connection.scalars(sampled)]
    if every == 1 or not counted:
        return Bill(day, sent, max(sum(counted), sent))
    return Bill(day, sent, round(sum(counted) * sent / len(counted)), exact=False)
