"""Which of two timed transitions is due first, as far as that is certain."""

from dsl.model.conditions import Compare, Cond, Shift
from dsl.model.journeys import After, At
from dsl.reasoning import contradictory
from dsl.reasoning.durations import at_most, extent, family
from dsl.reasoning.terms import MINUTES_OF_DAY, plain
from dsl.units import Clock, Duration

Timed = After | At

_BASES = ("journey", "stage", "state")
_DAY = Duration(1, "day")


def no_later(one: Timed, other: Timed) -> bool:
    """Whether, whenever the other one is due, this one certainly is due as well."""
    if isinstance(one, After) and isinstance(other, After):
        return _BASES.index(one.since) <= _BASES.index(other.since) and _after(one, other)
    if isinstance(one, At) and isinstance(other, At):
        return _root(one.moment) == _root(other.moment) and _at(one, other)
    return False


def clearly_earlier(one: After, other: After) -> bool:
    """Whether one is due an hour or more before the other, counted from when the state was settled."""
    if other.since != "state" or not no_later(one, other):
        return False
    (kind, amount), (other_kind, other_amount) = family(one.duration), family(other.duration)
    if kind == other_kind == "days":
        return amount < other_amount
    if one.clock is not None or other.clock is not None:
        return extent(one.duration).most + 2 * MINUTES_OF_DAY <= extent(other.duration).least
    return kind == other_kind and amount + 60 <= other_amount


def _after(one: After, other: After) -> bool:
    if one.clock is None or one.clock == other.clock:
        return at_most(one.duration, other.duration)
    (kind, amount), (other_kind, other_amount) = family(one.duration), family(other.duration)
    if kind == other_kind == "days":
        return amount < other_amount
    return extent(one.duration).most + MINUTES_OF_DAY <= extent(other.duration).least


def _at(one: At, other: At) -> bool:
    if _clock(one) <= _clock(other) and (one.clock is None) == (other.clock is None):
        return _never_before(other.moment, one.moment)
    return _never_before(other.moment, Shift(one.moment, _DAY, back=False))


def _clock(at: At) -> Clock:
    return at.clock or Clock(0)


def _never_before(one: Cond, other: Cond) -> bool:
    return contradictory((Compare("<", one, other),))


def _root(moment: Cond) -> Cond:
    moment = plain(moment)
    while isinstance(moment, Shift):
        moment = moment.operand
    return moment
