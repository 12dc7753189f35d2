"""Delivery: what is ready leaves by its channel, at most once for each time that the gate lets it go.

Four steps for each batch: claim, mark, send, record. Each but the sending is one short transaction; sending is in none.
A crash leaves at most one batch whose fate is unknown.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

import sqlalchemy as sa

from engine.channels.protocol import Channel, NotSent, Outcome, Outgoing, Unknown, Witness
from engine.conditions.world import Clockwork, RunValues
from engine.delivery import sending
from engine.delivery.marking import Marking, Posted
from engine.delivery.recording import Result, record
from engine.permits.permitting import Permits
from engine.plans import working
from engine.plans.plan import Plan
from engine.plans.work import RunReport, Work
from engine.reasons import LOST, NO_CHANNEL, NOT_TOLD
from engine.storage.keys import Intent, attempt_ref, intent_key
from engine.storage.schema import meta
from engine.storage.store import Store

BATCH = 500
"""Messages of one batch: on the wire within seconds of their mark."""


Step = Literal["claimed", "marked", "sent", "recorded"]


@dataclass(slots=True)
class Delivery:
    """Sends what is ready when called with a time; how many messages came to which status.

    `alone`: the caller has seen to it that no other delivery is at work on this store, so that what hangs hangs for
    good and need not wait for its lease to end. `reached` is told of each step, for tests that stop there.
    """

    store: Store
    plan: Plan
    permits: Permits
    channels: Mapping[str, Channel]
    alone: bool = False
    batch: int = BATCH
    reached: Callable[[Step], None] = lambda _: None
    _install_key: str = field(default="", repr=False)

    def __call__(self, now: int) -> Counter[str]:
        """Sweep up what hangs, then send whatever is ready at `now`."""
        counts: Counter[str] = Counter()
        with self.store.read() as connection:
            if not sending.any_to_send(connection):
                return counts
        with self.store.writer() as connection:
            with connection.begin():
                working.prepare(connection)
                self._install_key = _install_key(connection)
                counts += self._sweep(connection, now)
            while self._claimed(connection, now):
                counts += self._deliver(connection, now)
        return counts

    def _claimed(self, connection: sa.Connection, now: int) -> int:
        with connection.begin():
            claimed = sending.claim(connection, now, self.batch)
        self.reached("claimed")
        return claimed

    def _deliver(self, connection: sa.Connection, now: int) -> Counter[str]:
        marking = Marking(self._work(connection, now), self.permits, self._install_key)
        with connection.begin():
            marking.mark()
        self.reached("marked")
        results = list(self._sent(marking.posted))
        self.reached("sent")
        with connection.begin():
            counts = record(connection, results, now)
        self.reached("recorded")
        return marking.counts + counts

    def _work(self, connection: sa.Connection, now: int) -> Work:
        clock = Clockwork(now, now, 0)
        values = RunValues(self.plan.world.instants, clock)
        report = RunReport(now, self.plan.release)
        return Work(connection, self.plan, clock, values, report, full=False, first=False)

    def _sent(self, posted: Sequence[Posted]) -> Iterator[Result]:
        """Hand the messages to their channels, as many at once as each takes."""
        by_channel = sorted(posted, key=_channel_of)
        for name, group in groupby(by_channel, key=_channel_of):
            channel, waiting = self.channels.get(name), list(group)
            size = 1 if channel is None else max(channel.capabilities.batch, 1)
            for start in range(0, len(waiting), size):
                some = waiting[start : start + size]
                yield from zip(some, _handed(channel, [item.outgoing for item in some]), strict=True)

    def _sweep(self, connection: sa.Connection, now: int) -> Counter[str]:
        """Messages whose sender is gone are never sent again by themselves: evidence or a person decides."""
        if self.alone:
            sending.release_claims(connection)
        rows = sending.hanging(connection, None if self.alone else now, self.plan.tables.customer)
        hanging = [self._hanging(row) for row in rows]
        found: dict[str, Outcome] = {}
        for name, channel in self.channels.items():
            keys = [item.outgoing.key for item in hanging if item.outgoing.channel == name]
            if keys and isinstance(channel, Witness):
                found.update(channel.settled(keys))
        results = [(item, found.get(item.outgoing.key, Unknown(LOST()))) for item in hanging]
        return record(connection, results, now) if results else Counter()

    def _hanging(self, row: Any) -> Posted:
        symbols, intent = self.plan.world.symbols, Intent(*row[: len(sending.KEY)])
        key = intent_key(self._install_key, symbols.name(intent.journey), row.identity, intent)
        channel = symbols.name_or(row.channel) or ""
        ref = attempt_ref(key, row.attempt)
        outgoing = Outgoing(key, ref, channel, row.identity, row.address, row.subject, row.text, "")
        return Posted(intent, row.attempt, 0, row.refused, elsewhere=False, outgoing=outgoing)


def _install_key(connection: sa.Connection) -> str:
    return str(connection.scalar(sa.select(meta.c.value).where(meta.c.key == "install_key")))


def _channel_of(posted: Posted) -> str:
    return posted.outgoing.channel


def _handed(channel: Channel | None, batch: list[Outgoing]) -> Sequence[Outcome]:
    """One call; what it does not tell for sure is unknown."""
    if channel is None:
        return [NotSent(NO_CHANNEL(channel=batch[0].channel))] * len(batch)
    try:
        outcomes = channel.send(batch, lambda: True)
    except Exception as error:  # noqa: BLE001  # whatever happened, the gateway may have taken it
        return [Unknown(f"{type(error).__name__}: {error}")] * len(batch)
    if len(outcomes) != len(batch):
        return [Unknown(NOT_TOLD())] * len(batch)
    return outcomes
