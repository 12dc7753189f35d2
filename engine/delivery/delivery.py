"""Delivery: what is ready leaves by its channel, at most once for each time that the gate lets it go.

Four steps for each batch: claim, mark, send, record. Each but the sending is one short transaction; sending is in none.
A crash leaves at most the batches on the wire in doubt. Each channel has a lane of its own, so that a slow gateway
keeps no other waiting.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa

from engine.channels.protocol import (
    Capabilities,
    Channel,
    InTime,
    NotSent,
    Outcome,
    Outgoing,
    Unknown,
    Witness,
)
from engine.conditions.world import Clockwork, RunValues
from engine.delivery import breaker, sending
from engine.delivery.hands import AtOnce, Hands, Job
from engine.delivery.lane import Lane
from engine.delivery.marking import Marking, Posted, Tried
from engine.delivery.noting import Noting
from engine.delivery.pace import LONGEST, Timer
from engine.delivery.recording import Result, next_asking, record
from engine.permits.permitting import Permits
from engine.plans import working
from engine.plans.plan import Plan
from engine.plans.work import RunReport, Work
from engine.reasons import LOST, NO_CHANNEL, NOT_NOTED, NOT_TOLD
from engine.storage.bulk import many_objects
from engine.storage.keys import Intent, attempt_ref, install_key, intent_key, resent_key
from engine.storage.states import MessageStatus
from engine.storage.store import Store

BATCH = 1000
"""Messages of one batch: on the wire within seconds of their mark."""

SLICE = 60.0
"""Seconds after which a delivery takes nothing more on, so that customers move on between deliveries."""

PATIENCE = 9
"""Times that a delivery asks for the database, ten seconds each, before it loses what a gateway answered to a doubt.

