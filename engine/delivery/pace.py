"""Time while messages leave: how many may leave now, by a gateway's rate and by how long its answers take.

Counts in seconds of a clock that only goes forward, and that its caller hands in: on virtual time none passes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST = 5.0
"""Seconds from a mark to the call: what is later does not leave."""

_BRISK, _SLOW = 0.5, 1.5  # seconds that a batch takes on the wire
_FIRST = 100


@dataclass(frozen=True, slots=True)
class Timer:
    """Seconds that have passed, and waiting for some to pass."""

    elapsed: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Pace:
    """How many messages a lane may take at once. `most`: at any time; `rate`: of a second, None: as many as go.

    The batch grows while the gateway answers briskly and shrinks when it is slow, so that a crash leaves no more in
    doubt than left within about a second.
    """

    most: int
    rate: float | None = None
    size: int = field(init=False)
    resting: float = 0.0
    _tokens: float = 1.0
    _seen: float | None = None

    def __post_init__(self) -> None:
        self.size = min(_FIRST, self.most)

    def room(self, now: float) -> int:
        """How many may leave now; 0: see `next`."""
        if now < self.resting:
            return 0
        if self.rate is None:
            return self.size
        self._refill(now)
        return min(self.size, int(self._tokens))

    def next(self, now: float) -> float:
        """In how many seconds some may leave again."""
        self._refill(now)
        missing = 0.0 if self.rate is None else max(1.0 - self._tokens, 0.0) / self.rate
        return max(self.resting - now, missing, 0.001)

    def took(self, seconds: float) -> None:
        """The answers to a batch took so long."""
        if seconds < _BRISK:
            self.size = min(self.size * 2, self.most)
        elif seconds > _SLOW:
            self.size = max(self.size // 2, 1)

    def spend(self, count: int) -> None:
        """So many are leaving."""
        self._tokens -= count

    def rest(self, now: float, seconds: float) -> None:
        """The gateway asks to be left alone for a while, and for less at once after it."""
        self.resting = max(self.resting, now + seconds)
        self.size = max(self.size // 2, 1)

    def _refill(self, now: float) -> None:
        """A bucket of a second at most: a long pause, or a clock that jumps, gives no burst."""
        if self.rate is not None and self._seen is not None:
            self._tokens = min(self._tokens + max(now - self._seen, 0.0) * self.rate, max(self.rate, 1.0))
        self._seen = now
