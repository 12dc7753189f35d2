"""Builders of scenarios: steps, what happens in them, what they expect; one for each rule of the grammar."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Literal, cast

from dsl.source import Span
from dsl.syntax.build_statements import whole
from dsl.syntax.grammar import Builder, node
from dsl.syntax.tokens import Token
from dsl.tree.expressions import Expr, Name, Text
from dsl.tree.journeys import Pair
from dsl.tree.scenarios import (
    Approve,
    At,
    Change,
    Consent,
    ExpectAtMost,
    ExpectEnded,
    ExpectFact,
    ExpectGranted,
    ExpectNothing,
    ExpectSent,
    ExpectState,
    ExpectTask,
    ExpectWaiting,
    Fail,
    Finish,
    From,
    Given,
    Happens,
    Receipt,
    Reply,
    ScenarioDecl,
    Step,
    Until,
)
from dsl.units import Duration


def _scenario(span: Span, title: Text, *steps: Step) -> ScenarioDecl:
    return ScenarioDecl(title, steps, span=span)


def _moment(_span: Span, token: Token) -> datetime:
    """A date alone is its midnight."""
    value = cast("date", token.value)
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def _given(span: Span, kind: Name, at: datetime | None, *rest: Pair | Text | None) -> Given:
    *pairs, who = rest
    return Given(kind, at, cast("tuple[Pair, ...]", tuple(pairs)), cast("Text | None", who), span=span)


def _happens(span: Span, event: Name, *values: Pair) -> Happens:
    return Happens(event, values, span=span)


def _change(span: Span, first: Name, second: Name | None, value: Expr) -> Change:
    return Change((first,) if second is None else (first, second), value, span=span)


def _finish(span: Span, task: Name, outcome: Name, *values: Pair) -> Finish:
    return Finish(task, outcome, values, span=span)


def _receipt(span: Span, message: Name, says: Token) -> Receipt:
    return Receipt(message, cast("Literal['delivered', 'failed']", says.value), span=span)


def _expect_state(span: Span, *parts: Name) -> ExpectState:
    return ExpectState(parts, span=span)


def _expect_at_most(span: Span, count: Token, per: Duration) -> ExpectAtMost:
    return ExpectAtMost(whole(count), per, span=span)


SCENARIOS: Mapping[str, Builder] = {
    "scenario": _scenario,
    "moment": _moment,
    "given": _given,
    "from_step": node(From),
    "at_step": node(At),
    "until_step": node(Until),
    "happens": _happens,
    "change": _change,
    "reply": node(Reply),
    "finish": _finish,
    "approve": node(Approve),
    "refuse": node(Approve, refuse=True),
    "fail": node(Fail),
    "receipt": _receipt,
    "consent": node(Consent),
    "withdraw": node(Consent, withdrawn=True),
    "expect_sent": node(ExpectSent),
    "expect_not_sent": node(ExpectSent, negated=True),
    "expect_state": _expect_state,
    "expect_ended": node(ExpectEnded),
    "expect_task": node(ExpectTask),
    "expect_waiting": node(ExpectWaiting),
    "expect_granted": node(ExpectGranted),
    "expect_nothing": node(ExpectNothing),
    "expect_at_most": _expect_at_most,
    "expect_fact": node(ExpectFact),
}
"""By rule name or alias of `grammar.lark`. A moment is a bare `datetime`, without a span."""
