"""What a condition is made of, and what each part of it says of a customer: the truth of its leaves and their values.

`dissect` takes a condition apart once; `columns` are what to select beside a scene, `read` makes a row of them a tree.
Leaves, and the condition as a whole, are compiled by `engine.conditions.compiling`, as they are for a run: only what
lies between is put together here, of the leaves. Knows no enrolments and no journeys: who asks brings the scene, for
one row or for many, and so for conditions of every kind.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa

from dsl.model import conditions as c
from dsl.source import Span
from engine.conditions import moments
from engine.conditions.compiling import Scene, flag_value, sql
from engine.conditions.moments import Sql
from engine.plans.plan import in_a_line
from engine.storage.values import Stored

Joined = Literal["all", "any", "not", "same"]
"""How the truth of a part follows from its own parts': `same` is that of an audience's inside."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A value that a leaf looks at: what it is, in the words of the rules, and where it comes from.

    `inner`: one of those that the operand before it is calculated from.
    """

    text: str
    node: c.Cond
    inner: bool = False

    @property
    def type(self) -> c.Type:
        """The type of its values."""
        return c.type_of(self.node)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A condition, or a part of one. `joined` is None for a leaf; the parts of a leaf are arms of its values' `choose`.

    `text`: the words of the rules, in one line.
    """

    node: c.Cond
    text: str
    joined: Joined | None
    parts: tuple["Part", ...] = ()
    operands: tuple[Operand, ...] = ()

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.node.span

    def walk(self) -> Iterator["Part"]:
        """This part and all that it is made of, as `columns` go through them."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a part says of one row: whether it holds, and the values of its operands, in the units of the store."""

    part: Part
    holds: bool
    values: tuple[Stored, ...] = ()
    parts: tuple["Finding", ...] = ()

    @property
    def text(self) -> str:
        """The words of the rules."""
        return self.part.text

    @property
    def span(self) -> Span:
        """Where they stand."""
        return self.part.span

    def walk(self) -> Iterator["Finding"]:
        """This finding and those of all its parts."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def deciding(self, *, alternative: bool = False) -> Iterator[tuple["Finding", bool]]:
        """The leaves that make it so, and of each whether another of them might change instead.

        Of `a and b` which fails, those that fail, each of which must change; of one that holds, both: either would do.
        """
        if self.part.joined is None:
            yield self, alternative
            return
        which = {"all": False, "any": True}.get(self.part.joined)
        either = which is not None and self.holds is not which
        parts = [part for part in self.parts if which is None or either or part.holds is which]
        for part in parts:
            yield from part.deciding(alternative=alternative or (either and len(parts) > 1))


def dissect(node: c.Cond) -> Part:
    """Take a condition apart, down to comparisons and what is asked of events, tags and journeys."""
    text = in_a_line(node.span)
    match node:
        case c.And(operands=operands) if not _is_one_phrase(node, operands):
            return Part(node, text, "all", tuple(map(dissect, operands)))
        case c.Or(operands=operands):
            return Part(node, text, "any", tuple(map(dissect, operands)))
        case c.Named(body=body):
            return Part(node, text, "same", (dissect(body),))
        case c.Not(operand=operand):
            inner = dissect(operand)
            if inner.joined is not None:
                return Part(node, text, "not", (inner,))
            return Part(node, text, None, inner.parts, inner.operands)
    return Part(node, text, None, _arms(node), tuple(_operands(node)))


def arms_of(value: c.Cond) -> tuple[Part, ...]:
    """The conditions of the `choose` that a value is made of (of `rank by`, or what is `set`), each as a condition."""
    return _arms(value)


def columns(part: Part, scene: Scene) -> list[Sql]:
    """What to select for a condition: the truth of the whole, then of every leaf with the values of its operands."""
    whole = [] if part.joined is None else [_truth(part.node, scene)]
    return [*whole, *(column for leaf in part.walk() for column in _own_columns(leaf, scene))]


def read(part: Part, row: Iterator[Any]) -> Finding:
    """What a condition says of a row: takes as many values as `columns` gave columns, in their order."""
    if part.joined is None:
        return _read(part, row)
    holds = bool(next(row))
    return replace(_read(part, row), holds=holds)


def _read(part: Part, row: Iterator[Any]) -> Finding:
    if part.joined is None:
        holds, values = bool(next(row)), tuple(next(row) for _ in part.operands)
        return Finding(part, holds, values, tuple(_read(arm, row) for arm in part.parts))
    parts = tuple(_read(inner, row) for inner in part.parts)
    return Finding(part, _together(part.joined, parts), (), parts)


def _together(joined: Joined, parts: Sequence[Finding]) -> bool:
    """Logic is two-valued: what is not known does not hold, and its opposite does."""
    match joined:
        case "all":
            return all(part.holds for part in parts)
        case "any":
            return any(part.holds for part in parts)
        case "not":
            return not parts[0].holds
        case "same":
            return parts[0].holds


def _own_columns(part: Part, scene: Scene) -> list[Sql]:
    if part.joined is not None:
        return []
    return [_truth(part.node, scene), *(flag_value(operand.node, scene) for operand in part.operands)]


def _truth(node: c.Cond, scene: Scene) -> Sql:
    return sa.case((sql(node, scene), moments.integer(1)), else_=moments.integer(0))


def _is_one_phrase(node: c.Cond, operands: Sequence[c.Cond]) -> bool:
    """Whether all was written as one comparison: `seen between 2026-03-01 and 2026-03-31`."""
    return bool(node.span.text) and all(operand.span == node.span for operand in operands)


def _operands(node: c.Cond) -> Iterator[Operand]:
    """The values that tell why a leaf holds or not, each with what it is calculated from; literals say nothing new."""
    for value in _values(node):
        outer = _shown(value)
        if _is_written(outer):
            continue
        yield Operand(_words(outer), outer)
        for inner in dict.fromkeys(_sources(outer)):
            if inner != outer:
                yield Operand(_words(inner), inner, inner=True)


def _shown(value: c.Cond) -> c.Cond:
    """A date beside times is shown as the date it is."""
    return value.operand if isinstance(value, c.Midnight) else value


def _is_written(value: c.Cond) -> bool:
    """Whether it is the same for everybody at any time, as it stands in the rules."""
    if isinstance(value, c.Choose):
        return False
    inside = tuple(_inside(value))
    return all(map(_is_written, inside)) if inside else isinstance(value, c.Const)


def _words(value: c.Cond) -> str:
    if isinstance(value, c.Aggregate) and isinstance(value.events.window, c.EverWindow) and not value.field:
        where = value.events.where
        chosen = "" if where is None else f" where ({in_a_line(where.span)})"
        return f"{value.function}({value.events.event}{chosen})"
    return value.name if isinstance(value, c.Named) else in_a_line(value.span)


def _sources(value: c.Cond) -> Iterator[c.Cond]:
    """The stored and named values that a value is calculated from; what a `choose` gives is told by its arms."""
    match value:
        case c.Attribute() | c.RecordField() | c.EventField() | c.Aggregate():
            yield value
        case c.Named():
            yield value
            yield from _sources(value.body)
        case c.Choose():
            return
        case _:
            for inner in _inside(value):
                yield from _sources(inner)


def _values(node: c.Cond) -> tuple[c.Cond, ...]:
    match node:
        case c.And(operands=operands):
            return tuple(dict.fromkeys(value for operand in operands for value in _values(operand)))
        case c.Occurs():
            return (_latest(node),)
        case c.Attribute() | c.RecordField() | c.EventField() | c.Aggregate() | c.Choose():
            return (node,)
    return tuple(_inside(node))


def _latest(node: c.Occurs) -> c.Aggregate:
    """When such an event happened last, if ever: what tells most of a window that it fell into or not."""
    events = c.Events(node.events.event, node.events.where, c.EverWindow())
    return c.Aggregate("last", events, None, c.TIME, span=node.span)


def _arms(node: object) -> tuple[Part, ...]:
    """The conditions of every `choose` among the values of a leaf; those inside a `where` are asked of events."""
    match node:
        case c.Choose(arms=arms, otherwise=otherwise):
            own = tuple(dissect(condition) for condition, _ in arms)
            values = (*(value for _, value in arms), otherwise)
            return own + tuple(part for value in values for part in _arms(value))
        case c.Cond():
            return tuple(part for inner in _inside(node) for part in _arms(inner))
    return ()


def _inside(node: c.Cond) -> Iterator[c.Cond]:
    """The nodes that a value or comparison is directly made of."""
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, c.Cond):
                yield item
