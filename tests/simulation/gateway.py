"""A gateway that lies, breaks and forgets, and keeps a log of its own of what it really took."""

import json
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from engine.channels.protocol import (
    Accepted,
    Capabilities,
    Fetching,
    Heard,
    InTime,
    Kind,
    NotSent,
    Outcome,
    Outgoing,
    Page,
    Receipt,
    Rejected,
    Reply,
    Says,
    Unknown,
)
from tests.simulation.notes import Notes
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
    """Takes messages as chance has it. `knows_keys`: under a key it takes one message only.

    `told`: what it has reported of messages, true or not, in the order in which it did. `written`: what customers
    have written to it.
    """

    chance: random.Random
    knows_keys: bool
    hits: list[Hit] = field(default_factory=list)
    told: list[tuple[str, Receipt]] = field(default_factory=list)
    written: list[Reply] = field(default_factory=list)
    mark: tuple[int, int] = (0, 0)
    passed: int = 0
    passed_at_mark: int = 0

    @property
    def capabilities(self) -> Capabilities:
        """Keys are known for a day, where they are."""
        return Capabilities(batch=2, remembers=24 * HOUR if self.knows_keys else 0, receipts=True)

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """Each as chance has it, if it comes in time."""
        return [self._one(message) if in_time() else NotSent("late", slower=True) for message in batch]

    def settled(self, keys: Collection[str]) -> Mapping[str, Outcome]:
        """It can tell of half of what it took; that it does not know a key proves nothing."""
        known = {hit.message.key for hit in self.hits}
        return {key: Accepted("late") for key in sorted(keys) if key in known and self.chance.random() < 0.5}

    def close(self) -> None:
        """Nothing is held."""

    def tell(self, now: int, *, early: bool) -> None:
        """Report of a message that it took: mostly the truth, at times again, or the contrary, or of nobody.

        `early`: of the one that it took last.
        """
        chance = self.chance
        if self.told and chance.random() < 0.15:
            self.told.append(chance.choice(self.told))
            return
        if not self.hits or chance.random() < 0.1:
            self.told.append(
                ("sms", Receipt(f"#{len(self.told)}", f"NOBODY{len(self.told)}.1", None, "delivered"))
            )
            return
        place = len(self.hits) - 1 if early else chance.randrange(len(self.hits))
        message = self.hits[place].message
        ref, reference = chance.choice(
            (
                (message.ref, None),
                (message.key, None),
                (None, f"R{place + 1}"),
                (message.ref, f"R{place + 1}"),
            )
        )
        arrives = (place % 4 != 3) is (chance.random() < 0.8)
        says: Says = "taken" if chance.random() < 0.1 else "delivered" if arrives else "failed"
        at = chance.choice((None, now, now - HOUR, now + HOUR))
        opted_out = chance.random() < 0.15
        if opted_out and not arrives:
            says = "nothing"
        told = Receipt(f"#{len(self.told)}", ref, reference, says, None, at, opted_out)
        self.told.append((message.channel, told))

    def _one(self, message: Outgoing) -> Outcome:
        what = self.chance.choices(
            ("take", "refuse", "busy", "dead", "lose", "take and lose the answer"), (56, 8, 4, 8, 8, 16)
        )[0]
        match what:
            case "take":
                return Accepted(f"R{self._take(message)}")
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

    def _take(self, message: Outgoing) -> int:
        """The number of the hit, that of the first under a key that it knows."""
        keys = [hit.message.key for hit in self.hits]
        if self.knows_keys and message.key in keys:
            return keys.index(message.key) + 1
        self.hits.append(Hit(message, *self.mark, self.passed - self.passed_at_mark))
        return len(self.hits)

    def _rejected(self, message: Outgoing) -> Outcome:
        """A gateway that knows the key says what it has."""
        if self.knows_keys and any(hit.message.key == message.key for hit in self.hits):
            return Accepted("again")
        return Rejected("dead number", opted_out=self.chance.random() < 0.5)


@dataclass(frozen=True, slots=True)
class Line:
    """The gateway as one channel has it: it takes messages, and what it tells of them is fetched.

    `refused`: customers to whom it has refused the batches on the wire, since they want no more.
    """

    gateway: Gateway
    name: str
    fetched: Mapping[Kind, int]
    refused: list[str] = field(default_factory=list)

    @property
    def reports(self) -> frozenset[Kind]:
        """All that is fetched of it."""
        return frozenset(self.fetched)

    @property
    def capabilities(self) -> Capabilities:
        """The gateway's."""
        return self.gateway.capabilities

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """To the gateway."""
        outcomes = self.gateway.send(batch, in_time)
        answered = zip(batch, outcomes, strict=True)
        self.refused.extend(
            one.customer for one, what in answered if isinstance(what, Rejected) and what.opted_out
        )
        return outcomes

    def keep_refusals(self, notes: Notes, step: int) -> None:
        """What it answered has been recorded."""
        for name in self.refused:
            notes.opted_out(name, self.name, step)
        self.refused.clear()

    def settled(self, keys: Collection[str]) -> Mapping[str, Outcome]:
        """As the gateway knows."""
        return self.gateway.settled(keys)

    def close(self) -> None:
        """Nothing is held."""

    def fetch(self, kind: Kind, start: Fetching) -> Page | NotSent | Unknown:
        """What was told since, some of what was told before once more, in any order; at times it is not there."""
        chance, since = self.gateway.chance, int(start.cursor or "0")
        if chance.random() > 0.9:
            return Unknown("time-out")
        everything: Sequence[tuple[str, Receipt | Reply]] = self.gateway.told
        if kind == "replies":
            everything = [("sms", reply) for reply in self.gateway.written]
        told = [one._asdict() for channel, one in everything[max(since - 2, 0) :] if channel == self.name]
        chance.shuffle(told)
        return Page(json.dumps(told).encode(), str(len(everything)))

    def heard(self, kind: Kind, body: bytes) -> Heard:
        """As it was told."""
        told = json.loads(body)
        if kind == "replies":
            return Heard(replies=[Reply(**fields) for fields in told])
        return Heard([Receipt(**fields) for fields in told])


MINUTE_OR_SO = 70_000  # milliseconds
