"""Typed conditions and values of the model: resolved names, known types, a closed set of nodes.

This is what the compiler, the explanation and the reference interpreter read. Meaning of the logic: two-valued.
`Compare` with a missing side is false, `Not` is plain negation (`!=` is lowered to `Not(Compare("="))`), `Missing`
asks. A missing side makes arithmetic missing; anything divided by zero is missing.

Dates and times meet on one line: a date is the moment it begins in the business zone, and lowering writes
that step as `Midnight`. Lowering also writes number literals next to money as money.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from dsl.source import NOWHERE, Span
from dsl.units import Duration

Kind = Literal["text", "number", "money", "flag", "date", "time", "phone", "email", "choice"]


@dataclass(frozen=True, slots=True)
class Type:
    """`choices` holds the words of a `choice`, in the order declared."""

    kind: Kind
    choices: tuple[str, ...] = ()


TEXT, NUMBER, MONEY, FLAG = Type("text"), Type("number"), Type("money"), Type("flag")
DATE, TIME, PHONE, EMAIL = Type("date"), Type("time"), Type("phone"), Type("email")


@dataclass(frozen=True, slots=True)
class Cond:
    """Any typed expression; flags are conditions, the others are values."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Const(Cond):
    """A literal.

    Money is an integer of minor units (hundredths); a number is a float; a date a `date`; a time a naive `datetime` of
    the business zone; a choice its word.
    """

    value: bool | float | int | str | date | datetime
    type: Type


@dataclass(frozen=True, slots=True)
class Attribute(Cond):
    """An attribute of the customer; `id` is one, of type text."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class RecordField(Cond):
    """A field of the record that the journey runs for; `id` is one, of type text."""

    record: str
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class EventField(Cond):
    """A field of the event that the enclosing `where` looks at; `at` is one, of type time."""

    event: str
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Arithmetic(Cond):
    """`+ - *` and `/`. `type` number or money; money results may hold fractions of a minor unit until stored."""

    operator: Literal["+", "-", "*", "/"]
    left: "Cond"
    right: "Cond"
    type: Type


@dataclass(frozen=True, slots=True)
class Negative(Cond):
    """`-x`."""

    operand: "Cond"
    type: Type


@dataclass(frozen=True, slots=True)
class Choose(Cond):
    """The value of the first arm whose condition holds, else `otherwise`, else missing."""

    arms: tuple[tuple["Cond", "Cond"], ...]
    otherwise: "Cond | None"
    type: Type


@dataclass(frozen=True, slots=True)
class Named(Cond):
    """The body of an audience or value where its name was used; means the same as `body`."""

    name: str
    body: "Cond"
    type: Type


@dataclass(frozen=True, slots=True)
class Now(Cond):
    """The moment of the run (time)."""


@dataclass(frozen=True, slots=True)
class Today(Cond):
    """The local date of the run (date)."""


@dataclass(frozen=True, slots=True)
class Midnight(Cond):
    """A date as the moment it begins in the business zone (time)."""

    operand: "Cond"


@dataclass(frozen=True, slots=True)
class LocalDay(Cond):
    """The date of a time in the business zone (date); where a date is given its value."""

    operand: "Cond"


@dataclass(frozen=True, slots=True)
class Shift(Cond):
    """`operand` moved by `duration`, backwards when `back`; a time (a date is lowered to its midnight first).

    `90 days ago` is Shift(Now, 90 days, back), `in 7 days` Shift(Now, 7 days).
    """

    operand: "Cond"
    duration: Duration
    back: bool


@dataclass(frozen=True, slots=True)
class DaysSince(Cond):
    """Whole days from the local date of `operand` to today; negative in the future (number)."""

    operand: "Cond"


@dataclass(frozen=True, slots=True)
class DaysUntil(Cond):
    """Whole days from today to the local date of `operand`; negative in the past (number)."""

    operand: "Cond"


@dataclass(frozen=True, slots=True)
class NextReturn(Cond):
    """The next yearly return of a date, today included; 29 February returns on 28 February in a common year."""

    operand: "Cond"


@dataclass(frozen=True, slots=True)
class Not(Cond):
    """Plain negation."""

    operand: "Cond"


@dataclass(frozen=True, slots=True)
class And(Cond):
    """All hold."""

    operands: tuple["Cond", ...]


@dataclass(frozen=True, slots=True)
class Or(Cond):
    """At least one holds."""

    operands: tuple["Cond", ...]


@dataclass(frozen=True, slots=True)
class Compare(Cond):
    """Both sides have one type.

    `=` on all types; the order on numbers, money, dates and times (`before` is lowered to `<`, `after` to `>`).
    """

    operator: Literal["=", "<", "<=", ">", ">="]
    left: "Cond"
    right: "Cond"


@dataclass(frozen=True, slots=True)
class Contains(Cond):
    """`left contains right`: plain, case-sensitive; text, phone and email."""

    left: "Cond"
    right: "Cond"


@dataclass(frozen=True, slots=True)
class StartsWith(Cond):
    """`left starts with right`."""

    left: "Cond"
    right: "Cond"


@dataclass(frozen=True, slots=True)
class OneOf(Cond):
    """`subject in (a, b)`."""

    subject: "Cond"
    items: tuple["Cond", ...]


@dataclass(frozen=True, slots=True)
class Missing(Cond):
    """`is missing`; `is known` is lowered to Not(Missing)."""

    operand: "Cond"


@dataclass(frozen=True, slots=True)
class Between(Cond):
    """low <= subject <= high; one type on all three."""

    subject: "Cond"
    low: "Cond"
    high: "Cond"


@dataclass(frozen=True, slots=True)
class Inside(Cond):
    """A time against now: `last`: now - d < t <= now; `next`: now <= t < now + d."""

    subject: "Cond"
    direction: Literal["last", "next"]
    duration: Duration


@dataclass(frozen=True, slots=True)
class LastWindow:
    """now - duration < at <= now."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class EverWindow:
    """at <= now."""


