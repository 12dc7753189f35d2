"""Expression nodes of the tree, as written: names are not resolved and types not known yet.

Every node carries its `span`, which does not count when trees are compared. Sub-expressions are named
fields, so that `dataclasses.fields` walks any node.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal as OneOf

from dsl.source import NOWHERE, Span
from dsl.units import Duration


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that stands somewhere in a rule file."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """One name as written, NFC, without backticks."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Expr(Node):
    """Any expression."""


@dataclass(frozen=True, slots=True)
class Number(Expr):
    """`12`, `3.5`, `1_000`; `30%` has `percent` set and the value 30."""

    value: Decimal
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Text(Expr):
    """A string; `block` when it was written over lines between triple quotes."""

    value: str
    block: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Flag(Expr):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Date(Expr):
    """`2026-10-01`."""

    value: date


@dataclass(frozen=True, slots=True)
class Time(Expr):
    """`2026-10-01 09:30`, naive, in the business time zone."""

    value: datetime


@dataclass(frozen=True, slots=True)
class Ref(Expr):
    """A name standing for a value: attribute, field, audience, value, event or a choice's word.

    `parts` are one or two names: `due`, `appointment.due`.
    """

    parts: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Not(Expr):
    """`not x`."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Negative(Expr):
    """`-x`."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Logic(Expr):
    """`a and b and c`, or the same with `or`; at least two operands, none the same Logic."""

    operator: OneOf["and", "or"]
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic(Expr):
    """`a + b`, left-associative."""

    operator: OneOf["+", "-", "*", "/"]
    left: Expr
    right: Expr


Comparison = OneOf["=", "!=", "<", "<=", ">", ">=", "before", "after", "contains", "starts with"]


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    """`left operator right`."""

    operator: Comparison
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class In(Expr):
    """`tier in (vip, regular)`."""

    subject: Expr
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Missing(Expr):
    """`x is missing`; `x is known` has `known` set."""

    subject: Expr
    known: bool = False


@dataclass(frozen=True, slots=True)
class Between(Expr):
    """`t between low and high`, both ends included."""

    subject: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True)
class Last(Node):
    """`within last 90 days`: now - 90 days < t <= now."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Next(Node):
    """`within next 7 days`: now <= t < now + 7 days."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Ever(Node):
    """`ever`."""


@dataclass(frozen=True, slots=True)
class Since(Node):
    """`since entry`, `since stage`, `since state`."""

    scope: OneOf["entry", "stage", "state"]


Within = Last | Next | Ever | Since


@dataclass(frozen=True, slots=True)
class Inside(Expr):
    """`subject within last 90 days`: a time, or, where the name is an event kind's, an event of that kind.

    Only `Last` and `Next`; the other windows can only be an event's, see `Occurs`.
    """

    subject: Expr
    window: Last | Next


@dataclass(frozen=True, slots=True)
class Events(Node):
    """Events of a kind: `visit`, `visit.amount`, each with `where (…)` and a window, or without."""

    event: Name
    field: Name | None = None
    where: Expr | None = None
    window: Within | None = None


@dataclass(frozen=True, slots=True)
class Occurs(Expr):
    """`visit ever`, `visit where (…) within last 7 days`, `no visit since state` (`negated`).

    `visit within last 7 days` without `no` and `where` is an `Inside`: it reads like a date's.
    """

    events: Events
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate(Expr):
    """`count(visit within last 365 days)`, `sum(visit.amount …)`, `last(visit)`, `last(visit.store)`."""

    function: OneOf["count", "sum", "avg", "min", "max", "last", "first"]
    events: Events


@dataclass(frozen=True, slots=True)
class Days(Expr):
    """`days since last(visit)`, `days until due`: whole days by local calendar date."""

    direction: OneOf["since", "until"]
    subject: Expr


@dataclass(frozen=True, slots=True)
class Ago(Expr):
    """`90 days ago`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Ahead(Expr):
    """`in 7 days`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Shift(Expr):
    """`3 days before due`, `1 day after due`."""

    duration: Duration
    direction: OneOf["before", "after"]
    subject: Expr


@dataclass(frozen=True, slots=True)
class Now(Expr):
    """`now`; `today` has `day` set."""

    day: bool = False


@dataclass(frozen=True, slots=True)
class NextReturn(Expr):
    """`next(birthday)`: the next yearly return, today included."""

    subject: Expr


@dataclass(frozen=True, slots=True)
class Tagged(Expr):
    """`tagged "到店"`."""

    tag: Text


@dataclass(frozen=True, slots=True)
class InJourney(Expr):
    """`in journey win_back`; with a stage `in stage retention.care`."""

    journey: Name
    stage: Name | None = None


@dataclass(frozen=True, slots=True)
class Ended(Expr):
    """`ended win_back as won within last 180 days`; outcome and window may be left out."""

    journey: Name
    outcome: Name | None = None
    window: Last | None = None


@dataclass(frozen=True, slots=True)
class Arm(Node):
    """One `condition: value` of a choose; `condition` is None for `otherwise`."""

    condition: Expr | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Choose(Expr):
    """`choose { a: 1, b: 2, otherwise: 3 }`."""

    arms: tuple[Arm, ...]
