"""What became of messages that were sent: recorded by compare-and-set, once, whatever else happens meanwhile.

Only what was proved not to be taken may be tried again; all that is not known stays unknown until there is evidence.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from engine.channels.protocol import Accepted, NotSent, Outcome, Rejected, Unknown
from engine.delivery import sending
from engine.delivery.marking import Posted
from engine.permits.settling import settle
from engine.reasons import TRIED
from engine.storage.arrivals import mark_changed, take
from engine.storage.states import MessageStatus

FIRST_PAUSE, LONGEST_PAUSE = 30_000, 3_600_000  # milliseconds
MOST_ATTEMPTS = 6

Result = tuple[Posted, Outcome]


def record(connection: sa.Connection, results: Sequence[Result], now: int) -> Counter[str]:
    """Record outcomes of the batch in `leaving`, in the transaction under way; how many came to which status.

    A message that is not being sent any more, or under another claim, is left alone: somebody knew better.
    """
    alive = sending.still_sending(connection)
    written = [
        (_values(posted, outcome, now), posted.intent)
        for posted, outcome in results
        if posted.intent in alive
    ]
    told = [values for values, _ in written if values["status"] in _TOLD]
    for seq, values in enumerate(told, take(connection, len(told)) if told else 0):
        values["sent_seq"] = seq
    sending.change(connection, written)
    ended = [intent for values, intent in written if values["status"] >= MessageStatus.UNKNOWN]
    settle(connection, (intent[:5] for intent in ended), now)
    mark_changed(connection, (intent.customer for intent in ended))
    return Counter(MessageStatus(values["status"]).word for values, _ in written)


_TOLD = (MessageStatus.SENT, MessageStatus.FAILED)
"""What is an event to rules: it gets a number among the arrivals."""


def _values(posted: Posted, outcome: Outcome, now: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        "status": 0, "because": None, "until": None, "counted_at": now, "refused": posted.refused,
        "sent_at": None, "failed_at": None, "sent_seq": None, "reference": None, "lease_until": None, "changed_at": now,
    }  # fmt: skip
    match outcome:
        case Accepted(reference=reference):
            changes = {"status": MessageStatus.SENT, "sent_at": now, "reference": reference}
        case Unknown(because=because):
            changes = {"status": MessageStatus.UNKNOWN, "because": because}
        case NotSent(because=because):
            changes = _again(posted, because, now)
        case Rejected(because=because):
            changes = _refused(posted, because, now)
    values |= changes
    return values | {"status": int(values["status"])}


def _again(posted: Posted, because: str, now: int) -> dict[str, Any]:
    """Ready once more after a pause that doubles; the gate is asked again then, giving up included."""
    if posted.attempt >= MOST_ATTEMPTS:
        return _failed(TRIED(attempts=posted.attempt, because=because), now)
    pause = min(FIRST_PAUSE << (posted.attempt - 1), LONGEST_PAUSE)
    return {"status": MessageStatus.READY, "because": because, "until": now + pause}


def _refused(posted: Posted, because: str, now: int) -> dict[str, Any]:
    """The next channel is tried, by way of the gate; without one the message has failed."""
    refused = {"refused": posted.refused | 1 << posted.place}
    if not posted.elsewhere:
        return _failed(because, now) | refused
    return {"status": MessageStatus.WAITING, "because": because, "until": now, "counted_at": None} | refused


def _failed(because: str, now: int) -> dict[str, Any]:
    return {"status": MessageStatus.FAILED, "because": because, "failed_at": now, "counted_at": None}
