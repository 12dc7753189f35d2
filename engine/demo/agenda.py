"""What is going to happen in the made-up town, in the order of time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

Deed = Callable[[datetime], None]
"""Done at its time, which it is told."""


@dataclass(slots=True)
class Agenda:
    """Deeds to come; of those at one moment the one planned first comes first."""

    _deeds: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _count: int = 0

    def plan(self, at: datetime, deed: Deed) -> None:
        """Do something at a time."""
        self._count += 1
        heappush(self._deeds, (at, self._count, deed))

    def do_until(self, now: datetime) -> None:
        """Do all that is due, and what is planned by it and due as well."""
        while self._deeds and self._deeds[0][0] <= now:
            at, _, deed = heappop(self._deeds)
            deed(at)
