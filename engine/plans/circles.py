"""What a change concerns: the sets of scopes in which something about a customer may change an answer.

The change set notes each customer with the number of such a set, so that a run asks of those under way in a journey,
and of those who may come into it, only whom the change concerns there.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.plans.watching import Scope, Watches

EVERY = 0
"""The circle of all scopes."""

WAITING = Scope("wait")
"""Messages alone are looked at, and nobody moves."""


@dataclass(frozen=True, slots=True)
class Circles:
    """The sets of scopes of a release; a set's number is its place. The first is all of them."""

    sets: tuple[frozenset[Scope], ...]

    def number(self, scopes: Iterable[Scope]) -> int:
        """The number of a set of scopes that something in the rules concerns."""
        return self.sets.index(frozenset(scopes))

    def around(self, scope: Scope) -> list[int]:
        """The numbers of the sets that hold a scope."""
        return [number for number, scopes in enumerate(self.sets) if scope in scopes]


def in_journey(journey: str) -> frozenset[Scope]:
    """Who might come into a journey and who is under way in it."""
    return frozenset([Scope("enter", journey), Scope("move", journey)])


def circles(journeys: Iterable[str], watches: Watches) -> Circles:
    """The sets of all scopes, of each alone, of a journey's, and of those that listen to the same."""
    own = [in_journey(journey) for journey in journeys]
    others = [Scope(whose, journey) for journey in journeys for whose in ("goal", "rank")]
    every = frozenset([WAITING, *others]).union(*own)
    together = map(frozenset, (*watches.kinds.values(), *watches.crossings.values()))
    alone = [frozenset([scope]) for scope in sorted(every)]
    return Circles(tuple(dict.fromkeys([every, *alone, *own, *together])))
