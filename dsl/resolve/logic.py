"""Conditions made of conditions, literals, and `choose`."""

from dsl.model.conditions import DATE, FLAG, TEXT, TIME, And, Choose, Cond, Const, Not, Or, Type, type_of
from dsl.model.type_words import type_words
from dsl.resolve.core import Broken, condition, known_type, mismatch, quote, typed
from dsl.resolve.meeting import meet, why_apart
from dsl.resolve.scope import Scope
from dsl.tree.expressions import Arm, Date, Flag, Logic, Text, Time
from dsl.tree.expressions import Choose as ChooseExpr
from dsl.tree.expressions import Not as NotExpr
from dsl.wording import say


@typed.register
def _flag(expr: Flag, _scope: Scope, _like: Type | None) -> Cond:
    return Const(expr.value, FLAG, span=expr.span)


@typed.register
def _text(expr: Text, _scope: Scope, _like: Type | None) -> Cond:
    return Const(expr.value, TEXT, span=expr.span)


@typed.register
def _date(expr: Date, _scope: Scope, _like: Type | None) -> Cond:
    return Const(expr.value, DATE, span=expr.span)


@typed.register
def _time(expr: Time, _scope: Scope, _like: Type | None) -> Cond:
    return Const(expr.value, TIME, span=expr.span)


@typed.register
def _not(expr: NotExpr, scope: Scope, _like: Type | None) -> Cond:
    return Not(condition(expr.operand, scope), span=expr.span)


@typed.register
def _logic(expr: Logic, scope: Scope, _like: Type | None) -> Cond:
    operands = tuple(condition(operand, scope) for operand in expr.operands)
    return And(operands, span=expr.span) if expr.operator == "and" else Or(operands, span=expr.span)


@typed.register
def _choose(expr: ChooseExpr, scope: Scope, like: Type | None) -> Cond:
    tests = [None if arm.condition is None else condition(arm.condition, scope) for arm in expr.arms]
    values = _arm_values(expr.arms, scope, like)
    met = meet(values)
    if met is None:
        return _arms_apart(expr.arms, values, scope)
    arms = tuple((test, value) for test, value in zip(tests, met, strict=True) if test is not None)
    others = [value for test, value in zip(tests, met, strict=True) if test is None]
    kind = _common_type(met)
    if kind is None:
        return Broken(span=expr.span)
    return Choose(arms, others[0] if others else None, kind, span=expr.span)


def _arm_values(arms: tuple[Arm, ...], scope: Scope, like: Type | None) -> list[Cond]:
    values = []
    for arm in arms:
        value = typed(arm.value, scope, like)
        values.append(value)
        like = like or known_type(value)
    return values


def _arms_apart(arms: tuple[Arm, ...], values: list[Cond], scope: Scope) -> Broken:
    """Report the first arm that does not go with those before it, beside one of them that it does not go with.

    A literal number goes with money and with numbers, and so may be the first of arms of both.
    """
    place = next(end for end in range(1, len(values)) if meet(values[: end + 1]) is None)
    arm, value = arms[place], values[place]
    known = [one for one in values[:place] if known_type(one) is not None]
    wanted = type_of(next((one for one in known if meet((one, value)) is None), known[0]))
    message = say(
        "The arms of `choose` need one type: {this} is {type}, an arm before it {first}.",
        this=quote(arm.value),
        type=type_words(type_of(value)),
        first=type_words(wanted),
    )
    return mismatch(arm.value, scope, message, why_apart(wanted, type_of(value), arm.value))


def _common_type(values: tuple[Cond, ...]) -> Type | None:
    types = [kind for kind in map(known_type, values) if kind is not None]
    if len(types) < len(values) or not types:
        return None
    if types[0].kind == "choice":
        words = dict.fromkeys(word for kind in types for word in kind.choices)
        return Type("choice", tuple(words))
    return types[0] if len(set(types)) == 1 else TEXT
