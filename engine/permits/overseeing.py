"""What policies watch, looked at before anything is decided: have pilots arrived, have too many opted out.

Asked at the start of a run and in the transaction that marks. It costs what has gone and who has opted out since, and
the messages of pilots under way. Whoever is concerned by an answer is looked at again in the next run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.conditions.world import World
from engine.permits.editions import holds_a_place
from engine.plans.editions import Edition
from engine.plans.plan import Plan
from engine.storage.arrivals import arrivals
from engine.storage.edition_tables import (
    FAILED,
    HEARD,
    OPEN,
    PASSED,
    PILOTED_MESSAGE,
    WATCHED_MESSAGE,
    edition,
    heard,
)
from engine.storage.inbox_tables import reply, reply_of
from engine.storage.keys import Intent
from engine.storage.messages import is_message
from engine.storage.schema import OPEN_MESSAGE, message
from engine.storage.states import MessageStatus

_HOUR = 3_600_000
ANSWERS = 7 * 24 * _HOUR
"""Milliseconds after a message in which an opt-out is put down to it, the customer's last one by then."""

RECEIPTS = 72 * _HOUR
"""Milliseconds after which a message of a pilot about which no receipt has come counts as not arrived."""


class Arrived(NamedTuple):
    """What became of a pilot so far: how many went or are about to, of those arrived and failed."""

    gone: int
    arrived: int
    failed: int


def oversee(connection: sa.Connection, plan: Plan, now: int) -> None:
    """Bring every edition of a rule set up to date, in the transaction under way."""
    known = plan.editions
    if not known:
        return
    _begin(connection, known)
    if any(one.policy.stop_at is not None for one in known.values()):
        _hear(connection, plan.world, now)
    for row in connection.execute(sa.select(edition).where(edition.c.edition.in_(list(known)))).all():
        policy = known[row.edition].policy
        if policy.stop_at is not None and row.stopped_at is None:
            _count(connection, row, policy.stop_at, now)
        if policy.pilot is not None and row.pilot in (OPEN, FAILED):
            _look_at_pilot(connection, row, *policy.pilot, now)


def take_pilots_for_granted(connection: sa.Connection, plan: Plan, now: int) -> None:
    """Let all pilots pass that are not decided on: for forecasts, in which all that is sent arrives."""
    known = plan.editions
    if known:
        _begin(connection, known)
        own = (edition.c.edition.in_(list(known)), edition.c.pilot == OPEN)
        connection.execute(edition.update().where(*own).values(pilot=PASSED, rest=False))
        for number in known:
            wake(connection, number, now)


def _begin(connection: sa.Connection, known: Mapping[int, Edition]) -> None:
    """Editions that nobody has sent before."""
    stored = set(connection.scalars(sa.select(edition.c.edition).where(edition.c.edition.in_(list(known)))))
    if new := sorted(known.keys() - stored):
        plain = {"pilot": OPEN, "rest": False, "sent": 0, "opted_out": 0, "from_seq": 0, "seen_seq": 0}
        connection.execute(edition.insert(), [plain | {"edition": number} for number in new])


def wake(connection: sa.Connection, number: int, now: int) -> None:
    """Have everything of an edition that waits, or is held and not as one of the sample, put to the gate again."""
    undecided = (MessageStatus.WAITING, MessageStatus.HELD)
    free = sa.or_(message.c.status == MessageStatus.WAITING, message.c.sampled.is_(sa.false()))
    these = (
        OPEN_MESSAGE,
        message.c.status.in_(undecided),
        message.c.edition == number,
        message.c.until > now,
    )
    connection.execute(message.update().where(*these, free).values(until=now))


def _hold(connection: sa.Connection, number: int, now: int) -> None:
    """Nothing more of an edition goes; what somebody approved before that is to be looked at again."""
    these = (OPEN_MESSAGE, message.c.edition == number, message.c.approved.is_(sa.true()))
    before = message.c.status.between(MessageStatus.WAITING, MessageStatus.READY)
    connection.execute(
        message.update()
        .where(*these, before)
        .values(approved=sa.false(), approved_text=sa.null(), signed=sa.null())
    )
    wake(connection, number, now)


# Pilots


def arrived(connection: sa.Connection, number: int, now: int) -> Arrived:
    """What became of a pilot by now."""
    rows = sa.select(message.c.status, message.c.sent_at).where(
        PILOTED_MESSAGE, message.c.edition == number, holds_a_place()
    )
    found = connection.execute(rows).all()
    silent = sum(row.status == MessageStatus.SENT and row.sent_at <= now - RECEIPTS for row in found)
    failed = sum(row.status == MessageStatus.FAILED for row in found)
    return Arrived(len(found), sum(row.status == MessageStatus.DELIVERED for row in found), failed + silent)


def judged(count: int, share: Decimal, so_far: Arrived) -> int:
    """Whether a pilot of so many has passed, or can no more: strictly more than its share must arrive."""
    if so_far.arrived > count * share / 100:
        return PASSED
    return FAILED if count - so_far.failed <= count * share / 100 else OPEN


