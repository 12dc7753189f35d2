"""Tree nodes of `scenario "…" { … }`: what is given, what happens when, what is expected."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dsl.tree.expressions import Expr, Name, Node, Text
from dsl.tree.journeys import Pair
from dsl.tree.statements import Statement
from dsl.units import Duration


@dataclass(frozen=True, slots=True)
class Step(Node):
    """One line of a scenario. `who` is the id after `for`, where several customers are told apart."""


@dataclass(frozen=True, slots=True)
class Given(Step):
    """`given customer {…}`, `given bill {…}`, `given visit at … {…}` (only events have `at`)."""

    kind: Name
    at: datetime | None
    values: tuple[Pair, ...]
    who: Text | None = None


@dataclass(frozen=True, slots=True)
class From(Step):
    """`from 2024-01-02 09:00`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Act(Node):
    """What happens in a step."""


@dataclass(frozen=True, slots=True)
class Happens(Act):
    """`event visit { amount: 800 }`."""

    event: Name
    values: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Change(Act):
    """`set tier = vip`, `set bill.paid = true`."""

    parts: tuple[Name, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class Reply(Act):
    """`reply "T"`."""

    text: Text


@dataclass(frozen=True, slots=True)
class Finish(Act):
    """`finish phone as interested { reason: convenience }`."""

    task: Name
    outcome: Name
    values: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Approve(Act):
    """`approve half_price`; `refuse half_price` has `refuse` set."""

    what: Name
    refuse: bool = False


@dataclass(frozen=True, slots=True)
class Fail(Act):
    """`fail sms`."""

    channel: Name


@dataclass(frozen=True, slots=True)
class Receipt(Act):
    """`receipt hello as delivered`, `receipt hello as failed`."""

    message: Name
    says: Literal["delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Consent(Act):
    """`consent to marketing via sms`; `withdraw consent …` has `withdrawn` set. None: every policy, every channel."""

    policy: Name | None
    channel: Name | None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Expectation(Node):
    """What `expect` asks."""


@dataclass(frozen=True, slots=True)
class ExpectSent(Expectation):
    """`sent hello via sms containing "…"`; `not sent` has `negated` set."""

    message: Name
    via: Name | None = None
    containing: Text | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ExpectState(Expectation):
    """`state offer`, `state care.thanks`, `state win_back.care.thanks`."""

    parts: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class ExpectEnded(Expectation):
    """`ended won`."""

    outcome: Name


@dataclass(frozen=True, slots=True)
class ExpectTask(Expectation):
    """`task phone`."""

    task: Name


@dataclass(frozen=True, slots=True)
class ExpectWaiting(Expectation):
    """`waiting hello because "…"`; the reason is a piece of the holding rule's text."""

    message: Name
    because: Text | None = None


@dataclass(frozen=True, slots=True)
class ExpectGranted(Expectation):
    """`granted half_price`."""

    benefit: Name


@dataclass(frozen=True, slots=True)
class ExpectNothing(Expectation):
    """`nothing`."""


@dataclass(frozen=True, slots=True)
class ExpectAtMost(Expectation):
    """`at most 3 sent per 30 days`."""

    count: int
    per: Duration


@dataclass(frozen=True, slots=True)
class ExpectFact(Expectation):
    """`points = 30`, `bill.paid = true`, `tier is missing`, `tagged "…"`."""

    fact: Expr


@dataclass(frozen=True, slots=True)
class At(Step):
    """`at 2024-01-07 09:30 event visit {…}` or `at … expect …`."""

    at: datetime
    does: Act | Expectation
    who: Text | None = None


@dataclass(frozen=True, slots=True)
class Until(Step):
    """`until 2024-03-01 expect …`."""

    at: datetime
    expects: Expectation
    who: Text | None = None


@dataclass(frozen=True, slots=True)
class ScenarioDecl(Statement):
    """`scenario "回店后不再打扰" { … }`."""

    title: Text
    steps: tuple[Step, ...]
