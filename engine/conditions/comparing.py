"""Comparisons as SQL. What was computed is compared to six decimals: 0.1 + 0.2 is 0.3, as everybody reckons.

Knows nothing of where values come from.
"""

from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa

from dsl.model import conditions as c
from engine.conditions.moments import Sql

_NEAR = 5e-7
"""What is closer is equal. Stored numbers have fewer decimals, sums and products of floats are farther from the truth
only where they have more than nine digits before the point."""

Operator = Literal["=", "<", "<=", ">", ">="]


def compared(operator: Operator, left: Sql, right: Sql, nodes: Sequence[c.Cond]) -> Sql:
    """How two values compare. `nodes`: what they come from."""
    if any(_is_computed(node) for node in nodes):
        return _nearly(operator, left, right)
    match operator:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right


def _nearly(operator: Operator, left: Sql, right: Sql) -> Sql:
    match operator:
        case "=":
            return sa.func.abs(left - right) < _NEAR
        case "<":
            return left - right <= -_NEAR
        case "<=":
            return left - right < _NEAR
        case ">":
            return left - right >= _NEAR
        case ">=":
            return left - right > -_NEAR


def _is_computed(node: c.Cond) -> bool:
    """Whether a value may miss by a hair what it is on paper."""
    match node:
        case c.Arithmetic():
            return True
        case c.Aggregate(function=function):
            return function in {"sum", "avg"}
        case c.Named(body=inner) | c.Negative(operand=inner):
            return _is_computed(inner)
        case c.Choose(arms=arms, otherwise=otherwise):
            return any(_is_computed(value) for _, value in arms) or (
                otherwise is not None and _is_computed(otherwise)
            )
    return False
