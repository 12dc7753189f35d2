"""The search for a contradiction: every side of every `or` must lead to one."""

from collections.abc import Iterable, Sequence

from dsl.model.conditions import And, Cond, Events, Not, Or
from dsl.reasoning.events import at_least_one, inside
from dsl.reasoning.parts import Part, parts_of, sides_of
from dsl.reasoning.terms import of_event
from dsl.reasoning.theory import impossible

_MOST = 40  # looks at what is left, in one search; beyond it nothing is certain
_DEPTH = 2  # conditions on events within conditions on events


def contradictory(conds: Iterable[Cond], alone: frozenset[str] = frozenset()) -> bool:
    """Whether no customer can ever meet all of these conditions at one moment.

    `alone`: journeys through which a customer goes once at a time, so that they are in one stage of it.
    """
    return _Search(alone).exclude(_all_parts(conds))


def implied(cond: Cond, others: Sequence[Cond], alone: frozenset[str] = frozenset()) -> bool:
    """Whether everybody who meets all the others meets the condition too."""
    return contradictory((*others, Not(cond)), alone)


def conflict(conds: Iterable[Cond], alone: frozenset[str] = frozenset()) -> tuple[Part, ...]:
    """The parts that contradict each other, as few as possible; empty when no contradiction is certain.

    The owner of a part is the place of its condition among those given.
    """
    parts = _all_parts(conds)
    if not _Search(alone).exclude(parts):
        return ()
    for part in parts:
        fewer = tuple(other for other in parts if other is not part)
        if _Search(alone).exclude(fewer):
            parts = fewer
    return parts


def _all_parts(conds: Iterable[Cond]) -> tuple[Part, ...]:
    return tuple(part for number, cond in enumerate(conds) for part in parts_of(cond, owner=number))


def _event(events: Events) -> tuple[Part, ...]:
    """What is known of one such event."""
    wanted = inside(events) if events.where is None else (events.where, *inside(events))
    return _all_parts(wanted)


class _Search:
    """One search; `left` looks are left to it and to all searches within."""

    def __init__(self, alone: frozenset[str]) -> None:
        self._alone = alone
        self._left = _MOST
        self._depth = 0
        self._implied: dict[tuple[Cond, Cond], bool] = {}

    def exclude(self, parts: tuple[Part, ...]) -> bool:
        """Whether parts cannot all be as said; of an `or` every side is tried."""
        if self._left <= 0:
            return False
        self._left -= 1
        single = [part for part in parts if not isinstance(part.cond, (And, Or))]
        holds = [part.cond for part in single if part.truth]
        fails = [part.cond for part in single if not part.truth]
        if impossible(holds, fails, self._alone, self._implies) or self._no_such_event(holds, parts):
            return True
        either = next((part for part in parts if isinstance(part.cond, (And, Or))), None)
        if either is None:
            return False
        rest = tuple(part for part in parts if part is not either)
        return all(self.exclude((*rest, *side)) for side in sides_of(either))

    def _no_such_event(self, holds: list[Cond], parts: tuple[Part, ...]) -> bool:
        """Whether some event that there must be cannot be, beside all that must hold."""
        found = [
            events for events in map(at_least_one, holds) if events is not None and events.where is not None
        ]
        if not found:
            return False
        others = tuple(part for part in parts if not of_event(part.cond))
        return any(self._deeper((*_event(events), *others)) for events in found)

    def _implies(self, one: Cond, other: Cond) -> bool:
        """Whether one condition on an event can hold only where another one does."""
        pair = (one, other)
        if pair not in self._implied:
            self._implied[pair] = self._deeper(_all_parts((one, Not(other))))
        return self._implied[pair]

    def _deeper(self, parts: tuple[Part, ...]) -> bool:
        if self._depth >= _DEPTH:
            return False
        self._depth += 1
        found = self.exclude(parts)
        self._depth -= 1
        return found
