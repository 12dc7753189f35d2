"""Values given to something of a declared type: `set`, the fields of `emit`, what a scenario gives."""

from dsl.model.conditions import Cond, Const, LocalDay, Type, type_of
from dsl.model.type_words import type_words
from dsl.resolve.core import MOMENTS, TEXTS, Broken, known_type, mismatch, quote, typed
from dsl.resolve.meeting import as_address, as_moment, as_money, why_apart
from dsl.resolve.scope import Scope
from dsl.tree.expressions import Expr
from dsl.wording import say


def assigned(expr: Expr, wanted: Type, name: str, scope: Scope) -> Cond:
    """The typed value of an expression for something called `name`; a wrong type is a `type-mismatch`."""
    cond = typed(expr, scope, wanted)
    fitting = _fitting(cond, wanted)
    if fitting is not None:
        return fitting
    kind = type_of(cond)
    message = say(
        "`{name}` is {wanted}, but {this} is {type}.",
        name=name,
        wanted=type_words(wanted),
        this=quote(expr),
        type=type_words(kind),
    )
    hint = (
        say("Leave the clock time out.")
        if (kind.kind, wanted.kind) == ("time", "date")
        else why_apart(wanted, kind, expr)
    )
    return mismatch(expr, scope, message, hint)


def _fitting(cond: Cond, wanted: Type) -> Cond | None:
    """The value as something of the wanted type, or None."""
    kind = known_type(cond)
    if kind is None or isinstance(cond, Broken):
        return cond
    if wanted.kind == "choice":
        return cond if kind.kind == "choice" and set(kind.choices) <= set(wanted.choices) else None
    if wanted.kind == "money":
        return as_money(cond)
    if wanted.kind in MOMENTS and kind.kind in MOMENTS:
        return as_moment(cond) if wanted.kind == "time" else _as_day(cond)
    if wanted.kind in TEXTS and kind.kind in TEXTS:
        return cond if wanted.kind == "text" else as_address(cond, wanted)
    return cond if kind == wanted else None


def _as_day(cond: Cond) -> Cond | None:
    """`in 90 days` as a date: nobody minds its clock time. One that is written out was meant."""
    if type_of(cond).kind == "date":
        return cond
    return None if isinstance(cond, Const) else LocalDay(cond, span=cond.span)
