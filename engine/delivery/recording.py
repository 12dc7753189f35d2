"""What became of messages that were sent: recorded by compare-and-set, once, whatever else happens meanwhile.

Only what was proved not to be taken may be tried again; all that is not known stays unknown until there is evidence.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from engine.channels.protocol import Accepted, Capabilities, NotSent, Outcome, Rejected, Unknown
from engine.delivery import sending
from engine.delivery.marking import Posted, Tried
from engine.delivery.taken import Taken, record_taken
from engine.people.optouts import OptOut, opt_out_by_gateway
from engine.people.sharing import having
from engine.permits.settling import settle
from engine.reasons import BY_GATEWAY, TRIED
from engine.storage.arrivals import mark_changed, take
from engine.storage.keys import first_key
from engine.storage.states import MessageStatus

FIRST_PAUSE, LONGEST_PAUSE = 30_000, 3_600_000  # milliseconds
SHORTEST_PAUSE = 1_000  # milliseconds
MOST_ATTEMPTS = 6

MINUTE, HOUR = 60_000, 3_600_000
ASKED_AFTER = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR, 24 * HOUR, 72 * HOUR)
"""When the gateway is asked about a message in doubt, counted from its mark; after the last time a person must."""

Result = tuple[Posted, Outcome]
Untaken = tuple[Posted, NotSent | Rejected | Unknown]
"""What a gateway does not have, or perhaps."""


def record(
    connection: sa.Connection,
    results: Sequence[Result],
    now: int,
    channels: Mapping[str, Capabilities] | None = None,
    *,
    evidence: bool = False,
) -> Counter[str]:
    """Record outcomes, in the transaction under way; how many messages came to which status by what was tried.

    A message that is not being sent any more, or under another claim, is left alone: somebody knew better.
    `channels`: what they can do; where one knows keys again, it may be given a message once more. `evidence`: they are
    what was found out about messages in doubt, not what their last attempt was answered.
    """
    status, known = MessageStatus.UNKNOWN if evidence else MessageStatus.SENDING, channels or {}
    taken = [(posted, outcome) for posted, outcome in results if isinstance(outcome, Accepted)]
    others = [(posted, outcome) for posted, outcome in results if not isinstance(outcome, Accepted)]
    counts = Counter({MessageStatus.SENT.word: _record_taken(connection, status, taken, now, known)})
    return +(counts + _record_others(connection, status, others, now, known))


def _record_taken(
    connection: sa.Connection,
    status: MessageStatus,
    results: Sequence[tuple[Posted, Accepted]],
    now: int,
    channels: Mapping[str, Capabilities],
) -> int:
    """Those that gateways have; how many."""
    if not results:
        return 0
    keyed = {name for name, channel in channels.items() if channel.receipts}
    rows = [
        Taken(
            *posted.intent,
            posted.epoch,
            posted.tried.settled,
            seq,
            first_key(posted.outgoing.key) if posted.outgoing.channel in keyed else None,
            outcome.reference,
        )
        for seq, (posted, outcome) in enumerate(results, take(connection, len(results)))
    ]
    return record_taken(connection, status, rows, now)


def _record_others(
    connection: sa.Connection,
    status: MessageStatus,
    results: Sequence[Untaken],
    now: int,
    channels: Mapping[str, Capabilities],
) -> Counter[str]:
    """Those that gateways do not have, or perhaps."""
    if not results:
        return Counter()
    lost = sending.gone(connection, status, [posted.claim for posted, _ in results])
    written = []
    for posted, outcome in (one for one in results if one[0].claim not in lost):
        known = channels.get(posted.outgoing.channel, _PLAIN)
        remembers = None if status == MessageStatus.UNKNOWN else known.remembers
        key = first_key(posted.outgoing.key) if known.receipts else None
        written.append((_values(posted, outcome, now, remembers) | {"key": key}, posted))
    failed = [values for values, _ in written if values["status"] == MessageStatus.FAILED]
    for seq, values in enumerate(failed, take(connection, len(failed)) if failed else 0):
        values["ended_seq"] = seq
    sending.change(connection, ((values, posted.intent) for values, posted in written))
    ended = [posted for values, posted in written if values["settled"]]
    settle(connection, (posted.intent[:5] for posted in ended if not posted.tried.settled), now)
    mark_changed(connection, (posted.intent.customer for posted in ended))
    _obey(connection, results, now)
    tried = (values for values, posted in written if values["attempt"] == posted.tried.attempt)
    return Counter(MessageStatus(values["status"]).word for values in tried)


def _obey(connection: sa.Connection, results: Sequence[Untaken], now: int) -> None:
    """Keep to opt-outs that gateways know of, for all who have that address, whatever became of the message."""
    for posted, outcome in results:
        if isinstance(outcome, Rejected) and outcome.opted_out:
            message, known = posted.outgoing, {posted.intent.customer: posted.outgoing.customer}
            for number, identity in (known | having(connection, message.to)).items():
                said = OptOut(number, identity, message.channel, now, BY_GATEWAY())
                opt_out_by_gateway(connection, said, now)


_PLAIN = Capabilities()


def _values(
    posted: Posted, outcome: NotSent | Rejected | Unknown, now: int, remembers: int | None
) -> dict[str, Any]:
    """What to write to a message that was not taken. `remembers`: None for evidence, which ends all doubt."""
    tried = posted.tried
    values: dict[str, Any] = {
        "status": 0, "because": None, "until": None, "counted_at": now, "changed_at": now, "lease_until": None,
        "refused": tried.refused, "attempt": tried.attempt,
        "sent_at": None, "failed_at": None, "sent_seq": None, "ended_seq": None, "reference": None,
    }  # fmt: skip
    match outcome:
        case Unknown(because=because):
            changes = _doubtful(tried, because, now, remembers or 0)
        case NotSent(because=because) | Rejected(because=because) if tried.doubt and remembers is not None:
            changes = _doubtful(tried, because, now, remembers)  # this attempt says nothing of the one before
        case NotSent():
            changes = _again(posted, outcome, now)
        case Rejected(because=because):
            changes = _refused(tried, because, now)
    values |= changes
    settled = tried.settled or values["status"] >= MessageStatus.UNKNOWN
    return values | {"status": int(values["status"]), "settled": settled}


def _doubtful(tried: Tried, because: str, now: int, remembers: int) -> dict[str, Any]:
    """In doubt. `until`: when the gateway may be asked about it or, where it knows keys again, be given it again."""
    return {"status": MessageStatus.UNKNOWN, "because": because, "until": next_asking(tried, now, remembers)}


def next_asking(tried: Tried, now: int, remembers: int = 0) -> int | None:
    """When to find out about a message in doubt; None: only a person can.

    A gateway that knows keys again for so long is not given one in the last sixth of it: its clock is another.
    """
    began = now if tried.begun_at is None else tried.begun_at
    last = began + remembers * 5 // 6 if remembers else None
    times = (began + after for after in ASKED_AFTER)
    return next((time for time in times if time > now and (last is None or time < last)), None)


def _again(posted: Posted, outcome: NotSent, now: int) -> dict[str, Any]:
    """Ready once more after a pause; the gate is asked again then, giving up included.

    A gateway that takes messages, only not so many, uses no attempt up.
    """
    attempt, because = posted.tried.attempt, outcome.because
    if outcome.slower:
        pause = SHORTEST_PAUSE if outcome.after is None else outcome.after
        return {
            "status": MessageStatus.READY,
            "because": because,
            "until": now + pause,
            "attempt": attempt - 1,
        }
    if attempt >= MOST_ATTEMPTS:
        return _failed(TRIED(attempts=attempt, because=because), now)
    pause = max(_pause(posted.outgoing.ref, attempt), outcome.after or 0)
    return {"status": MessageStatus.READY, "because": because, "until": now + pause}


def _pause(ref: str, attempt: int) -> int:
    """Anything up to a pause that doubles, by the attempt's own name: what failed together does not come again so."""
    longest = min(FIRST_PAUSE << (attempt - 1), LONGEST_PAUSE)
    share = int.from_bytes(sha256(ref.encode()).digest()[:4]) / 2**32
    return max(int(longest * share), SHORTEST_PAUSE)


def _refused(tried: Tried, because: str, now: int) -> dict[str, Any]:
    """The next channel is tried, by way of the gate; without one the message has failed."""
    refused = {"refused": tried.refused | 1 << tried.place}
    if not tried.elsewhere:
        return _failed(because, now) | refused
    return {"status": MessageStatus.WAITING, "because": because, "until": now, "counted_at": None} | refused


def _failed(because: str, now: int) -> dict[str, Any]:
    return {"status": MessageStatus.FAILED, "because": because, "failed_at": now, "counted_at": None}
