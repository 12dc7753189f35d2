"""Builders of expression nodes, one for each rule of the grammar that makes one. Knows no statements."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, cast

from dsl.source import Span
from dsl.syntax.flaws import Flawed, flawed
from dsl.syntax.grammar import Builder, node
from dsl.syntax.tokens import Token
from dsl.tree.expressions import (
    Aggregate,
    Ago,
    Ahead,
    Arithmetic,
    Arm,
    Between,
    Choose,
    Compare,
    Comparison,
    Date,
    Days,
    Ended,
    Events,
    Ever,
    Expr,
    Flag,
    In,
    InJourney,
    Inside,
    Last,
    Logic,
    Missing,
    Name,
    Negative,
    Next,
    NextReturn,
    Not,
    Now,
    Number,
    Occurs,
    Ref,
    Shift,
    Since,
    Tagged,
    Time,
    Within,
)
from dsl.units import Duration, Unit
from dsl.wording import say

_LONGEST: Mapping[Unit, int] = {
    "minute": 525_600_000,
    "hour": 8_760_000,
    "day": 365_000,
    "week": 52_000,
    "month": 12_000,
    "year": 1_000,
}
"""A thousand years in each unit: what calendars can still be moved by."""


def _logic(operator: Literal["and", "or"]) -> Builder:
    def build(span: Span, *operands: Expr) -> Logic:
        flat: list[Expr] = []
        for operand in operands:
            same = isinstance(operand, Logic) and operand.operator == operator
            flat.extend(operand.operands if isinstance(operand, Logic) and same else (operand,))
        return Logic(operator, tuple(flat), span=span)

    return build


def _compare(span: Span, left: Expr, operator: Token, right: Expr) -> Compare:
    return Compare(cast("Comparison", operator.value), left, right, span=span)


def _starts_with(span: Span, left: Expr, right: Expr) -> Compare:
    return Compare("starts with", left, right, span=span)


def _is_in(span: Span, subject: Expr, *items: Expr) -> In:
    return In(subject, items, span=span)


def _occurs(span: Span, event: Name, window: Within) -> Occurs:
    return _occurs_where(span, event, None, window)


def _occurs_where(span: Span, event: Name, where: Expr | None, window: Within) -> Occurs:
    return Occurs(Events(event, where=where, window=window, span=span), span=span)


def _occurs_not(span: Span, event: Name, where: Expr | None, window: Within) -> Occurs:
    events = Events(event, where=where, window=window, span=event.span.to(span))
    return Occurs(events, negated=True, span=span)


def _ended(span: Span, journey: Name, outcome: Name | None, duration: Duration | None) -> Ended:
    window = None if duration is None else Last(duration, span=span)
    return Ended(journey, outcome, window, span=span)


def _since(span: Span, scope: Token) -> Since:
    return Since(cast("Literal['entry', 'stage', 'state']", scope.value), span=span)


def _arithmetic(span: Span, left: Expr, operator: Token, right: Expr) -> Arithmetic:
    return Arithmetic(cast("Literal['+', '-', '*', '/']", operator.value), left, right, span=span)


def _negative(span: Span, _minus: Token, operand: Expr) -> Negative:
    return Negative(operand, span=span)


def _number(span: Span, token: Token) -> Number:
    return Number(Decimal(cast("int | Decimal", token.value)), span=span)


def _percent(span: Span, token: Token) -> Number:
    return Number(cast("Decimal", token.value), percent=True, span=span)


def _date(span: Span, token: Token) -> Date:
    return Date(cast("date", token.value), span=span)


def _time(span: Span, token: Token) -> Time:
    return Time(cast("datetime", token.value), span=span)


def _flag(span: Span, token: Token) -> Flag:
    return Flag(token.value == "true", span=span)


def _reference(span: Span, *parts: Name) -> Ref:
    return Ref(parts, span=span)


def _aggregate(span: Span, function: Token, events: Events) -> Aggregate:
    name = cast("Literal['count', 'sum', 'avg', 'min', 'max', 'last', 'first']", function.value)
    return Aggregate(name, events, span=span)


def _days_between(span: Span, direction: Token, subject: Expr) -> Days:
    return Days(cast("Literal['since', 'until']", direction.value), subject, span=span)


def _shift(span: Span, duration: Duration, direction: Token, subject: Expr) -> Shift:
    return Shift(duration, cast("Literal['before', 'after']", direction.value), subject, span=span)


def _choose(span: Span, *arms: Arm) -> Choose | Flawed:
    choose = Choose(arms, span=span)
    if span.text.removesuffix("}").rstrip().endswith("{"):
        hint = say("Write `condition: value` lines in it.")
        return flawed(choose, span, say("There is nothing to choose from here."), hint)
    return choose


def _otherwise_arm(span: Span, value: Expr) -> Arm:
    return Arm(None, value, span=span)


def _duration(span: Span, amount: Token, unit: Token) -> Duration | Flawed:
    number = cast("int", amount.value)
    name = cast("Unit", str(unit.value).removesuffix("s"))
    if number > _LONGEST[name]:
        return flawed(Duration(_LONGEST[name], name), span, say("This is more than a thousand years."))
    return Duration(number, name)


EXPRESSIONS: Mapping[str, Builder] = {
    "all_of": _logic("and"),
    "any_of": _logic("or"),
    "not_": node(Not),
    "compare": _compare,
    "starts_with": _starts_with,
    "is_in": _is_in,
    "missing": node(Missing),
    "known": node(Missing, known=True),
    "between": node(Between),
    "inside": node(Inside),
    "occurs": _occurs,
    "occurs_where": _occurs_where,
    "occurs_not": _occurs_not,
    "tagged": node(Tagged),
    "in_journey": node(InJourney),
    "ended": _ended,
    "last_window": node(Last),
    "next_window": node(Next),
    "ever": node(Ever),
    "since": _since,
    "arithmetic": _arithmetic,
    "negative": _negative,
    "number": _number,
    "percent": _percent,
    "date": _date,
    "time": _time,
    "flag": _flag,
    "reference": _reference,
    "events": node(Events),
    "aggregate": _aggregate,
    "next_return": node(NextReturn),
    "days_between": _days_between,
    "ago": node(Ago),
    "ahead": node(Ahead),
    "shift": _shift,
    "now": node(Now),
    "today": node(Now, day=True),
    "choose": _choose,
    "arm": node(Arm),
    "otherwise_arm": _otherwise_arm,
    "duration": _duration,
}
"""By rule name or alias of `grammar.lark`. A duration is a bare value, without a span."""
