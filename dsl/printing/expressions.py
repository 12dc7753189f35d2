"""How expressions are written: operators with one space around, parentheses where they are needed or help.

Parentheses are needed where the tree would be another one without them; they help around `and` within `or`.
"""

import re
from enum import IntEnum
from functools import singledispatch
from itertools import pairwise

from dsl.printing.layout import Doc, Fragment, block, break_between, deeper, doc, enclosed, flat, listed
from dsl.printing.words import AFTER_VALUES, CONSTANTS, decimal, dotted, spelled, string
from dsl.tree.expressions import (
    Aggregate,
    Ago,
    Ahead,
    Arithmetic,
    Arm,
    Between,
    Choose,
    Compare,
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
    Node,
    Not,
    Now,
    Number,
    Occurs,
    Ref,
    Shift,
    Since,
    Tagged,
    Time,
)

_FIRST_WORD = re.compile(r"\w+")


class Level(IntEnum):
    """How tightly an expression binds; what binds less than its place asks for stands in parentheses."""

    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    SIGN = 7
    ATOM = 8


@singledispatch
def level(node: Expr) -> Level:
    """The level of an expression: an atom, when nothing else is said."""
    del node
    return Level.ATOM


@level.register(Compare | In | Missing | Between | Inside | Occurs | Tagged | InJourney | Ended)
def _(node: Expr) -> Level:
    del node
    return Level.COMPARISON


@level.register
def _(node: Negative) -> Level:
    del node
    return Level.SIGN


@level.register
def _(node: Not) -> Level:
    del node
    return Level.NOT


@level.register
def _(node: Logic) -> Level:
    return Level.OR if node.operator == "or" else Level.AND


@level.register
def _(node: Arithmetic) -> Level:
    return Level.SUM if node.operator in "+-" else Level.PRODUCT


def operand(node: Expr, least: Level) -> Doc:
    """An expression where only one that binds at least so tightly may stand without parentheses."""
    return doc(node) if level(node) >= least else enclosed(doc(node))


@doc.register
def _(node: Number) -> Doc:
    return (decimal(node.value) + "%" * node.percent,)


@doc.register
def _(node: Flag) -> Doc:
    return ("true" if node.value else "false",)


@doc.register
def _(node: Date) -> Doc:
    return (node.value.isoformat(),)


@doc.register
def _(node: Time) -> Doc:
    return (node.value.isoformat(" ", "minutes"),)


@doc.register
def _(node: Ref) -> Doc:
    return (dotted(node.parts, CONSTANTS if len(node.parts) == 1 else frozenset()),)


@doc.register
def _(node: Not) -> Doc:
    inner = operand(node.operand, Level.NOT)
    first = _FIRST_WORD.match(flat(inner))
    return ("not ", *(enclosed(inner) if first and first[0] in AFTER_VALUES - {"in"} else inner))


@doc.register
def _(node: Negative) -> Doc:
    return ("-", *operand(node.operand, Level.ATOM))


@doc.register
def _(node: Logic) -> Doc:
    fragments: list[Fragment] = [*operand(node.operands[0], Level.NOT)]
    for left, right in pairwise(node.operands):
        fragments += [break_between(left, right), f"{node.operator} ", *operand(right, Level.NOT)]
    return tuple(fragments)


@doc.register
def _(node: Arithmetic) -> Doc:
    own = level(node)
    closest = Level.ATOM if isinstance(node.right, Negative) else Level(own + 1)
    left, right = operand(node.left, own), operand(node.right, closest)
    return (*left, f" {node.operator} ", *right)


@doc.register
def _(node: Compare) -> Doc:
    return (*operand(node.left, Level.SUM), f" {node.operator} ", *operand(node.right, Level.SUM))


@doc.register
def _(node: In) -> Doc:
    return (*operand(node.subject, Level.SUM), " in ", *enclosed(listed(node.items)))


@doc.register
def _(node: Missing) -> Doc:
    return (*operand(node.subject, Level.SUM), " is known" if node.known else " is missing")


@doc.register
def _(node: Between) -> Doc:
    low, high = operand(node.low, Level.SUM), operand(node.high, Level.SUM)
    return (*operand(node.subject, Level.SUM), " between ", *low, " and ", *high)


@doc.register
def _(node: Last) -> Doc:
    return (f"within last {node.duration}",)


@doc.register
def _(node: Next) -> Doc:
    return (f"within next {node.duration}",)


@doc.register
def _(node: Ever) -> Doc:
    del node
    return ("ever",)


@doc.register
def _(node: Since) -> Doc:
    return (f"since {node.scope}",)


@doc.register
def _(node: Inside) -> Doc:
    return (*operand(node.subject, Level.SUM), " ", *doc(node.window))


@doc.register
def _(node: Events) -> Doc:
    return _events(node, frozenset())


def _events(node: Events, keywords: frozenset[str]) -> Doc:
    names = (node.event,) if node.field is None else (node.event, node.field)
    where: Doc = () if node.where is None else (" where ", *enclosed(doc(node.where)))
    window: Doc = () if node.window is None else (" ", *doc(node.window))
    return (dotted(names, keywords), *where, *window)


@doc.register
def _(node: Occurs) -> Doc:
    if node.negated:
        return ("no ", *_events(node.events, AFTER_VALUES))
    days = {"days"} if node.events.where is None and isinstance(node.events.window, Since) else set()
    return _events(node.events, CONSTANTS | days)


@doc.register
def _(node: Aggregate) -> Doc:
    return (f"{node.function}(", *deeper(doc(node.events)), ")")


@doc.register
def _(node: Days) -> Doc:
    return (f"days {node.direction} ", *operand(node.subject, Level.ATOM))


@doc.register
def _(node: Ago) -> Doc:
    return (f"{node.duration} ago",)


@doc.register
def _(node: Ahead) -> Doc:
    return (f"in {node.duration}",)


@doc.register
def _(node: Shift) -> Doc:
    return (f"{node.duration} {node.direction} ", *operand(node.subject, Level.ATOM))


@doc.register
def _(node: Now) -> Doc:
    return ("today" if node.day else "now",)


@doc.register
def _(node: NextReturn) -> Doc:
    return ("next(", *deeper(doc(node.subject)), ")")


@doc.register
def _(node: Tagged) -> Doc:
    return ("tagged ", string(node.tag))


@doc.register
def _(node: InJourney) -> Doc:
    if node.stage is None:
        return (f"in journey {spelled(node.journey, AFTER_VALUES)}",)
    return (f"in stage {dotted((node.journey, node.stage), AFTER_VALUES)}",)


@doc.register
def _(node: Ended) -> Doc:
    outcome = "" if node.outcome is None else f" as {spelled(node.outcome)}"
    window: Doc = () if node.window is None else (" ", *doc(node.window))
    return (f"ended {spelled(node.journey, AFTER_VALUES)}{outcome}", *window)


@doc.register
def _(node: Arm) -> Doc:
    return (*_condition(node), ": ", *doc(node.value))


def _condition(node: Arm) -> Doc:
    match node.condition:
        case None:
            return ("otherwise",)
        case Ref(parts=(Name(text="otherwise") as name,)):
            return (spelled(name, frozenset({"otherwise"})),)
        case condition:
            return doc(condition)


@doc.register
def _(node: Choose) -> Doc:
    return ("choose", block(node, node.arms))


def clause(word: str, condition: Node | None) -> Doc:
    """` word condition`, or nothing."""
    return () if condition is None else (f" {word} ", *doc(condition))