Together less than a mark's lease: later, who finds it hanging says that it is in doubt.
"""

Step = Literal["swept", "claimed", "marked", "sent", "recorded"]


@dataclass(slots=True)
class Delivery:
    """Sends what is ready when called with a time; how many messages came to which status.

    `alone`: the caller has seen to it that no other delivery is at work on this store, so that what hangs hangs for
    good and need not wait for its lease to end. `timer`: None on virtual time, in which gateways take any number at
    once. `most`: messages that a customer may have within a day, whatever rules say. `noting`: None where
    no journal of what was sent is kept. `reached` is told of each step, for tests that stop there. `may` is asked, in
    each transaction that claims or marks at a time, whether this delivery may go on; once it may not, it only records
    what is on its way. `told`: of each batch by its channel.
    """

    store: Store
    plan: Plan
    permits: Permits
    channels: Mapping[str, Channel]
    alone: bool = False
    batch: int = BATCH
    timer: Timer | None = None
    hands: Hands = field(default_factory=AtOnce)
    most: int | None = None
    noting: Noting | None = None
    reached: Callable[[Step], None] = lambda _: None
    may: Callable[[sa.Connection, int], bool] = lambda _connection, _now: True
    told: Callable[[str, Counter[str]], None] = lambda _channel, _counts: None
    _install_key: str = field(default="", repr=False)
    _lanes: dict[int, Lane] = field(default_factory=dict, repr=False)

    @property
    def under_way(self) -> int:
        """Messages that gateways were handed and whose outcome is not recorded."""
        return sum(len(posted) for lane in self._lanes.values() for posted, _ in lane.on_the_wire)

    def __call__(self, now: int) -> Counter[str]:
        """Sweep up what hangs, then send whatever is ready from `now` on."""
        counts: Counter[str] = Counter()
        for step in self.steps(now, counts):
            self.reached(step)
        return counts

    def steps(self, now: int, counts: Counter[str]) -> Iterator[Step]:
        """The same, told step by step: no transaction is open where it stops. Adds to `counts`."""
        with self.store.read() as connection:
            if not sending.any_to_send(connection, now):
                return
        clock = _Clock(now, self._elapsed(), self._elapsed)
        with self.store.writer() as connection:
            with connection.begin():
                doubts = self._doubts(connection, now)
            found = self._settled(doubts.askable)  # calls gateways, so in no transaction
            with connection.begin():
                counts.update(self._settle(connection, doubts, found, now))
                self._open_lanes(connection, now)
            yield "swept"
            while True:
                if clock.seconds >= SLICE:
                    self._end_lanes()
                if open_lanes := [lane for lane in self._lanes.values() if lane.room(self._elapsed())]:
                    for lane in open_lanes:
                        yield from self._fill(connection, lane, clock, counts)
                elif any(lane.on_the_wire for lane in self._lanes.values()):
                    yield from self._empty(connection, clock, counts)
                elif not self._wait():
                    break
        if self.noting is not None and self.noting.failed is not None:
            raise self.noting.failed

    def _elapsed(self) -> float:
        return 0.0 if self.timer is None else self.timer.elapsed()

    def _wait(self) -> bool:
        """Until some lane may go on; False when all are done."""
        waiting = [lane for lane in self._lanes.values() if not lane.done]
        if waiting and self.timer is not None:
            self.timer.wait(min(lane.pace.next(self.timer.elapsed()) for lane in waiting))
        return bool(waiting)

    def _end_lanes(self) -> None:
        """Nothing more leaves; what is on the wire is waited for."""
        for lane in self._lanes.values():
            lane.done = True

    def _open_lanes(self, connection: sa.Connection, now: int) -> None:
        if not self.may(connection, now):
            return
        healths = breaker.healths(connection)
        for number in sending.channels_of_ready(connection, now):
            name = self.plan.world.symbols.name_or(number) or ""
            lane = self._lanes.get(number)
            if lane is None:
                lane = Lane(name, number, self.channels.get(name), self.batch, paced=self.timer is not None)
                self._lanes[number] = lane
            lane.begin(healths.get(name) or breaker.Health(now), now, self._elapsed())

    # One batch of one lane

    def _fill(
        self, connection: sa.Connection, lane: Lane, clock: "_Clock", counts: Counter[str]
    ) -> Iterator[Step]:
        """Claim, mark and begin a batch, for which the lane has room."""
        room, again = lane.room(self._elapsed()), bool(lane.remembers)
        with connection.begin():
            lane.done = not self.may(connection, clock.now)
            if lane.done or not sending.claim(connection, clock.now, room, lane.number, again=again):
                lane.found_nothing()
                return
        yield "claimed"
        with many_objects(), connection.begin():  # the time is read inside: to get in may have taken a while
            if not self.may(connection, clock.now):
                sending.give_back(connection)
                lane.done = True
                return
            marking = Marking(self._work(connection, clock.now), self.permits, self._install_key, self.most)
            marking.mark()
            posted = self._posts(connection, marking, counts)
        marked = self._elapsed()
        counts.update(marking.counts)
        yield "marked"
        if posted:
            lane.took(posted, self._elapsed())
            noted = self.hands.in_turn(self._noting(posted, clock.now))
            self.hands.begin(lane.name, self._job(lane, posted, marked, noted))

    def _posts(self, connection: sa.Connection, marking: Marking, counts: Counter[str]) -> list[Posted]:
        """What of a batch that is being marked has not left already."""
        if self.noting is None:
            return marking.posted
        now = marking.work.clock.now
        known = self._capabilities()
        posted, left = self.noting.marked(connection, marking.posted, self._install_key, now, known)
        counts.update(left)
        return posted

    def _noting(self, posted: Sequence[Posted], now: int) -> Callable[[], bool]:
        """Notes on the disk what is about to leave; whether it may."""
        noting, secret = self.noting, self._install_key
        if noting is None:
            return lambda: True
        batch = noting.batch
        return lambda: noting.on_disk(batch, posted, secret, now)

    def _empty(self, connection: sa.Connection, clock: "_Clock", counts: Counter[str]) -> Iterator[Step]:
        """Wait for a batch and record what became of it."""
        name, outcomes = self.hands.next()
        lane = next(lane for lane in self._lanes.values() if lane.name == name)
        yield "sent"
        results, known = lane.back(outcomes, self._elapsed()), self._capabilities()
        with many_objects(), self.store.patient(connection, PATIENCE):
            at = clock.now
            became = record(connection, results, at, known)
            if lane.judge(outcomes, at):
                breaker.keep(connection, lane.name, lane.health)
        if self.noting is not None and self.noting.failed is not None:
            self._end_lanes()
        counts.update(became)
        self.told(lane.name, became)
        yield "recorded"

    def _job(self, lane: Lane, posted: Sequence[Posted], marked: float, noted: Callable[[], bool]) -> Job:
        channel, batch, timer = lane.channel, [item.outgoing for item in posted], self.timer
        in_time: InTime = (lambda: True) if timer is None else lambda: timer.elapsed() - marked < LONGEST

        def job() -> Sequence[Outcome]:
            """Nothing is called of which no note is on the disk."""
            if not noted():
                return [NotSent(NOT_NOTED(), slower=True)] * len(batch)
            return _handed_over(channel, batch, in_time)

        return job

    def _work(self, connection: sa.Connection, now: int) -> Work:
        clock = Clockwork(now, now, 0)
        values = RunValues(self.plan.world.instants, clock)
        report = RunReport(now, self.plan.release)
        return Work(connection, self.plan, clock, values, report, full=False, first=False)

    # What hangs, and what is in doubt

    def _doubts(self, connection: sa.Connection, now: int) -> "_Doubts":
        """What hangs, since its sender is gone, and what it is time to ask about."""
        working.prepare(connection)
        self._install_key = install_key(connection)
        if not self.may(connection, now):
            return _Doubts((), ())
        if self.noting is not None:
            self.noting.begin(connection)
        if self.alone:
            sending.release_claims(connection)
        people = self.plan.tables.customer
        rows = sending.hanging(connection, None if self.alone else now, people)
        # The word of the journal, where it alone knew.
        hanging = [(self._posted(intent, row), row.because or LOST()) for intent, row in rows]
        doubtful = [self._posted(intent, row) for intent, row in sending.in_doubt(connection, now, people)]
        witnesses = {name for name, channel in self.channels.items() if isinstance(channel, Witness)}
        return _Doubts(tuple(hanging), tuple(one for one in doubtful if one.outgoing.channel in witnesses))

    def _settle(
        self, connection: sa.Connection, doubts: "_Doubts", found: Mapping[str, Outcome], now: int
    ) -> Counter[str]:
        """Record what is known now. What hung is never sent again by itself: evidence or a person decides."""
        known = self._capabilities()
        hung: list[Result] = [
            (one, found.get(one.outgoing.key, Unknown(because))) for one, because in doubts.hanging
        ]
        asked = [(one, found[one.outgoing.key]) for one in doubts.doubtful if one.outgoing.key in found]
        later = [one for one in doubts.doubtful if one.outgoing.key not in found]
        # What a gateway that knows keys again has left in doubt is given to it once more instead.
        later = [one for one in later if not known[one.outgoing.channel].remembers]
        lost = sending.gone(connection, MessageStatus.UNKNOWN, [one.claim for one in later])
        later = [one for one in later if one.claim not in lost]  # a receipt came meanwhile
        sending.change(connection, [({"until": next_asking(one.tried, now)}, one.intent) for one in later])
        counts = record(connection, hung, now, known)
        return counts + record(connection, asked, now, known, evidence=True)

    def _settled(self, posted: Sequence[Posted]) -> dict[str, Outcome]:
        """What gateways that can tell know of these, by key."""
        found: dict[str, Outcome] = {}
        for name, channel in self.channels.items():
            keys = [one.outgoing.key for one in posted if one.outgoing.channel == name]
            if keys and isinstance(channel, Witness):
                found.update(channel.settled(keys))
        return found

    def _capabilities(self) -> dict[str, Capabilities]:
        return {name: channel.capabilities for name, channel in self.channels.items()}

    def _posted(self, intent: Intent, row: sending.Stored) -> Posted:
        """A stored message as it was handed over."""
        symbols = self.plan.world.symbols
        key = intent_key(self._install_key, symbols.name(intent.journey), row.identity, intent)
        key = resent_key(key, row.resend)
        ref, channel = attempt_ref(key, row.attempt), symbols.name_or(row.channel or 0) or ""
        outgoing = Outgoing(key, ref, channel, row.identity, row.address, row.subject, row.text, "")
        tried = Tried(row.attempt, 0, row.refused, False, False, row.begun_at, row.settled)
        return Posted(intent, row.epoch, tried, outgoing)


@dataclass(frozen=True, slots=True)
class _Doubts:
    """Messages that hang, with what is to be said of them, and those in doubt whose gateways can be asked."""

    hanging: tuple[tuple[Posted, str], ...]
    doubtful: tuple[Posted, ...]

    @property
    def askable(self) -> list[Posted]:
        """All about whom gateways are asked."""
        return [*(one for one, _ in self.hanging), *self.doubtful]


@dataclass(frozen=True, slots=True)
class _Clock:
    """Business time while messages leave. `began`: what `elapsed` said at `start`."""

    start: int
    began: float
    elapsed: Callable[[], float]

    @property
    def seconds(self) -> float:
        return self.elapsed() - self.began

    @property
    def now(self) -> int:
        return self.start + int(self.seconds * 1000)


def _handed_over(channel: Channel | None, batch: list[Outgoing], in_time: InTime) -> Sequence[Outcome]:
    """As many at once as the channel takes."""
    size = 1 if channel is None else max(channel.capabilities.batch, 1)
    starts = range(0, len(batch), size)
    return [outcome for at in starts for outcome in _handed(channel, batch[at : at + size], in_time)]


def _handed(channel: Channel | None, batch: list[Outgoing], in_time: InTime) -> Sequence[Outcome]:
    """One call; what it does not tell for sure is unknown."""
    if channel is None:
        return [NotSent(NO_CHANNEL(channel=batch[0].channel))] * len(batch)
    try:
        outcomes = channel.send(batch, in_time)
    except Exception as error:  # noqa: BLE001  # whatever happened, the gateway may have taken it
        return [Unknown(f"{type(error).__name__}: {error}")] * len(batch)
    if len(outcomes) != len(batch):
        return [Unknown(NOT_TOLD())] * len(batch)
    return outcomes
