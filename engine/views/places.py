"""Places in the queue of what waits for people, whatever it is: so that a page begins where another ended."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.conditions.moments import integer
from engine.storage.symbols import panels_with
from engine.views.window import Window


class Place(NamedTuple):
    """Where something stands, or stood. `since`: from when on it waits. `rank`: of its kind, among what began together.

    `key`: its own, among its kind.
    """

    since: int
    rank: int
    key: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the queue: what these roles may decide (None: all of it), after a place, at most so many."""

    roles: frozenset[str] | None = None
    last: Place | None = None
    limit: int | None = None


def for_roles(window: Window, part: Part, column: sa.Column[int]) -> list[sa.ColumnElement[bool]]:
    """That something is for one of the roles of a part, or for anybody."""
    if part.roles is None:
        return []
    return [sa.or_(column.is_(None), column.in_(panels_with(window.symbols, part.roles)))]


def part_of(rows: sa.Select[Any], part: Part, rank: int, order: tuple[sa.Column[int], ...]) -> sa.Select[Any]:
    """The rows of one kind that are in a part, in their order. `order`: since when they wait, then their key."""
    since, last = order[0], part.last
    rows = rows.order_by(*order).limit(part.limit)
    if last is None:
        return rows
    if last.rank == rank:
        return rows.where(sa.tuple_(*order) > sa.tuple_(*map(integer, (last.since, *last.key))))
    return rows.where(since > last.since if rank < last.rank else since >= last.since)
