"""A lane: what leaves by one channel, batch by batch, at the channel's pace and while it is well."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.channels.protocol import Channel, NotSent, Outcome
from engine.delivery.breaker import Health, after
from engine.delivery.marking import Posted
from engine.delivery.pace import Pace

AHEAD = 2
"""Batches on the wire at once, so that the next is marked while the gateway works on one."""


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

    def __post_init__(self) -> None:
        rate = self.channel.capabilities.rate if self.channel is not None and self.paced else None
        self.pace = Pace(self.most, rate)
        if not self.paced:
            self.pace.size = self.most

    @property
    def remembers(self) -> int:
        """For how many milliseconds the gateway knows a key again."""
        return 0 if self.channel is None else self.channel.capabilities.remembers

    def begin(self, health: Health, now: int) -> None:
        """A delivery begins; a channel whose breaker is open takes no part in it."""
        self.health, self.done = health, health.is_open(now)

    def room(self, elapsed: float) -> int:
        """How many messages may be taken now."""
        if len(self.on_the_wire) >= (AHEAD if self.paced else 1):
            return 0
        room = self.pace.room(elapsed)
        return min(room, 1) if self.health.on_trial else room

    def took(self, posted: Sequence[Posted], elapsed: float) -> None:
        """A batch is on the wire."""
        self.pace.spend(len(posted))
        self.on_the_wire.append((posted, elapsed))

    def back(self, outcomes: Sequence[Outcome], elapsed: float) -> Sequence[Posted]:
        """The oldest batch on the wire is done: its messages."""
        posted, began = self.on_the_wire.pop(0)
        slower = [outcome for outcome in outcomes if isinstance(outcome, NotSent) and outcome.slower]
        if not self.paced:
            self.done = self.done or bool(slower)
        elif slower:
            asked = [outcome.after for outcome in slower if outcome.after is not None]
            self.pace.rest(elapsed, max(asked, default=1_000) / 1000)
        else:
            self.pace.took(elapsed - began)
        return posted

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
