"""Dates and times: now, shifts, days between, yearly returns, windows around now."""

from typing import Literal

from dsl.model.conditions import (
    Cond,
    DaysSince,
    DaysUntil,
    NextReturn,
    Now,
    Shift,
    Today,
    Type,
)
from dsl.model.conditions import Inside as InsideCond
from dsl.model.type_words import type_words
from dsl.resolve.core import MOMENTS, known_type, mismatch, quote, typed
from dsl.resolve.events import event_inside
from dsl.resolve.meeting import as_moment
from dsl.resolve.scope import Scope
from dsl.tree.expressions import Ago, Ahead, Days, Expr, Inside, Last
from dsl.tree.expressions import NextReturn as NextReturnExpr
from dsl.tree.expressions import Now as NowExpr
from dsl.tree.expressions import Shift as ShiftExpr
from dsl.wording import say


def moment(expr: Expr, scope: Scope) -> Cond:
    """An expression where a date or a time is needed; anything else is a `type-mismatch`."""
    cond = typed(expr, scope, None)
    kind = known_type(cond)
    if kind is None or kind.kind in MOMENTS:
        return cond
    message = say(
        "A date or a time is needed here, but {this} is {type}.", this=quote(expr), type=type_words(kind)
    )
    return mismatch(expr, scope, message)


@typed.register
def _now(expr: NowExpr, _scope: Scope, _like: Type | None) -> Cond:
    return Today(span=expr.span) if expr.day else Now(span=expr.span)


@typed.register
def _ago(expr: Ago, _scope: Scope, _like: Type | None) -> Cond:
    return Shift(Now(span=expr.span), expr.duration, back=True, span=expr.span)


@typed.register
def _ahead(expr: Ahead, _scope: Scope, _like: Type | None) -> Cond:
    return Shift(Now(span=expr.span), expr.duration, back=False, span=expr.span)


@typed.register
def _shift(expr: ShiftExpr, scope: Scope, _like: Type | None) -> Cond:
    operand = as_moment(moment(expr.subject, scope))
    return Shift(operand, expr.duration, back=expr.direction == "before", span=expr.span)


@typed.register
def _days(expr: Days, scope: Scope, _like: Type | None) -> Cond:
    node = DaysSince if expr.direction == "since" else DaysUntil
    return node(moment(expr.subject, scope), span=expr.span)


@typed.register
def _next_return(expr: NextReturnExpr, scope: Scope, _like: Type | None) -> Cond:
    operand = typed(expr.subject, scope, None)
    kind = known_type(operand)
    if kind is not None and kind.kind != "date":
        message = say(
            "`next` needs a date, but {this} is {type}.", this=quote(expr.subject), type=type_words(kind)
        )
        return mismatch(expr.subject, scope, message)
    return NextReturn(operand, span=expr.span)


@typed.register
def _inside(expr: Inside, scope: Scope, _like: Type | None) -> Cond:
    occurs = event_inside(expr, scope)
    if occurs is not None:
        return occurs
    subject = as_moment(moment(expr.subject, scope))
    direction: Literal["last", "next"] = "last" if isinstance(expr.window, Last) else "next"
    return InsideCond(subject, direction, expr.window.duration, span=expr.span)
