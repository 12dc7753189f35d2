"""What a receipt does to its message. Pure: it knows the message as it is, and changes nothing.

A message only goes forward: the first word that ends it wins, and one against it is kept and told. A word about an
attempt that another followed can still say that the customer has the message, not that the later attempt failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.channels.protocol import Receipt
from engine.reasons import NOT_DELIVERED
from engine.storage.keys import Named
from engine.storage.states import Fate, MessageStatus

_GOING = (MessageStatus.SENDING, MessageStatus.UNKNOWN)
_AGAIN = (MessageStatus.WAITING, MessageStatus.HELD, MessageStatus.READY)
"""Thought not to have been sent, and to be tried once more."""

_TAKEN_BY_THEN = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.FAILED)
_NEVER_WENT = (MessageStatus.DROPPED, MessageStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Judged:
    """What comes of a receipt. `status`: what the message is now, None: what it was."""

    fate: Fate
    status: MessageStatus | None = None


def judged(row: Mapping[str, Any], receipt: Receipt, named: Named | None, *, remembers: bool) -> Judged:
    """What a receipt says about a message, `row`; `named`: how it names it, None: by the gateway's own name.

    `remembers`: its gateway takes one message under a key, so that what it tells of any attempt is about that one.
    """
    status = MessageStatus(row["status"])
    match receipt.says:
        case "delivered":
            return _delivered(status)
        case "failed":
            return _failed(status, earlier=is_earlier(row, named, remembers=remembers))
        case "taken":
            return _taken(status)
    return Judged(Fate.APPLIED if receipt.opted_out else Fate.KNOWN)


def is_earlier(row: Mapping[str, Any], named: Named | None, *, remembers: bool) -> bool:
    """Whether another attempt followed the one that is named."""
    if named is None:
        return False
    if named.resend != row["resend"] or remembers:
        return bool(named.resend < row["resend"])
    return bool(0 < named.attempt < row["attempt"])


def _delivered(status: MessageStatus) -> Judged:
    if status is MessageStatus.DELIVERED:
        return Judged(Fate.KNOWN)
    if status in (*_AGAIN, *_GOING, MessageStatus.SENT):
        return Judged(Fate.APPLIED, MessageStatus.DELIVERED)
    return Judged(Fate.CONTRADICTS)


def _failed(status: MessageStatus, *, earlier: bool) -> Judged:
    if status in (MessageStatus.FAILED, *_NEVER_WENT):
        return Judged(Fate.KNOWN)
    if earlier or status in _AGAIN:
        return Judged(Fate.EARLIER)
    if status is MessageStatus.DELIVERED:
        return Judged(Fate.CONTRADICTS)
    return Judged(Fate.APPLIED, MessageStatus.FAILED)


def _taken(status: MessageStatus) -> Judged:
    if status in _TAKEN_BY_THEN:
        return Judged(Fate.KNOWN)
    if status in _NEVER_WENT:
        return Judged(Fate.CONTRADICTS)
    return Judged(Fate.APPLIED, MessageStatus.SENT)


def changes(row: Mapping[str, Any], receipt: Receipt, status: MessageStatus, now: int) -> dict[str, Any]:
    """The new values of a message that a receipt brings to a status; arrival numbers are left to who has them.

    The gateway's clock is another: what it tells happened neither before the message left nor later than now.
    """
    before, left = MessageStatus(row["status"]), row["sent_at"]
    if left is None and status is not MessageStatus.FAILED:
        left = row["counted_at"] if before in _GOING else now
    at = max(min(now if receipt.at is None else receipt.at, now), left or row["counted_at"] or now)
    failed, delivered = status is MessageStatus.FAILED, status is MessageStatus.DELIVERED
    return {
        "status": int(status),
        "because": str(receipt.because or NOT_DELIVERED()) if failed else None,
        "sent_at": left,
        "delivered_at": at if delivered else None,
        "failed_at": at if failed else None,
        "counted_at": row["counted_at"] if left is None else row["counted_at"] or left,
        "reference": row["reference"] or receipt.reference,
        "until": None,
        "role": None,
        "lease_until": None,
        "settled": True,
        "changed_at": now,
    }
