"""Values in comparisons: their plain form, whether they can be missing, what else is known when they are."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Literal

from dsl.model.conditions import (
    TIME,
    Aggregate,
    Arithmetic,
    Attribute,
    Cond,
    Const,
    DaysSince,
    DaysUntil,
    EventField,
    LocalDay,
    Midnight,
    Named,
    Negative,
    NextReturn,
    Now,
    RecordField,
    Shift,
    Today,
    type_of,
)

Operator = Literal["=", "<", "<=", ">", ">="]
Number = int | Fraction

FLIPPED: dict[Operator, Operator] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
DENIED: dict[Operator, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}

ORDERED = frozenset({"number", "money", "date", "time"})
MINUTES_OF_DAY = 1440


@dataclass(frozen=True, slots=True)
class Start(Cond):
    """When the journey (`entry`), its stage or its state was entered (time)."""

    scope: Literal["entry", "stage", "state"]


def plain(term: Cond) -> Cond:
    """A value without names around it; a date stands for the moment it begins, however it is written."""
    match term:
        case Named(body=inner) | Midnight(operand=inner):
            return plain(inner)
        case LocalDay(operand=inner):
            inner = plain(inner)
            return inner if type_of(inner).kind == "date" else LocalDay(inner)
        case Shift() | Negative() | Arithmetic():
            return _folded(term)
        case DaysSince(operand=inner) | DaysUntil(operand=inner) | NextReturn(operand=inner):
            return replace(term, operand=plain(inner))
    return term


def _folded(term: Shift | Negative | Arithmetic) -> Cond:
    """A value of literals alone as a literal."""
    if isinstance(term, Arithmetic):
        left, right = plain(term.left), plain(term.right)
        result = _result(term.operator, left, right)
        return replace(term, left=left, right=right) if result is None else Const(result, term.type)
    inner = plain(term.operand)
    if isinstance(term, Shift) and not term.duration.amount:
        return inner
    if isinstance(term, Shift) and isinstance(inner, Const):
        return _shifted(term, inner)
    if isinstance(term, Negative) and isinstance(inner, Const) and isinstance(inner.value, (int, float)):
        return replace(inner, value=-inner.value)
    return replace(term, operand=inner)


def _result(operator: str, left: Cond, right: Cond) -> int | None:
    """What comes out between whole numbers; others may be rounded by whoever computes them."""
    sides = [side.value for side in (left, right) if isinstance(side, Const)]
    numbers = [int(value) for value in sides if isinstance(value, (int, float)) and value == int(value)]
    if len(numbers) < 2 or operator == "/":
        return None
    one, other = numbers
    return {"+": one + other, "-": one - other, "*": one * other}[operator]


def _shifted(term: Shift, moment: Const) -> Cond:
    """A literal moment some days earlier or later."""
    days = {"day": 1, "week": 7}.get(term.duration.unit)
    if days is None or not isinstance(moment.value, date):
        return replace(term, operand=moment)
    distance = timedelta(days=term.duration.amount * days * (-1 if term.back else 1))
    try:
        start = moment.value if isinstance(moment.value, datetime) else datetime.combine(moment.value, time())
        return Const(start + distance, TIME, span=moment.span)
    except OverflowError:
        return replace(term, operand=moment)


def of_event(cond: object) -> bool:
    """Whether a condition speaks of the event that a `where` around it looks at."""
    if isinstance(cond, EventField):
        return True
    if isinstance(cond, tuple):
        return any(map(of_event, cond))
    if isinstance(cond, Cond):
        return any(of_event(getattr(cond, field.name)) for field in fields(cond))
    return False


def never_missing(term: Cond) -> bool:
    """Whether a value is there for every customer."""
    match term:
        case Const() | Now() | Today() | Start():
            return True
        case Attribute(name="id") | RecordField(name="id") | EventField(name="at"):
            return True
        case Aggregate(function="count" | "sum"):
            return True
    inner = tuple(operands(term))
    return bool(inner) and not isinstance(term, Arithmetic) and all(map(never_missing, inner))


def known_with(term: Cond) -> Iterator[Cond]:
    """Everything that is known when a value is: itself, and what it is made of."""
    yield term
    for inner in operands(term):
        yield from known_with(inner)


def operands(term: Cond) -> tuple[Cond, ...]:
    """What a value is computed from."""
    match term:
        case Shift(operand=inner) | LocalDay(operand=inner) | NextReturn(operand=inner):
            return (inner,)
        case DaysSince(operand=inner) | DaysUntil(operand=inner) | Negative(operand=inner):
            return (inner,)
        case Arithmetic(left=left, right=right):
            return (left, right)
    return ()


def is_value(term: Cond) -> bool:
    """Whether this is a value that can be known or missing, and not a condition on values."""
    return type_of(term).kind != "flag" or isinstance(
        term, (Attribute, RecordField, EventField, Aggregate, Const)
    )


def whole(term: Cond) -> bool:
    """Whether a number has no fractions."""
    return isinstance(term, DaysSince) or (isinstance(term, Aggregate) and term.function == "count")


def measure(value: object) -> Number:
    """A constant on the line of its type: numbers, minor units, minutes of wall-clock time."""
    match value:
        case datetime():
            return value.toordinal() * MINUTES_OF_DAY + value.hour * 60 + value.minute
        case date():
            return measure(datetime.combine(value, time()))
        case int():
            return value
        case float():
            return int(value) if value.is_integer() else Fraction(value)
    raise TypeError(type(value).__name__)
