"""Which journeys a change concerns: the sets of journeys that something about a customer may move them in.

The change set notes each customer with the number of such a set, so that a run asks of a journey only those whom the
change concerns there.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.plans.watching import Watches

EVERY = 0
"""The circle of all journeys."""


@dataclass(frozen=True, slots=True)
class Circles:
    """The sets of journeys of a release; a set's number is its place. The first is all of them."""

    sets: tuple[frozenset[str], ...]

    def number(self, journeys: Iterable[str]) -> int:
        """The number of a set of journeys that something in the rules concerns."""
        return self.sets.index(frozenset(journeys))

    def around(self, journey: str) -> list[int]:
        """The numbers of the sets that hold a journey."""
        return [number for number, journeys in enumerate(self.sets) if journey in journeys]


def circles(journeys: Iterable[str], watches: Watches) -> Circles:
    """The sets of all journeys, of none, of each one alone, and of those that listen to the same."""
    names = tuple(journeys)
    alone = [frozenset([name]) for name in names]
    together = [frozenset(found) for found in (*watches.kinds.values(), *watches.crossings.values())]
    return Circles(tuple(dict.fromkeys([frozenset(names), frozenset(), *alone, *together])))
