"""Comparisons: `=`, `<`, `before`, `contains`, `in`, `between`, `is missing`."""

from collections.abc import Mapping
from typing import Literal

from dsl.model.conditions import (
    And,
    Between,
    Compare,
    Cond,
    Contains,
    Missing,
    Not,
    OneOf,
    Shift,
    StartsWith,
    Type,
    type_of,
)
from dsl.model.type_words import type_words
from dsl.resolve.core import AMOUNTS, MOMENTS, TEXTS, Broken, kind_of, known_type, mismatch, quote, typed
from dsl.resolve.meeting import meet, why_apart
from dsl.resolve.references import peek
from dsl.resolve.scope import Scope
from dsl.tree.expressions import Between as BetweenExpr
from dsl.tree.expressions import Choose, Expr, In, Ref
from dsl.tree.expressions import Compare as CompareExpr
from dsl.tree.expressions import Missing as MissingExpr
from dsl.units import Duration
from dsl.wording import Phrase, say

_DAY = Duration(1, "day")


@typed.register
def _compare(expr: CompareExpr, scope: Scope, _like: Type | None) -> Cond:
    left, right = _sides(expr.left, expr.right, scope)
    if expr.operator in {"=", "!="}:
        return _equal(expr, left, right, scope)
    if expr.operator in {"contains", "starts with"}:
        return _textual(expr, left, right, scope)
    return _ordered(expr, left, right, scope)


@typed.register
def _in(expr: In, scope: Scope, _like: Type | None) -> Cond:
    subject = typed(expr.subject, scope, None)
    items = []
    for item_expr in expr.items:
        item = _beside(item_expr, subject, scope)
        met = meet((subject, item), days_begin=False)
        if met is None:
            _incomparable((expr.subject, item_expr), (subject, item), scope)
        else:
            items.append(met[1])
    if len(items) < len(expr.items):
        return Broken(span=expr.span)
    return OneOf(subject, tuple(items), span=expr.span)


@typed.register
def _missing(expr: MissingExpr, scope: Scope, _like: Type | None) -> Cond:
    missing = Missing(typed(expr.subject, scope, None), span=expr.span)
    return Not(missing, span=expr.span) if expr.known else missing


@typed.register
def _between(expr: BetweenExpr, scope: Scope, _like: Type | None) -> Cond:
    """Both ends included: beside times, a date as the upper end means that whole day."""
    exprs = (expr.subject, expr.low, expr.high)
    subject = typed(expr.subject, scope, None)
    conds = (subject, *(typed(end, scope, known_type(subject)) for end in exprs[1:]))
    met = meet(conds)
    if met is None or not {kind for kind in map(kind_of, met) if kind} <= MOMENTS | AMOUNTS:
        return _no_range(exprs, conds, scope)
    if kind_of(subject) == "time" and kind_of(conds[2]) == "date":
        after = Shift(met[2], _DAY, back=False, span=expr.high.span)
        ends = (Compare(">=", met[0], met[1], span=expr.span), Compare("<", met[0], after, span=expr.span))
        return And(ends, span=expr.span)
    return Between(*met, span=expr.span)


def _sides(left: Expr, right: Expr, scope: Scope) -> tuple[Cond, Cond]:
    """Both sides typed; the one that may be a choice's word after the one that says which choice."""
    known = peek(left, scope)
    if not _may_be_word(left) or (known is not None and known.kind == "choice"):
        first = typed(left, scope, None)
        return first, _beside(right, first, scope)
    if _unclear(left, scope) and _unclear(right, scope):
        return typed(left, scope, None), typed(right, scope, None)
    second = typed(right, scope, known)
    return _beside(left, second, scope), second


def _may_be_word(expr: Expr) -> bool:
    return isinstance(expr, Choose) or (isinstance(expr, Ref) and len(expr.parts) == 1)


def _beside(expr: Expr, other: Cond, scope: Scope) -> Cond:
    """The other side; an unknown name beside something broken may well be a word of it, and is let pass."""
    if isinstance(other, Broken) and _unclear(expr, scope):
        return Broken(span=expr.span)
    return typed(expr, scope, known_type(other))


def _unclear(expr: Expr, scope: Scope) -> bool:
    """Whether an expression is a bare name that stands for no value by itself."""
    return isinstance(expr, Ref) and len(expr.parts) == 1 and not scope.knows(expr.parts[0].text)


