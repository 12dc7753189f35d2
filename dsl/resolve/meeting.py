"""How values of two types meet: numbers as money, dates as the moments they begin. Reports nothing itself."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from dsl.model.conditions import (
    EMAIL,
    MONEY,
    NUMBER,
    PHONE,
    Arithmetic,
    Choose,
    Cond,
    Const,
    Midnight,
    Named,
    Negative,
    Type,
)
from dsl.resolve.core import AMOUNTS, MOMENTS, TEXTS, kind_of, known_type
from dsl.tree.expressions import Expr, Number, Text
from dsl.wording import Phrase, say

_MINOR = 100  # minor units of one unit of money


def meet(conds: Sequence[Cond], *, days_begin: bool = True) -> tuple[Cond, ...] | None:
    """The same values with one type, or None when they have none in common.

    `days_begin`: dates beside times become the moments they begin; else a date and a time do not meet.
    """
    kinds = {kind for kind in map(kind_of, conds) if kind is not None}
    if kinds == {"choice"}:
        return tuple(conds) if _share_words(conds) else None
    if kinds in ({"text", "phone"}, {"text", "email"}):
        return tuple(as_address(cond, PHONE if "phone" in kinds else EMAIL) for cond in conds)
    if len(kinds) <= 1 or kinds <= TEXTS:
        return tuple(conds)
    if kinds == MOMENTS and days_begin:
        return tuple(as_moment(cond) for cond in conds)
    if kinds == AMOUNTS:
        amounts = [as_money(cond) for cond in conds]
        return None if None in amounts else tuple(amount for amount in amounts if amount is not None)
    return None


def as_moment(cond: Cond) -> Cond:
    """A date as the moment it begins; times stay."""
    return Midnight(cond, span=cond.span) if kind_of(cond) == "date" else cond


def as_address(cond: Cond, wanted: Type) -> Cond:
    """A text written out, as the phone number or address that may be written in other ways too; others stay."""
    match cond:
        case Const(value=str(text)):
            return Const(text, wanted, span=cond.span)
        case Named(body=Const() as inner):
            return replace(cond, body=as_address(inner, wanted), type=wanted)
    return cond


def as_money(cond: Cond) -> Cond | None:
    """A literal number, or something built of literals alone, as money; None when it cannot be that."""
    match cond:
        case _ if kind_of(cond) in {"money", None}:
            return cond
        case Const(value=float(number)):
            return None if _is_percent(cond) else _money(cond, number)
        case Negative(operand=inner) | Named(body=inner):
            return _around(cond, as_money(inner))
        case Arithmetic():
            return _sum_as_money(cond)
        case Choose():
            return _choice_as_money(cond)
    return None


def minor_units(amount: Decimal) -> int | None:
    """An amount of money in minor units; None when it has more than two decimals."""
    units = amount * _MINOR
    return int(units) if units == units.to_integral_value() else None


def too_fine(expr: Expr) -> bool:
    """Whether a literal has more decimals than money has."""
    return isinstance(expr, Number) and minor_units(expr.value) is None


def _around(cond: Negative | Named, amount: Cond | None) -> Cond | None:
    if amount is None:
        return None
    if isinstance(cond, Named):
        return replace(cond, body=amount, type=MONEY)
    return replace(cond, operand=amount, type=MONEY)


def _is_percent(cond: Cond) -> bool:
    return cond.span.text.endswith(("%", "％"))


def _money(cond: Const, number: float) -> Const | None:
    units = minor_units(Decimal(repr(number)))
    return None if units is None else Const(units, MONEY, span=cond.span)


def _sum_as_money(cond: Arithmetic) -> Cond | None:
    if not _literal(cond.left) or not _literal(cond.right):
        return None
    left = as_money(cond.left)
    right = cond.right if cond.operator in {"*", "/"} else as_money(cond.right)
    if left is None or right is None:
        return None
    return replace(cond, left=left, right=right, type=MONEY)


def _literal(cond: Cond) -> bool:
    match cond:
        case Const():
            return known_type(cond) == NUMBER
        case Negative(operand=operand):
            return _literal(operand)
        case Named(body=body):
            return _literal(body)
        case Arithmetic(left=left, right=right):
            return _literal(left) and _literal(right)
    return False


def _choice_as_money(cond: Choose) -> Cond | None:
    values = [value for _, value in cond.arms]
    if cond.otherwise is not None:
        values.append(cond.otherwise)
    amounts = [amount for amount in map(as_money, values) if amount is not None]
    if len(amounts) != len(values):
        return None
    arms = tuple((test, amount) for (test, _), amount in zip(cond.arms, amounts, strict=False))
    otherwise = None if cond.otherwise is None else amounts[-1]
    return replace(cond, arms=arms, otherwise=otherwise, type=MONEY)


def _share_words(conds: Sequence[Cond]) -> bool:
    types = [kind for kind in map(known_type, conds) if kind is not None]
    return all(set(types[0].choices) & set(other.choices) for other in types[1:])


def why_apart(first: Type, second: Type, second_expr: Expr) -> Phrase:
    """What to do about two types that do not meet; empty when there is nothing special to say."""
    kinds = {first.kind, second.kind}
    if kinds == AMOUNTS:
        if too_fine(second_expr):
            return say("An amount of money has at most two decimals.")
        return say("A number written out counts as money beside money: `5000`, `99.50`.")
    if kinds == MOMENTS:
        return say(
            "A time equals a date only at its midnight: use `between`, `before`, `after` or `days since`."
        )
    if isinstance(second_expr, Number) and first.kind in TEXTS and not second_expr.percent:
        return say('A text stands between quotes: `"{text}"`.', text=second_expr.span.text)
    if isinstance(second_expr, Text):
        return _without_quotes(first, second_expr.value)
    return say("")


def _without_quotes(wanted: Type, text: str) -> Phrase:
    if wanted.kind == "choice" and text in wanted.choices:
        return say("Write the word without quotes: `{word}`.", word=text)
    if wanted.kind in AMOUNTS:
        return say("Write numbers without quotes.")
    if wanted.kind in MOMENTS:
        return say("Write dates and times without quotes: `2026-10-01`, `2026-10-01 09:30`.")
    if wanted.kind == "flag":
        return say("Write `true` or `false`, without quotes.")
    return say("")
