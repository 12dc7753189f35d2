"""Numbers, money and arithmetic."""

from dsl.model.conditions import MONEY, NUMBER, Arithmetic, Cond, Const, Negative, Type, type_of
from dsl.model.type_words import type_words
from dsl.resolve.core import AMOUNTS, MOMENTS, Broken, kind_of, known_type, mismatch, quote, typed
from dsl.resolve.meeting import as_money, meet
from dsl.resolve.scope import Scope
from dsl.tree.expressions import Arithmetic as ArithmeticExpr
from dsl.tree.expressions import Expr, Number
from dsl.tree.expressions import Negative as NegativeExpr
from dsl.wording import Phrase, say


@typed.register
def _number(expr: Number, _scope: Scope, _like: Type | None) -> Cond:
    number = float(expr.value / 100 if expr.percent else expr.value)
    return Const(number, NUMBER, span=expr.span)


@typed.register
def _negative(expr: NegativeExpr, scope: Scope, _like: Type | None) -> Cond:
    operand = typed(expr.operand, scope, None)
    if not _is_amount(operand, expr.operand, scope):
        return Broken(span=expr.span)
    return Negative(operand, type_of(operand), span=expr.span)


@typed.register
def _arithmetic(expr: ArithmeticExpr, scope: Scope, _like: Type | None) -> Cond:
    left, right = typed(expr.left, scope, None), typed(expr.right, scope, None)
    amounts = [_is_amount(left, expr.left, scope), _is_amount(right, expr.right, scope)]
    if not all(amounts):
        return Broken(span=expr.span)
    if expr.operator in {"+", "-"}:
        return _sum(expr, left, right, scope)
    return _product(expr, left, right, scope)


def _is_amount(cond: Cond, expr: Expr, scope: Scope) -> bool:
    """Whether arithmetic can be done with a value; else the mistake is reported, now or before."""
    kind = known_type(cond)
    if kind is not None and kind.kind not in AMOUNTS:
        message = say(
            "Arithmetic needs a number or an amount of money, but {this} is {type}.",
            this=quote(expr),
            type=type_words(kind),
        )
        mismatch(expr, scope, message, _other_arithmetic(kind))
    return kind is not None and kind.kind in AMOUNTS


def _other_arithmetic(kind: Type) -> Phrase:
    if kind.kind in MOMENTS:
        return say("Write `3 days after …`, `3 days before …`, `days since …` or `days until …`.")
    return say("")


def _sum(expr: ArithmeticExpr, left: Cond, right: Cond, scope: Scope) -> Cond:
    met = meet((left, right))
    if met is None:
        return _apart(expr, left, right, scope)
    return Arithmetic(expr.operator, met[0], met[1], type_of(met[0]), span=expr.span)


def _product(expr: ArithmeticExpr, left: Cond, right: Cond, scope: Scope) -> Cond:
    kinds = (kind_of(left), kind_of(right))
    if kinds == ("number", "money") and expr.operator == "/":
        amount = as_money(left)
        if amount is None:
            return _apart(expr, left, right, scope)
        left, kinds = amount, ("money", "money")
    if kinds == ("money", "money") and expr.operator == "*":
        return _apart(expr, left, right, scope)
    money = "money" in kinds and kinds != ("money", "money")
    return Arithmetic(expr.operator, left, right, MONEY if money else NUMBER, span=expr.span)


_VERBS = {"+": say("added"), "-": say("subtracted"), "*": say("multiplied"), "/": say("divided")}


def _apart(expr: ArithmeticExpr, left: Cond, right: Cond, scope: Scope) -> Broken:
    message = say(
        "{left} is {left_type} and {right} is {right_type}; they cannot be {verb}.",
        left=quote(expr.left),
        left_type=type_words(type_of(left)),
        right=quote(expr.right),
        right_type=type_words(type_of(right)),
        verb=_VERBS[expr.operator],
    )
    return mismatch(
        expr,
        scope,
        message,
        say("Amounts of money can be added to each other, and multiplied or divided by a number."),
    )
