"""Conditions taken apart: what must hold, or fail, for one to hold. Every form becomes comparisons and `or`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from dsl.model.conditions import (
    FLAG,
    NUMBER,
    Aggregate,
    And,
    Between,
    Choose,
    Compare,
    Cond,
    Const,
    Inside,
    Named,
    Not,
    Now,
    Occurs,
    OneOf,
    Or,
    Shift,
)
from dsl.reasoning.terms import plain
from dsl.source import NOWHERE, Span

_MOST_ARMS = 8  # of a `choose` that is looked into


@dataclass(frozen=True, slots=True)
class Part:
    """Something that must hold (`truth`) or fail: a comparison or the like, or an `and` or `or` left whole.

    `owner`: the number of the condition it comes from. `site`: where that condition says it, or names the audience
    that does. `shown`: how it is written, its negation included; NOWHERE when no text says it by itself.
    """

    cond: Cond
    truth: bool
    owner: int = 0
    site: Span = NOWHERE
    shown: Span = NOWHERE

    @property
    def written(self) -> Span:
        """Where it is written, without its negation when that is written elsewhere."""
        return self.cond.span if self.shown is NOWHERE else self.shown


def parts_of(cond: Cond, *, truth: bool = True, owner: int = 0) -> Iterator[Part]:
    """The parts that must all be as said for a condition to hold, or to fail.

    An `or` that holds, and an `and` that fails, is left whole: one of its sides does.
    """
    yield from _parts(cond, Part(cond, truth, owner))


def sides_of(part: Part) -> Iterator[tuple[Part, ...]]:
    """The ways in which a whole `or` can hold, or a whole `and` fail: each as the parts it needs."""
    operands = part.cond.operands if isinstance(part.cond, (And, Or)) else ()
    for operand in operands:
        yield tuple(_parts(operand, replace(part, shown=NOWHERE)))


def _parts(cond: Cond, frame: Part) -> Iterator[Part]:
    """`frame` says whether the condition shall hold, for whom, and where it stands so far."""
    match cond:
        case Named(body=body):
            yield from _parts(body, replace(frame, site=_first(frame.site, cond.span)))
        case Not(operand=operand):
            shown = NOWHERE if isinstance(operand, (And, Or)) and operand.span != cond.span else cond.span
            placed = replace(frame, shown=_first(frame.shown, shown), site=_first(frame.site, shown))
            yield from _parts(operand, replace(placed, truth=not frame.truth))
        case And(operands=operands) if frame.truth:
            for operand in operands:
                yield from _parts(operand, _within(frame, cond))
        case Or(operands=operands) if not frame.truth:
            for operand in operands:
                yield from _parts(operand, _within(frame, cond))
        case And() | Or():
            yield _part(cond, frame)
        case _:
            simpler = _simpler(cond)
            placed = replace(frame, site=_first(frame.site, cond.span), shown=_shown(cond, frame))
            if simpler is None:
                yield _part(cond, placed)
            else:
                yield from _parts(replace(simpler, span=cond.span), placed)


def _part(cond: Cond, frame: Part) -> Part:
    return replace(frame, cond=cond, site=_first(frame.site, cond.span), shown=_shown(cond, frame))


def _within(frame: Part, whole: Cond) -> Part:
    """The frame for the operands of an `and` or `or`; one that was made of a single form stays that form."""
    return frame if frame.shown == whole.span else replace(frame, shown=NOWHERE)


def _shown(cond: Cond, frame: Part) -> Span:
    return _first(frame.shown, cond.span if frame.truth else NOWHERE)


def _first(one: Span, other: Span) -> Span:
    return other if one is NOWHERE else one


def _simpler(cond: Cond) -> Cond | None:
    """The same said by comparisons, `and` and `or`; None when there is nothing simpler."""
    match cond:
        case Inside():
            return _inside(cond)
        case Between(subject=subject, low=low, high=high):
            return And((Compare(">=", subject, low), Compare("<=", subject, high)))
        case Occurs(events=events):
            return Compare(">=", Aggregate("count", events, None, NUMBER), Const(1.0, NUMBER))
        case OneOf(subject=subject, items=items):
            return _one_of(subject, items)
    return _chosen(cond)


def _inside(cond: Inside) -> Cond:
    if cond.direction == "last":
        start = Shift(Now(), cond.duration, back=True)
        return And((Compare(">", cond.subject, start), Compare("<=", cond.subject, Now())))
    end = Shift(Now(), cond.duration, back=False)
    return And((Compare(">=", cond.subject, Now()), Compare("<", cond.subject, end)))


def _one_of(subject: Cond, items: tuple[Cond, ...]) -> Cond | None:
    if isinstance(_value(subject), Choose) or not all(isinstance(plain(item), Const) for item in items):
        return Or(tuple(Compare("=", subject, item) for item in items))
    return None


def _chosen(cond: Cond) -> Cond | None:
    """A `choose`, or a comparison with one, as its arms."""
    match cond:
        case Choose(type=kind) if kind == FLAG:
            return _either(cond, lambda value: value)
        case Compare(operator=operator, left=left, right=right):
            one, other = _value(left), _value(right)
            if isinstance(one, Choose):
                return _either(one, lambda value: Compare(operator, value, other))
            if isinstance(other, Choose):
                return _either(other, lambda value: Compare(operator, one, value))
    return None


def _value(cond: Cond) -> Cond:
    while isinstance(cond, Named):
        cond = cond.body
    return cond


def _either(choose: Choose, make: Callable[[Cond], Cond]) -> Cond | None:
    """What holds when one of the arms is the one taken."""
    if len(choose.arms) > _MOST_ARMS:
        return None
    refused: tuple[Cond, ...] = ()
    sides: list[Cond] = []
    for test, value in choose.arms:
        sides.append(And((*refused, test, make(value))))
        refused = (*refused, Not(test))
    if choose.otherwise is not None:
        sides.append(And((*refused, make(choose.otherwise))))
    return Or(tuple(sides))
