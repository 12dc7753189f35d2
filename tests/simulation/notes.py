"""What the observer of a simulated world knows besides the database. Times are steps of the simulation."""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256

from engine.storage.keys import Intent

Channel = str | None
"""A channel, or all of them."""


@dataclass(slots=True)
class Notes:
    """All that was said and done.

    `optouts`: by customer and channel, with whether it is one or the end of one; `lifted`: when the last was lifted.
    `doubts`: what may be an opt-out, and the end of it. `approved`, `written`: what people approved, and what they
    wrote anew by channel. `numbers`: whose numbers are whose. `phones`: all that a customer ever had.
    `before`: how many messages the gateway had taken when somebody was erased. `visits`: by number. `heard`: receipts
    and replies that are in the database. `wrong`: what was found on the way.
    """

    optouts: dict[tuple[str, Channel], list[tuple[int, bool]]] = field(default_factory=dict)
    lifted: dict[tuple[str, Channel], int] = field(default_factory=dict)
    doubts: dict[str, list[tuple[int, bool]]] = field(default_factory=dict)
    names: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    vips: set[str] = field(default_factory=set)
    approved: dict[Intent, str] = field(default_factory=dict)
    written: dict[Intent, dict[str, str]] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    phones: dict[str, set[str]] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)
    before: dict[str, int] = field(default_factory=dict)
    visits: Counter[int] = field(default_factory=Counter)
    heard: set[tuple[str, str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The same for the same history."""
        return sha256("\n".join(self.trace).encode()).hexdigest()

    @property
    def gone(self) -> set[str]:
        """Those who were erased, also where they have come back."""
        return {self.numbers[number] for number in self.erased}

    def opted_out(self, name: str, channel: Channel, step: int) -> None:
        """Somebody wants no more, by a channel or at all."""
        self.optouts.setdefault((name, channel), []).append((step, True))

    def lifts(self, name: str, channel: Channel, step: int, now: int) -> None:
        """Somebody wants messages again."""
        self.optouts.setdefault((name, channel), []).append((step, False))
        self.lifted[name, channel] = now

    def has_left(self, name: str, channel: str, step: int) -> bool:
        """Whether a customer had opted out by then, so that nothing may leave by that channel."""
        said = (self.optouts.get((name, which), []) for which in (None, channel))
        return any([out for at, out in one if at <= step][-1:] == [True] for one in said)
