"""A lane: what leaves by one channel, batch by batch, at the channel's pace and while it is well."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.channels.protocol import Channel, NotSent, Outcome
from engine.delivery.breaker import Health, after
from engine.delivery.marking import Posted
from engine.delivery.pace import Pace
from engine.delivery.recording import Result

AHEAD = 2
"""Batches on the wire at once, so that the next is marked while the gateway works on one."""

SHORTEST, LONGEST = 1.0, 60.0
"""Seconds for which a gateway that is too busy, and does not say until when, is left alone: twice as long each time."""

WORTH_WAITING = 10.0
"""Seconds of rest for which a delivery waits; after a longer one the next delivery goes on."""


@dataclass(slots=True)
class Lane:
    """A channel's lane. `number`: the channel's in the store; `channel` None: the configuration lacks it.

    `paced`: time passes while messages leave. `done`: nothing more is to leave by it in this delivery.
    """

    name: str
    number: int
    channel: Channel | None
    most: int
    paced: bool
    done: bool = False
    pace: Pace = field(init=False)
    health: Health = field(default_factory=lambda: Health(0))
    on_the_wire: list[tuple[Sequence[Posted], float]] = field(default_factory=list)
    _dry: bool = False
    _patience: float = SHORTEST

    def __post_init__(self) -> None:
        rate = self.channel.capabilities.rate if self.channel is not None and self.paced else None
        self.pace = Pace(self.most, rate)
        if not self.paced:
            self.pace.size = self.most

    @property
    def remembers(self) -> int:
        """For how many milliseconds the gateway knows a key again."""
        return 0 if self.channel is None else self.channel.capabilities.remembers

    def begin(self, health: Health, now: int, elapsed: float) -> None:
        """A delivery begins; a channel whose breaker is open, or that wants a long rest, takes no part in it."""
        self.health = health
        self.done = health.is_open(now) or self.pace.resting - elapsed > WORTH_WAITING

    def room(self, elapsed: float) -> int:
        """How many messages may be taken now."""
        ahead = AHEAD if self.paced and not self.health.on_trial else 1
        if self.done or self._dry or len(self.on_the_wire) >= ahead:
            return 0
        room = self.pace.room(elapsed)
        return min(room, 1) if self.health.on_trial else room

    def found_nothing(self) -> None:
        """Nothing wants to leave; what is on the wire may yet come back and want to leave again."""
        self._dry = bool(self.on_the_wire)
        self.done = self.done or not self._dry

    def took(self, posted: Sequence[Posted], elapsed: float) -> None:
        """A batch is on the wire."""
        self.pace.spend(len(posted))
        self.on_the_wire.append((posted, elapsed))

    def back(self, outcomes: Sequence[Outcome], elapsed: float) -> list[Result]:
        """The oldest batch on the wire is done: its messages, and what became of them."""
        posted, began = self.on_the_wire.pop(0)
        self._dry = False
        slower = [outcome for outcome in outcomes if isinstance(outcome, NotSent) and outcome.slower]
        if not self.paced:
            self.done = self.done or bool(slower)
        elif slower:
            pause = self._rest(slower, elapsed)
            outcomes = [_after(outcome, pause) for outcome in outcomes]
        else:
            self._patience = SHORTEST
            self.pace.took(elapsed - began)
        return list(zip(posted, outcomes, strict=True))

    def _rest(self, slower: Sequence[NotSent], elapsed: float) -> float:
        """For how many seconds: as long as the gateway asks, else longer each time that it is too busy again."""
        asked = [outcome.after for outcome in slower if outcome.after is not None]
        pause = max(asked) / 1000 if asked else self._patience
        self._patience = SHORTEST if asked else min(self._patience * 2, LONGEST)
        self.pace.rest(elapsed, pause)
        self.done = self.done or pause > WORTH_WAITING
        return pause

    def judge(self, outcomes: Sequence[Outcome], now: int) -> bool:
        """Look at the channel's health after a batch; whether it has changed."""
        if self.channel is None:
            return False
        before, self.health = self.health, after(self.health, outcomes, now)
        self.done = self.done or self.health.is_open(now)
        return (
            before.open_until != self.health.open_until
            or before.failed != self.health.failed
            or (before.unknown != self.health.unknown)
        )


def _after(outcome: Outcome, pause: float) -> Outcome:
    """Where the gateway does not say when a message may come again, after the channel's rest."""
    if isinstance(outcome, NotSent) and outcome.slower and outcome.after is None:
        return replace(outcome, after=int(pause * 1000))
    return outcome
