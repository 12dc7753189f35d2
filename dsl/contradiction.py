"""Conditions that cannot hold together. Says so only when it is certain; knows no rules and no places.

Comparisons with a missing value are false, so one that holds makes its value known; only then does it say something
about the value that another one does not hold.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from dsl.model.conditions import (
    And,
    Attribute,
    Between,
    Compare,
    Cond,
    Const,
    Contains,
    EventField,
    Missing,
    Named,
    Not,
    OneOf,
    Or,
    RecordField,
    StartsWith,
)

_Order = Literal["=", "<", "<=", ">", ">="]
_Literal = tuple[Cond, bool]
_MOST_CHOICES = 4  # each doubles the work

_FLIPPED: dict[_Order, _Order] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_DENIED: dict[_Order, _Order] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
# Values are of any type that a constant has; those compared with each other belong to one thing, so have one type.


def contradictory(conds: Iterable[Cond]) -> bool:
    """Whether no customer can ever meet all of these conditions at one moment."""
    return _exclude(
        tuple(literal for cond in conds for literal in _literals(cond, truth=True)), _MOST_CHOICES
    )


def _exclude(literals: tuple[_Literal, ...], choices: int) -> bool:
    """Whether literals cannot all be true; of so many `or`s every side is tried."""
    holds = dict.fromkeys(cond for cond, truth in literals if truth)
    fails = dict.fromkeys(cond for cond, truth in literals if not truth)
    if any(literal in fails or _is(literal, value=False) for literal in holds):
        return True
    if any(_is(literal, value=True) for literal in fails) or _no_value_left(holds, fails):
        return True
    either = next((literal for literal in literals if isinstance(literal[0], (And, Or))), None)
    if either is None or not choices:
        return False
    rest = tuple(literal for literal in literals if literal != either)
    whole, truth = either
    sides = whole.operands if isinstance(whole, (And, Or)) else ()
    return all(_exclude((*rest, *_literals(side, truth=truth)), choices - 1) for side in sides)


def _literals(cond: Cond, *, truth: bool) -> Iterator[_Literal]:
    """The conditions that must hold or fail for this one to hold or fail.

    An `or` that holds, and an `and` that fails, is left whole: one of its sides does.
    """
    match cond:
        case Named(body=body):
            yield from _literals(body, truth=truth)
        case Not(operand=operand):
            yield from _literals(operand, truth=not truth)
        case And(operands=operands) if truth:
            for operand in operands:
                yield from _literals(operand, truth=True)
        case Or(operands=operands) if not truth:
            for operand in operands:
                yield from _literals(operand, truth=False)
        case _:
            yield cond, truth


def _is(cond: Cond, *, value: bool) -> bool:
    return isinstance(cond, Const) and cond.value is value


@dataclass(slots=True)
class _Range:
    """What is known of one value: its bounds and whether they are excluded, the only values, values excluded."""

    low: tuple[Any, bool] | None = None
    high: tuple[Any, bool] | None = None
    only: frozenset[Any] | None = None
    never: set[Any] = field(default_factory=set)

    def narrow(self, order: _Order, value: Any) -> None:
        """Take in a comparison that holds."""
        strict = order in {"<", ">"}
        if order == "=":
            self.allow((value,))
        elif order in {">", ">="}:
            self.low = (value, strict) if self.low is None else max(self.low, (value, strict))
        elif self.high is None or (value, not strict) < (self.high[0], not self.high[1]):
            self.high = (value, strict)

    def allow(self, values: Iterable[Any]) -> None:
        """Take in that the value is one of these."""
        self.only = frozenset(values) if self.only is None else self.only.intersection(values)

    def empty(self) -> bool:
        """Whether no value is left."""
        if self.only is not None:
            return not any(self._has(value) for value in self.only)
        if self.low is None or self.high is None:
            return False
        if self.low[0] == self.high[0]:
            return self.low[1] or self.high[1] or self.low[0] in self.never
        return bool(self.low[0] > self.high[0])

    def _has(self, value: Any) -> bool:
        above = self.low is None or value > self.low[0] or (value == self.low[0] and not self.low[1])
        below = self.high is None or value < self.high[0] or (value == self.high[0] and not self.high[1])
        return above and below and value not in self.never


def _no_value_left(holds: Iterable[Cond], fails: Iterable[Cond]) -> bool:
    """Whether the literals leave some value without any possibility, or need a missing one to be known."""
    ranges: dict[Cond, _Range] = {}
    for literal in holds:
        _take_in(literal, ranges)
    if any(isinstance(literal, Missing) and literal.operand in ranges for literal in holds):
        return True
    for literal in fails:
        _take_out(literal, ranges)
    return any(one.empty() for one in ranges.values())


def _take_in(literal: Cond, ranges: dict[Cond, _Range]) -> None:
    """A literal that holds: what it compares is known."""
    match literal:
        case Compare():
            _take_in_comparison(literal, ranges)
        case Between(subject=subject, low=low, high=high):
            _take_in_comparison(Compare(">=", subject, low), ranges)
            _take_in_comparison(Compare("<=", subject, high), ranges)
        case OneOf(subject=subject, items=items):
            values = [item.value for item in items if isinstance(item, Const)]
            one = ranges.setdefault(subject, _Range())
            if len(values) == len(items):
                one.allow(values)
        case Contains(left=left) | StartsWith(left=left):
            ranges.setdefault(left, _Range())
        case Attribute() | RecordField() | EventField():
            ranges.setdefault(literal, _Range()).narrow("=", True)


def _take_in_comparison(literal: Compare, ranges: dict[Cond, _Range]) -> None:
    for side in (literal.left, literal.right):
        if not isinstance(side, Const):
            ranges.setdefault(side, _Range())
    compared = _compared(literal)
    if compared is not None:
        subject, order, value = compared
        ranges[subject].narrow(order, value)


def _take_out(literal: Cond, ranges: dict[Cond, _Range]) -> None:
    """A literal that does not hold: it says something of values that are known otherwise."""
    match literal:
        case Compare():
            compared = _compared(literal)
            if compared is None or compared[0] not in ranges:
                return
            subject, order, value = compared
            if order == "=":
                ranges[subject].never.add(value)
            else:
                ranges[subject].narrow(_DENIED[order], value)
        case OneOf(subject=subject, items=items) if subject in ranges:
            ranges[subject].never.update(item.value for item in items if isinstance(item, Const))
        case Attribute() | RecordField() | EventField() if literal in ranges:
            ranges[literal].never.add(True)


def _compared(literal: Compare) -> tuple[Cond, _Order, Any] | None:
    """A comparison of something with a constant, that something first."""
    if isinstance(literal.right, Const) and not isinstance(literal.left, Const):
        return literal.left, literal.operator, literal.right.value
    if isinstance(literal.left, Const) and not isinstance(literal.right, Const):
        return literal.right, _FLIPPED[literal.operator], literal.left.value
    return None