def _look_at_pilot(connection: sa.Connection, row: sa.Row[Any], count: int, share: Decimal, now: int) -> None:
    so_far = arrived(connection, row.edition, now)
    verdict = judged(count, share, so_far)
    own = edition.c.edition == row.edition
    if verdict != row.pilot:
        connection.execute(edition.update().where(own).values(pilot=verdict, pilot_at=now, rest=False))
        _hold(connection, row.edition, now) if verdict == FAILED else wake(connection, row.edition, now)
    elif verdict == OPEN and row.rest and so_far.gone < count:
        connection.execute(edition.update().where(own).values(rest=False))
        wake(connection, row.edition, now)


# Opt-outs


@dataclass(frozen=True, slots=True)
class _Said:
    """An opt-out: whose, when, from which channel (None: every one)."""

    customer: int
    at: int
    channel: str | None


def _hear(connection: sa.Connection, world: World, now: int) -> None:
    """Put opt-outs that have come in since to the messages before them."""
    table = world.tables.events.get("optout")
    if table is None:
        return
    last = connection.execute(sa.select(heard.c.at, heard.c.seq).where(heard.c.what == HEARD)).first()
    at, seq = (-1, -1) if last is None else last
    columns = (table.c.customer, table.c.at, table.c.channel)
    new = [sa.select(*columns).where(table.c.seq > seq, table.c.at <= now)]
    new.append(sa.select(*columns).where(table.c.at > at, table.c.at <= now))
    said = [_Said(*row) for row in connection.execute(sa.union(*new))]
    arrived_by_now = arrivals(connection)
    if not said and last is not None:
        return
    for one in sorted(said, key=lambda one: (one.at, one.customer)):
        _put_down(connection, world, one)
    connection.execute(heard.delete().where(heard.c.what == HEARD))
    connection.execute(heard.insert().values(what=HEARD, at=now, seq=arrived_by_now))


def _put_down(connection: sa.Connection, world: World, said: _Said) -> None:
    """Count an opt-out with the message that it names, else the last that had come; a message counts once."""
    names = (*Intent._fields, "edition", "opted_out", "sent_seq")
    came = (MessageStatus.SENT, MessageStatus.DELIVERED)
    rows = sa.select(*(message.c[name] for name in names)).where(
        message.c.customer == said.customer,
        message.c.status.in_(came),
        message.c.sent_at <= said.at,
        message.c.sent_at > said.at - ANSWERS,
    )
    if said.channel is not None:
        rows = rows.where(message.c.channel == (world.symbols.find("channel", said.channel) or 0))
    named = _named(connection, world, said)
    if named is not None:
        rows = rows.where(*is_message(named))
    row = connection.execute(rows.order_by(message.c.sent_at.desc(), message.c.sent_seq.desc())).first()
    if row is None or row.edition is None or row.opted_out:
        return
    intent = Intent(*row[: len(Intent._fields)])
    connection.execute(message.update().where(*is_message(intent)).values(opted_out=True))
    counts = (edition.c.edition == row.edition, edition.c.from_seq < row.sent_seq)
    connection.execute(edition.update().where(*counts).values(opted_out=edition.c.opted_out + 1))


def _named(connection: sa.Connection, world: World, said: _Said) -> Intent | None:
    """The message that the reply named which was the opt-out; None: it was no reply, or named none."""
    event, names = world.tables.events["replied"], Intent._fields[1:]
    same = (reply.c.channel == reply_of.c.channel, reply.c.id == reply_of.c.id)
    replies = reply_of.join(reply, sa.and_(*same)).join(event, event.c.seq == reply_of.c.seq)
    query = sa.select(reply_of.c.customer, *(reply_of.c[name] for name in names)).select_from(replies)
    query = query.where(
        reply_of.c.customer == said.customer,
        reply_of.c.journey.is_not(None),
        reply.c.answers.is_not(None),
        event.c.at == said.at,
    )
    row = connection.execute(query.order_by(reply_of.c.seq.desc()).limit(1)).first()
    return None if row is None else Intent(*row)


def _count(connection: sa.Connection, row: sa.Row[Any], share: Decimal, now: int) -> None:
    """Count what has gone since, and stop the message where too many have opted out after it."""
    new = sa.select(sa.func.count(), sa.func.max(message.c.sent_seq)).where(
        WATCHED_MESSAGE, message.c.edition == row.edition, message.c.sent_seq > row.seen_seq
    )
    gone, last = connection.execute(new).one()
    values: dict[str, Any] = {"sent": row.sent + gone, "seen_seq": last} if gone else {}
    if row.opted_out > (row.sent + gone) * share / 100:
        values["stopped_at"] = now
    if values:
        connection.execute(edition.update().where(edition.c.edition == row.edition).values(values))
    if "stopped_at" in values:
        _hold(connection, row.edition, now)