def _equal(expr: CompareExpr, left: Cond, right: Cond, scope: Scope) -> Cond:
    met = meet((left, right), days_begin=False)
    if met is None:
        return _incomparable((expr.left, expr.right), (left, right), scope)
    same = Compare("=", *met, span=expr.span)
    return Not(same, span=expr.span) if expr.operator == "!=" else same


def _textual(expr: CompareExpr, left: Cond, right: Cond, scope: Scope) -> Cond:
    for side, cond in ((expr.left, left), (expr.right, right)):
        kind = known_type(cond)
        if kind is not None and kind.kind not in TEXTS:
            message = say(
                "`{operator}` looks into text, but {this} is {type}.",
                operator=expr.operator,
                this=quote(side),
                type=type_words(kind),
            )
            return mismatch(side, scope, message)
    node = Contains if expr.operator == "contains" else StartsWith
    return node(left, right, span=expr.span)


_ORDER: Mapping[str, Literal["<", "<=", ">", ">="]] = {
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "before": "<",
    "after": ">",
}


def _ordered(expr: CompareExpr, left: Cond, right: Cond, scope: Scope) -> Cond:
    kinds = {kind_of(left), kind_of(right)}
    if None in kinds:
        return Broken(span=expr.span)
    temporal = expr.operator in {"before", "after"}
    if kinds <= (MOMENTS if temporal else AMOUNTS):
        met = meet((left, right))
        if met is not None:
            return Compare(_ORDER[expr.operator], *met, span=expr.span)
    if kinds <= (AMOUNTS if temporal else MOMENTS):
        return mismatch(expr, scope, _both_types(expr, left, right), _other_words(expr.operator))
    hint = None if kinds == AMOUNTS else _only_for(temporal=temporal)
    return _incomparable((expr.left, expr.right), (left, right), scope, hint)


def _both_types(expr: CompareExpr, left: Cond, right: Cond) -> Phrase:
    return say(
        "`{operator}` does not compare {left} with {right}.",
        operator=expr.operator,
        left=type_words(type_of(left)),
        right=type_words(type_of(right)),
    )


def _other_words(operator: str) -> Phrase:
    """The hint for `<` between times, or `before` between numbers."""
    if operator in {"before", "after"}:
        return say("Numbers and amounts are compared with `{sign}`.", sign=_ORDER[operator])
    return say('Write `before` or `after`: "less than 90 days ago" reads both ways.')


def _only_for(*, temporal: bool) -> Phrase:
    if temporal:
        return say("`before` and `after` are for dates and times.")
    return say("`<`, `<=`, `>` and `>=` are for numbers and amounts of money.")


def _incomparable(
    exprs: tuple[Expr, Expr], conds: tuple[Cond, Cond], scope: Scope, hint: Phrase | None = None
) -> Broken:
    """Report two sides whose types do not meet."""
    types = (type_of(conds[0]), type_of(conds[1]))
    message = say(
        "{left} is {left_type} and {right} is {right_type}; they cannot be compared.",
        left=quote(exprs[0]),
        left_type=type_words(types[0]),
        right=quote(exprs[1]),
        right_type=type_words(types[1]),
    )
    reason = why_apart(types[0], types[1], exprs[1]) or why_apart(types[1], types[0], exprs[0])
    return mismatch(exprs[1], scope, message, reason or hint or "")


def _no_range(exprs: tuple[Expr, ...], conds: tuple[Cond, ...], scope: Scope) -> Broken:
    """Report a `between` whose three parts have no order in common."""
    subject = conds[0]
    for expr, cond in zip(exprs, conds, strict=True):
        kind = known_type(cond)
        if kind is None or (kind.kind in MOMENTS | AMOUNTS and meet((subject, cond)) is not None):
            continue
        if expr is exprs[0] or known_type(subject) is None:
            message = say(
                "`between` is for dates, times, numbers and amounts of money, but {this} is {type}.",
                this=quote(expr),
                type=type_words(kind),
            )
            return mismatch(expr, scope, message)
        return _incomparable((exprs[0], expr), (subject, cond), scope)
    return _incomparable((exprs[1], exprs[2]), (conds[1], conds[2]), scope)
