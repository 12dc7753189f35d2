"""How long people stay in a state, so that it shows who has been there for unusually long.

Who is there still counts too, as having stayed for at least so long (Kaplan and Meier): else a state in which people
rest would seem to be left at once, by the few who have left it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.storage.customers import customer
from engine.storage.schema import SUBJECT, visit
from engine.views.window import Window

NEARLY_ALL = 95
"""Of a hundred who came into a state: within which time so many leave."""

_LEAST = 20
"""Of fewer who have left nothing is said."""

_BLOCKS, _BLOCK = 40, 50
"""Where there are more customers, so many stretches of so many of them, evenly spread, stand for all."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Nearly all leave a state within `limit` milliseconds, reckoned from so many who have `left` and are `there`."""

    limit: int
    left: int
    there: int


class Stayed(NamedTuple):
    """For how long somebody stayed in a state, or, if it is not `over`, has been there so far."""

    long: int
    over: bool


def usual_stays(window: Window, now: int) -> Mapping[int, Usual]:
    """By the number of a state, for those of which that can be said."""
    found: defaultdict[int, list[Stayed]] = defaultdict(list)
    for first, last in _stretches(window.connection):
        for state, came, left in window.connection.execute(_stays(first, last)):
            found[state].append(Stayed((now if left is None else left) - came, left is not None))
    told = ((state, usual_of(stays)) for state, stays in found.items())
    return {state: usual for state, usual in told if usual is not None}


def usual_of(stays: Sequence[Stayed]) -> Usual | None:
    """Within which time nearly all leave; None where too few have left, or too many are there still."""
    left = sum(one.over for one in stays)
    if left < _LEAST:
        return None
    share = 1.0  # of those who came in, how many are there after so long
    for place, one in enumerate(sorted(stays, key=lambda one: (one.long, not one.over))):
        share *= 1 - one.over / (len(stays) - place)
        if share <= 1 - NEARLY_ALL / 100:
            return Usual(one.long, left, len(stays) - left)
    return None


def _stretches(connection: sa.Connection) -> Iterator[tuple[int, int]]:
    """Which numbers of customers are looked at: all of them, where that is not too many."""
    last = connection.scalar(sa.select(sa.func.max(customer.c.customer))) or 0
    if last <= _BLOCKS * _BLOCK:
        yield 0, last
        return
    for block in range(_BLOCKS):
        first = last * block // _BLOCKS + 1
        yield first, first + _BLOCK - 1


def _stays(first: int, last: int) -> sa.Select[Any]:
    """The states that these customers came into, when, and when they left; None: not yet."""
    subject = [visit.c[name] for name in SUBJECT]
    left_at = sa.func.lead(visit.c.at).over(partition_by=subject, order_by=visit.c.visit)
    moves = sa.select(visit.c.state, visit.c.at, left_at.label("left_at"))
    of = moves.where(visit.c.customer.between(first, last)).subquery().c
    return sa.select(of.state, of.at, of.left_at).where(of.state.is_not(None))
