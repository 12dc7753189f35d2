"""What is always true of moments and counts: where they lie beside what they are computed from."""

from collections.abc import Iterable, Iterator

from dsl.model.conditions import (
    Aggregate,
    Cond,
    DaysSince,
    EventWindow,
    EverWindow,
    LastWindow,
    LocalDay,
    NextReturn,
    Now,
    Shift,
    SinceWindow,
    Today,
)
from dsl.reasoning.durations import extent, family
from dsl.reasoning.order import Order
from dsl.reasoning.terms import MINUTES_OF_DAY, Start, whole

_YEAR = 366 * MINUTES_OF_DAY
_NOW, _TODAY = Now(), Today()
_ENTERED = tuple(Start(scope) for scope in ("entry", "stage", "state"))


def place(terms: Iterable[Cond], order: Order) -> frozenset[Cond]:
    """Put values, and all they are computed from, in their places; gives all of them."""
    waiting, placed = list(terms), dict[Cond, None]()
    while waiting:
        term = waiting.pop()
        if term not in placed:
            placed[term] = None
            waiting += _place(term, order)
    _shifts(placed, order)
    return frozenset(placed)


def begin(window: EventWindow) -> tuple[Cond, bool] | None:
    """When a window begins, and whether that moment itself is left out; None: it has no beginning."""
    match window:
        case LastWindow(duration=duration):
            return Shift(_NOW, duration, back=True), True
        case SinceWindow(scope=scope):
            return Start(scope), False
        case EverWindow():
            return None


def _place(term: Cond, order: Order) -> Iterator[Cond]:
    """Place one value; gives the others that it was placed beside."""
    match term:
        case Shift(operand=inner):
            _shift(term, inner, order)
            yield inner
        case Today():
            order.at_most(term, _NOW)
            order.at_most(_NOW, term, MINUTES_OF_DAY, strict=True)
            yield _NOW
        case LocalDay(operand=inner):
            order.at_most(term, inner)
            order.at_most(inner, term, MINUTES_OF_DAY, strict=True)
            yield inner
        case NextReturn():
            order.at_most(_TODAY, term)
            order.at_most(term, _TODAY, _YEAR)
            yield _TODAY
        case Start():
            yield from _entered(order)
        case DaysSince(operand=NextReturn()):
            order.at_most(term, None)
        case _:
            if whole(term) and isinstance(term, Aggregate):
                order.at_most(None, term)
            elif isinstance(term, Aggregate) and term.field is None:
                yield from _happened(term, order)


def _shift(term: Shift, inner: Cond, order: Order) -> None:
    least, most = extent(term.duration)
    late, early = (inner, term) if term.back else (term, inner)
    order.at_most(late, early, most)
    order.at_most(early, late, -least)
    order.at_most(early, late, strict=True)


def _happened(term: Aggregate, order: Order) -> Iterator[Cond]:
    """The time of an event lies in the window of the events."""
    order.at_most(term, _NOW)
    yield _NOW
    start = begin(term.events.window)
    if start is not None:
        order.at_most(start[0], term, strict=start[1])
        yield start[0]


def _entered(order: Order) -> Iterator[Cond]:
    """The journey is entered no later than its stage, that no later than its state."""
    for earlier, later in zip(_ENTERED, (*_ENTERED[1:], _NOW), strict=True):
        order.at_most(earlier, later)
        yield later


def _shifts(terms: Iterable[Cond], order: Order) -> None:
    """Of two shifts of one moment the longer one leads further."""
    shifts = [term for term in terms if isinstance(term, Shift)]
    for one in shifts:
        for other in shifts:
            if one.operand == other.operand and family(one.duration)[0] == family(other.duration)[0]:
                far, near = _signed(one), _signed(other)
                if near < far:
                    order.at_most(other, one, strict=True)


def _signed(shift: Shift) -> int:
    amount = family(shift.duration)[1]
    return -amount if shift.back else amount
