"""Hypothesis strategies for conditions whose answer time alone can change, in all the forms that the language has.

They are what the change set is about: who is looked at although nothing has happened to them.
"""

from hypothesis import strategies as st

from dsl.tree.expressions import (
    Ago,
    Ahead,
    Arithmetic,
    Arm,
    Choose,
    Compare,
    Days,
    Events,
    Expr,
    Inside,
    Last,
    Logic,
    Name,
    Negative,
    Next,
    NextReturn,
    Not,
    Now,
    Occurs,
    Shift,
)
from tests.strategies_conditions import Draw, Scope, chance, duration, flag, inside, moment, pick, small


def about_time(draw: Draw, scope: Scope) -> Expr:
    """A condition whose answer time alone can change."""
    turning = pick(draw, (_windowed, _moving, _moving, inside, _yearly, _yearly, _days))(draw, scope)
    if not chance(draw, 3):
        return turning
    return Logic(pick(draw, ("and", "or")), (turning, Not(pick(draw, (flag, _moving, _yearly))(draw, scope))))


def _windowed(draw: Draw, scope: Scope) -> Expr:
    event = pick(draw, tuple(scope.events))
    return Occurs(Events(Name(event), None, None, Last(duration(draw))), draw(st.booleans()))


def _moving(draw: Draw, scope: Scope) -> Expr:
    """Something that is the same for everybody against a moment."""
    bound = pick(
        draw,
        (
            Now(),
            Now(day=True),
            Ago(duration(draw)),
            Ahead(duration(draw)),
            Shift(duration(draw), "before", Now(day=True)),
        ),
    )
    sides = [bound, moment(draw, scope)]
    if draw(st.booleans()):
        sides.reverse()
    return Compare(pick(draw, ("before", "after")), *sides)


def _yearly(draw: Draw, scope: Scope) -> Expr:
    """About a birthday and the like."""
    back = NextReturn(pick(draw, scope.of_kind("date")))
    match pick(draw, ("within", "days", "near", "is", "other")):
        case "within":
            return Inside(back, Next(duration(draw)))
        case "days":
            return Compare(pick(draw, ("<", "<=", "=")), Days("until", back), small(draw))
        case "near":
            edge = pick(draw, (Ahead(duration(draw)), Shift(duration(draw), "after", Now(day=True))))
            return Compare("before", Shift(duration(draw), pick(draw, ("before", "after")), back), edge)
        case "is":
            return Compare("=", back, Now(day=True))
    return Compare(pick(draw, ("before", "after")), back, moment(draw, scope))


def _days(draw: Draw, scope: Scope) -> Expr:
    days: Expr = Days(pick(draw, ("since", "until")), moment(draw, scope))
    limit: Expr = small(draw)
    if chance(draw, 3):
        limit = Choose((Arm(flag(draw, scope), limit), Arm(None, Negative(small(draw)))))
    if chance(draw, 4):
        days = Arithmetic(pick(draw, "+*"), days, small(draw))
    return Compare(pick(draw, ("<", "<=", ">", ">=", "=", "!=")), days, limit)
