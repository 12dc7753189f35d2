"""Opt-outs: what a customer does not want any more, and what that takes back at once.

An opt-out committed before a message is marked as being sent always wins, for sending asks again then.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from engine.people.suppression import release, remember
from engine.permits.settling import settle
from engine.reasons import OPTED_OUT
from engine.storage import audit
from engine.storage.arrivals import mark_changed, take
from engine.storage.audit import By
from engine.storage.digests import event_digest
from engine.storage.schema import VISIT, message, optout
from engine.storage.states import TAKEN_BACK, MessageStatus
from engine.storage.symbols import EVERY, Symbols, load_symbols

EVENT = sa.table(
    "event_optout",
    *(sa.column(name) for name in ("seq", "customer", "at", "digest", "channel")),
)
"""Opt-outs as rules hear of them."""


REFUSED, LIFTED = "optout", "optout lifted"
"""What the trail calls an opt-out, and the end of one."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """An opt-out from one channel, or from all (`channel` None), said at `at`, known of from `source`."""

    customer: int
    identity: str
    channel: str | None
    at: int
    source: str


@dataclass(frozen=True, slots=True)
class Lift:
    """The end of an opt-out from one channel, or of the one from all. `because`: how it is known."""

    customer: int
    channel: str | None
    because: str | None = None


def opt_out(
    connection: sa.Connection, symbols: Symbols, said: OptOut, by: By, because: str | None = None
) -> int:
    """Record an opt-out as an event, keep to it from now on, take back what waits; how many messages that were."""
    values = {"channel": said.channel}
    row = {
        "seq": take(connection, 1),
        "customer": said.customer,
        "at": said.at,
        "digest": event_digest("optout", said.identity, said.at, values),
        **values,
    }
    known = sa.exists().where(*(EVENT.c[name] == row[name] for name in ("customer", "at", "digest")))
    if not connection.scalar(sa.select(known)):
        connection.execute(EVENT.insert().values(row))
    deed = audit.Deed(REFUSED, said.customer, refused(said.channel), because)
    audit.record(connection, by, deed)
    return suppress(connection, symbols, said, by.now)


def opt_out_by_gateway(connection: sa.Connection, said: OptOut, now: int) -> None:
    """Record an opt-out that the gateway of a channel knows of."""
    by = By(f"channel {said.channel}", now)
    opt_out(connection, load_symbols(connection), said, by, because=said.source)


def suppress(connection: sa.Connection, symbols: Symbols, said: OptOut, now: int) -> int:
    """Keep to an opt-out whose event is stored already; how many messages were taken back.

    One from a single channel takes nothing back: the gate, which is asked again by the next run and before
    anything leaves, finds another channel for what waits, or drops it.
    """
    channel = EVERY if said.channel is None else symbols.number(connection, "channel", said.channel)
    if not _keep(connection, said, channel, now):
        return 0
    remember(connection, said.customer, channel, said.at, said.source)
    taken = _take_back(connection, said.customer, now) if said.channel is None else 0
    mark_changed(connection, [said.customer])
    return taken


def refused(channel: str | None) -> str:
    """What an opt-out is from, for the trail."""
    return channel or "every channel"


def lift(connection: sa.Connection, symbols: Symbols, said: Lift, by: By) -> bool:
    """The customer wants messages again; false when there was no such opt-out."""
    number = EVERY if said.channel is None else symbols.find("channel", said.channel)
    lifted = connection.execute(
        optout.update()
        .where(optout.c.customer == said.customer, optout.c.channel == number, optout.c.lifted_at.is_(None))
        .values(lifted_at=by.now)
    ).rowcount
    if lifted:
        release(connection, said.customer, EVERY if number is None else number)
        deed = audit.Deed(LIFTED, said.customer, refused(said.channel), said.because)
        audit.record(connection, by, deed)
        mark_changed(connection, [said.customer])
    return bool(lifted)


def _keep(connection: sa.Connection, said: OptOut, channel: int, now: int) -> bool:
    """Store it unless it is older than the word that took it back; whether it holds.

    What is said now always holds, also where the clock has gone back since, or stands still.
    """
    key = (optout.c.customer == said.customer) & (optout.c.channel == channel)
    known = connection.execute(sa.select(optout.c.at, optout.c.lifted_at).where(key)).one_or_none()
    if known is None:
        row = {"customer": said.customer, "channel": channel, "at": said.at, "source": said.source}
        connection.execute(optout.insert().values(row))
        return True
    lifted = known.lifted_at
    if lifted is not None and said.at <= lifted and said.at < now:
        return False
    at = max(said.at, known.at if lifted is None else lifted + 1)
    connection.execute(optout.update().where(key).values(at=at, lifted_at=None, source=said.source))
    return True


def _take_back(connection: sa.Connection, customer: int, now: int) -> int:
    waiting = [message.c.customer == customer, message.c.status.in_(TAKEN_BACK)]
    columns = (*(message.c[name] for name in VISIT), message.c.settled)
    taken = connection.execute(sa.select(*columns).where(*waiting)).all()
    if taken:
        values = {
            "status": MessageStatus.CANCELLED,
            "because": OPTED_OUT(),
            "until": None,
            "counted_at": None,
        }
        connection.execute(message.update().where(*waiting).values(changed_at=now, **values))
        settle(connection, (tuple(visit) for *visit, settled in taken if not settled), now)
    return len(taken)
