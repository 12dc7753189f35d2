"""Statement nodes of the tree: what a rule file says, as it was written and in its order.

Comments are kept beside the statements of a file (`File.comments`), so that the printer can put them back.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from dsl.source import Source
from dsl.tree.expressions import Expr, Name, Node, Number, Text
from dsl.units import Duration, Period, Window

Role = Name
"""Roles (`advisor`, `manager`) are names that the staff list gives a meaning."""


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`price "价格"`: one of the words of `one of`."""

    name: Name
    title: str | None = None


@dataclass(frozen=True, slots=True)
class TypeRef(Node):
    """`text`, `money`, …; `one of a, b` is `choice` with its words."""

    kind: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Field(Node):
    """`next_service "下次保养": date`."""

    name: Name
    type: TypeRef
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """Anything at the top level of a file."""


@dataclass(frozen=True, slots=True)
class CustomerDecl(Statement):
    """`customer { … }`."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class EventDecl(Statement):
    """`event visit "到店" { … }`."""

    name: Name
    title: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class RecordDecl(Statement):
    """`record appointment "预约" { … }`."""

    name: Name
    title: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class AudienceDecl(Statement):
    """`audience lapsed "流失客户" = condition`."""

    name: Name
    title: str | None
    condition: Expr


@dataclass(frozen=True, slots=True)
class ValueDecl(Statement):
    """`value odds = expression`."""

    name: Name
    title: str | None
    expression: Expr


@dataclass(frozen=True, slots=True)
class Variant(Node):
    """`sms: "…"`, `email: subject "…" "…"`, or `email: subject "…" file "letters/hello.html.j2"`.

    Exactly one of `body` and `file` is set; a file's path is relative to the rule file.
    """

    channel: Name
    subject: Text | None = None
    body: Text | None = None
    file: Text | None = None


@dataclass(frozen=True, slots=True)
class MessageDecl(Statement):
    """`message hello "问候" { … }`."""

    name: Name
    title: str | None
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class PolicyLine(Node):
    """One line of a policy."""


@dataclass(frozen=True, slots=True)
class SendOn(PolicyLine):
    """`send on workdays 09:00 to 20:00`."""

    window: Window


@dataclass(frozen=True, slots=True)
class NeverOn(PolicyLine):
    """`never on holidays`."""

    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtMost(PolicyLine):
    """`at most 3 per month [for condition]`; `per` is a calendar period, a rolling duration or `record`."""

    count: int
    per: Period | Duration | Literal["record"]
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class Apart(PolicyLine):
    """`at least 10 days apart`."""

    gap: Duration


@dataclass(frozen=True, slots=True)
class Extra(PolicyLine):
    """`extra 1 on keydays`."""

    count: int


@dataclass(frozen=True, slots=True)
class Silent(PolicyLine):
    """`silent 90 days after optout`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class RequireConsent(PolicyLine):
    """`require consent`."""


@dataclass(frozen=True, slots=True)
class GiveUp(PolicyLine):
    """`give up after 7 days`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Forbid(PolicyLine):
    """`forbid "最后机会", "清仓"`."""

    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class RequireText(PolicyLine):
    """`require "回T退订"`."""

    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class ReviewBy(PolicyLine):
    """`review by manager [when condition]`."""

    role: Role
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class Sample(PolicyLine):
    """`sample 20`."""

    count: int


@dataclass(frozen=True, slots=True)
class Pilot(PolicyLine):
    """`pilot 100 needs 98% delivered`."""

    count: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class StopAt(PolicyLine):
    """`stop at 3% optout`."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class CountWith(PolicyLine):
    """`count with marketing`."""

    policies: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class PolicyDecl(Statement):
    """`policy marketing { … }`."""

    name: Name
    title: str | None
    lines: tuple[PolicyLine, ...]


@dataclass(frozen=True, slots=True)
class HolidaysOf(Node):
    """`holidays CN`."""

    country: Name


@dataclass(frozen=True, slots=True)
class DayRange(Node):
    """`keyday "春节" on 2027-02-06 to 2027-02-12`; also `closed` and `workday`. Last day included."""

    kind: Literal["keyday", "closed", "workday"]
    title: str | None
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CalendarDecl(Statement):
    """`calendar { … }`; several blocks add up."""

    lines: tuple[HolidaysOf | DayRange, ...]


@dataclass(frozen=True, slots=True)
class BenefitLine(Node):
    """`worth 600`, `cost 400`, `minimum 200`, `stock 100`: the word and its number."""

    word: Literal["worth", "cost", "minimum", "stock"]
    amount: Number


@dataclass(frozen=True, slots=True)
class QuotaLine(Node):
    """`quota 20 per month`."""

    count: int
    per: Period | Duration


@dataclass(frozen=True, slots=True)
class ApproveLine(Node):
    """`approve by manager`."""

    role: Role


@dataclass(frozen=True, slots=True)
class ValidLine(Node):
    """`valid 30 days`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class BenefitDecl(Statement):
    """`benefit half_price "老客专属5折券" { … }`."""

    name: Name
    title: str | None
    lines: tuple[BenefitLine | QuotaLine | ApproveLine | ValidLine, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """`# …` at a character offset; `text` begins with `#`."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class File:
    """One parsed file. Statements that could not be parsed are missing here and stand in the diagnostics.

    `lost`: names that what is missing may have declared.
    """

    source: Source = field(compare=False, repr=False)
    statements: tuple[Statement, ...] = ()
    comments: tuple[Comment, ...] = field(default=(), compare=False)
    lost: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
