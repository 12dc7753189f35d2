"""Messages that their gateways have taken: by far the most there are, so they are recorded all at once.

What became of the others is recorded one by one (`engine.delivery.recording`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.conditions import moments
from engine.delivery.sending import clear_leaving, same_message
from engine.permits.settling import settle_taken
from engine.plans.statement import kept
from engine.plans.working import leaving
from engine.storage.bulk import insert_rows
from engine.storage.schema import Instant, changed, message
from engine.storage.states import MessageStatus
from engine.storage.traffic import Left, count_left


class Taken(NamedTuple):
    """A message that its gateway has taken, by a claim with this epoch: what to record. Begins with its intent."""

    customer: int
    journey: int
    record: int
    occurrence: int
    visit: int
    action: int
    epoch: int
    settled: bool
    seq: int
    key: str | None
    reference: str | None


def record_taken(connection: sa.Connection, status: MessageStatus, taken: Sequence[Taken], now: int) -> int:
    """Record that messages of that status were taken, and settle their states; how many of them were.

    Those whose claim holds no more are left alone: somebody knew better.
    """
    clear_leaving(connection).run(connection, {})
    insert_rows(connection, leaving, Taken._fields, taken)
    values = {"now": now, "status": int(status)}
    recorded = _record_taken(connection).run(connection, values).rowcount
    if recorded < len(taken):
        _leave_out_lost(connection).run(connection, {})
    settle_taken(connection, now)
    counted = _by_channel(connection).run(connection, {})
    count_left(connection, [Left(now, row.channel, row.number) for row in counted])
    _mark_changed(connection).run(connection, {})
    return recorded


@kept
def _record_taken() -> sa.Update:
    now = sa.bindparam("now", type_=Instant, required=True)
    values: dict[str, Any] = {
        "status": moments.integer(MessageStatus.SENT),
        "because": None,
        "until": None,
        "lease_until": None,
        "counted_at": now,
        "changed_at": now,
        "sent_at": now,
        "failed_at": None,
        "sent_seq": leaving.c.seq,
        "ended_seq": None,
        "key": leaving.c.key,
        "reference": leaving.c.reference,
        "settled": sa.true(),
    }
    mine = (
        same_message(leaving),
        message.c.epoch == leaving.c.epoch,
        message.c.status == sa.bindparam("status", required=True),
    )
    return message.update().values(values).where(*mine)


@kept
def _leave_out_lost() -> sa.Delete:
    mine = sa.exists(
        sa.select(message.c.sent_seq).where(same_message(leaving), message.c.sent_seq == leaving.c.seq)
    )
    return leaving.delete().where(sa.not_(mine))


@kept
def _by_channel() -> sa.Select[Any]:
    mine = message.c.sent_seq == leaving.c.seq
    rows = sa.select(message.c.channel, sa.func.count().label("number"))
    return rows.join_from(leaving, message, same_message(leaving) & mine).group_by(message.c.channel)


@kept
def _mark_changed() -> sa.Insert:
    """The next run looks at their customers; to have been sent is what arrived."""
    return changed.insert().from_select(["seq", "customer"], sa.select(leaving.c.seq, leaving.c.customer))
