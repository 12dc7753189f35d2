"""Expressions of the tree to typed conditions of the model: names resolved, types checked."""

from dsl.resolve import arithmetic, comparisons, elsewhere, events, logic, moments, references
from dsl.resolve.assignment import assigned
from dsl.resolve.core import AMOUNTS, Broken, condition, known_type, mismatch, quote, typed
from dsl.resolve.definitions import Definitions
from dsl.resolve.meeting import as_moment, minor_units
from dsl.resolve.moments import moment
from dsl.resolve.scope import Scope

REGISTERED = (arithmetic, comparisons, elsewhere, events, logic, moments, references)
"""The modules whose import teaches `typed` its nodes."""

__all__ = [
    "AMOUNTS",
    "Broken",
    "Definitions",
    "Scope",
    "as_moment",
    "assigned",
    "condition",
    "known_type",
    "minor_units",
    "mismatch",
    "moment",
    "quote",
    "typed",
]