@dataclass(frozen=True, slots=True)
class SinceWindow:
    """Entered scope < = at <= now: at or after this journey (`entry`), stage or state was entered."""

    scope: Literal["entry", "stage", "state"]


EventWindow = LastWindow | EverWindow | SinceWindow


@dataclass(frozen=True, slots=True)
class Events:
    """The customer's events of one kind for which `where` holds, in a window."""

    event: str
    where: Cond | None
    window: EventWindow


@dataclass(frozen=True, slots=True)
class Occurs(Cond):
    """At least one such event."""

    events: Events


@dataclass(frozen=True, slots=True)
class Aggregate(Cond):
    """`count` (field None) and `sum` of nothing are 0, the others are missing.

    `last`/`first` with field None is the `at` of the latest/earliest event, with a field that event's value (ties: the
    later/earlier arrival). Missing values do not count in sum, avg, min and max.
    """

    function: Literal["count", "sum", "avg", "min", "max", "last", "first"]
    events: Events
    field: str | None
    type: Type


@dataclass(frozen=True, slots=True)
class Tagged(Cond):
    """The customer carries the tag."""

    tag: str


@dataclass(frozen=True, slots=True)
class InJourney(Cond):
    """The customer (through any record) is under way in that journey, or in that stage of it."""

    journey: str
    stage: str | None


@dataclass(frozen=True, slots=True)
class Ended(Cond):
    """The customer ended that journey, with that outcome, in the last `duration` (None: any)."""

    journey: str
    outcome: str | None
    duration: Duration | None


_FIXED: dict[type[Cond], Type] = {
    Now: TIME, Today: DATE, Midnight: TIME, LocalDay: DATE, Shift: TIME,
    DaysSince: NUMBER, DaysUntil: NUMBER, NextReturn: DATE,
}  # fmt: skip


def type_of(cond: Cond) -> Type:
    """The type of any node; everything that is not a value is a flag."""
    own = getattr(cond, "type", None)
    return own if isinstance(own, Type) else _FIXED.get(type(cond), FLAG)
