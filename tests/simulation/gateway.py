"""A gateway that lies, breaks and forgets, and keeps a log of its own of what it really took."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from engine.channels.protocol import (
    Accepted,
    Capabilities,
    InTime,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
    Unknown,
)
from tests.simulation.stage import HOUR


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that the gateway took.

    `marked`: the step of the simulation that marked it; `at`: the time then. `waited`: milliseconds until it left.
    """

    message: Outgoing
    marked: int
    at: int
    waited: int


@dataclass(slots=True)
class Gateway:
    """Takes messages as chance has it. `knows_keys`: under a key it takes one message only."""

    chance: random.Random
    knows_keys: bool
    hits: list[Hit] = field(default_factory=list)
    mark: tuple[int, int] = (0, 0)
    passed: int = 0
    passed_at_mark: int = 0

    @property
    def capabilities(self) -> Capabilities:
        """Keys are known for a day, where they are."""
        return Capabilities(batch=2, remembers=24 * HOUR if self.knows_keys else 0)

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """Each as chance has it, if it comes in time."""
        return [self._one(message) if in_time() else NotSent("late", slower=True) for message in batch]

    def settled(self, keys: Collection[str]) -> Mapping[str, Outcome]:
        """It can tell of half of what it took; that it does not know a key proves nothing."""
        known = {hit.message.key for hit in self.hits}
        return {key: Accepted("late") for key in sorted(keys) if key in known and self.chance.random() < 0.5}

    def close(self) -> None:
        """Nothing is held."""

    def _one(self, message: Outgoing) -> Outcome:
        what = self.chance.choices(
            ("take", "refuse", "busy", "dead", "lose", "take and lose the answer"), (60, 8, 4, 4, 8, 16)
        )[0]
        match what:
            case "take":
                self._take(message)
                return Accepted(f"R{len(self.hits)}")
            case "take and lose the answer":
                self._take(message)
                return Unknown("reset")
            case "refuse":
                return NotSent("connection refused")
            case "busy":
                return NotSent("too many", after=MINUTE_OR_SO, slower=True)
            case "dead":
                return self._rejected(message)
            case _:
                return Unknown("time-out")

    def _take(self, message: Outgoing) -> None:
        if self.knows_keys and any(hit.message.key == message.key for hit in self.hits):
            return
        self.hits.append(Hit(message, *self.mark, self.passed - self.passed_at_mark))

    def _rejected(self, message: Outgoing) -> Outcome:
        """A gateway that knows the key says what it has."""
        if self.knows_keys and any(hit.message.key == message.key for hit in self.hits):
            return Accepted("again")
        return Rejected("dead number")


MINUTE_OR_SO = 70_000  # milliseconds
