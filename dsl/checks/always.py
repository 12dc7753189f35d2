"""Conditions that every customer meets: the sides of an `or` that leave nobody out."""

from collections.abc import Iterator

from dsl.checks.clashes import quoted
from dsl.checks.conditions import children, wanted
from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.conditions import (
    Attribute,
    Compare,
    Cond,
    EventField,
    Missing,
    Named,
    Not,
    Occurs,
    Or,
    RecordField,
)
from dsl.reasoning import contradictory
from dsl.resolve.core import Broken
from dsl.wording import say

_Field = Attribute | RecordField | EventField


def check_always(subject: Subject) -> Iterator[Diagnostic]:
    """`always-true`."""
    alone = frozenset(name for name, journey in subject.model.journeys.items() if journey.record is None)
    for item in wanted(subject.model):
        for node in _alternatives(item.cond):
            yield from _look(node, alone)


def _alternatives(cond: Cond) -> Iterator[Or]:
    """Every `or` in a condition as written, those on events included."""
    if isinstance(cond, Named):
        return
    if isinstance(cond, Or):
        yield cond
    if isinstance(cond, Occurs) and cond.events.where is not None:
        yield from _alternatives(cond.events.where)
    for child in children(cond):
        yield from _alternatives(child)


def _look(node: Or, alone: frozenset[str]) -> Iterator[Diagnostic]:
    named = (part for part in node.operands if isinstance(part, Named))
    if any(isinstance(part, Broken) for part in _parts(node)) or any(
        contradictory((Not(it),)) for it in named
    ):
        return  # told already, of what is named here
    if contradictory((Not(node),), alone):
        message = say("Everybody meets {this}.", this=quoted(node.span))
    elif contradictory((Not(node), *_known(node)), alone):
        message = say("Everybody meets {this} of whom the value is known.", this=quoted(node.span))
    else:
        return
    hint = say("Write `and` if both must hold; else leave it out.")
    yield Diagnostic("always-true", "warning", node.span, message, hint)


def _known(node: Or) -> Iterator[Cond]:
    """That the values which are compared are there; where one is asked for, that decides."""
    if any(isinstance(part, Compare) and part.operator == "=" for part in _parts(node)):
        return  # every word of a choice named: that asks whether there is one
    asked = {part.operand for part in _parts(node) if isinstance(part, Missing)}
    compared = dict.fromkeys(part for part in _parts(node) if isinstance(part, _Field))
    if asked.isdisjoint(compared):
        yield from (Not(Missing(part)) for part in compared)


def _parts(cond: Cond) -> Iterator[Cond]:
    yield cond
    for child in children(cond):
        yield from _parts(child)
