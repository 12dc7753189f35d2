"""The heart of typing: one dispatch over expression nodes, and what stands where something was wrong.

The functions for single nodes stand in the modules beside this one and register themselves. `like` is
the type that the surroundings would like: it gives a choice's words their meaning. It is a wish, no demand.
"""

from dataclasses import dataclass
from functools import singledispatch

from dsl.model.conditions import FLAG, Cond, Type, type_of
from dsl.model.type_words import type_words
from dsl.resolve.scope import Scope
from dsl.tree.expressions import Expr
from dsl.wording import Hint, Phrase, say

TEXTS = frozenset({"text", "phone", "email"})
MOMENTS = frozenset({"date", "time"})
AMOUNTS = frozenset({"number", "money"})

_QUOTED = 40  # characters of an expression that a message repeats


@dataclass(frozen=True, slots=True)
class Broken(Cond):
    """Stands where a mistake has been reported; it fits everywhere, so that nothing else follows from it."""


@singledispatch
def typed(expr: Expr, scope: Scope, like: Type | None) -> Cond:
    """The typed condition or value of an expression; `Broken` when something about it was reported."""
    raise NotImplementedError(type(expr).__name__)


def known_type(cond: Cond) -> Type | None:
    """The type, or None when a reported mistake hides it."""
    return None if isinstance(cond, Broken) else type_of(cond)


def kind_of(cond: Cond) -> str | None:
    """The kind of type, or None when a reported mistake hides it."""
    kind = known_type(cond)
    return None if kind is None else kind.kind


def condition(expr: Expr, scope: Scope) -> Cond:
    """An expression where a condition is needed; anything else is a `type-mismatch`."""
    cond = typed(expr, scope, FLAG)
    kind = known_type(cond)
    if kind is None or kind == FLAG:
        return cond
    message = say(
        "A condition is needed here, but {this} is {type}.", this=quote(expr), type=type_words(kind)
    )
    return mismatch(expr, scope, message, _make_condition(expr, kind))


def quote(expr: Expr) -> str:
    """An expression as written, in backticks, cut when it is long."""
    text = " ".join(expr.span.text.split())
    if not text:
        return "this"
    return f"`{text}`" if len(text) <= _QUOTED else f"`{text[:_QUOTED]}…`"


def mismatch(expr: Expr, scope: Scope, message: Phrase, hint: Hint = "") -> Broken:
    """Report a `type-mismatch` about an expression."""
    scope.report.error("type-mismatch", expr.span, message, hint)
    return Broken(span=expr.span)


def _make_condition(expr: Expr, kind: Type) -> Phrase:
    this = quote(expr).strip("`")
    if kind.kind in AMOUNTS:
        return say("Compare it with something: `{this} > 0`.", this=this)
    if kind.kind in MOMENTS:
        return say("Ask something of it: `{this} within last 30 days`, `{this} is known`.", this=this)
    if kind.kind == "choice" and kind.choices:
        return say("Compare it with one of its words: `{this} = {word}`.", this=this, word=kind.choices[0])
    return say('Compare it with something, `{this} = "…"`, or ask `{this} is known`.', this=this)
