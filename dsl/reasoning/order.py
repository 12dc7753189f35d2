"""Values on a line: how far one lies at most above another. Finds out when that cannot be."""

from dsl.model.conditions import Cond
from dsl.reasoning.terms import Number

Node = Cond | None
"""A value; None is the origin, from which constants are measured."""

_Bound = tuple[Number, int]
"""An upper bound, then -1 for each `<` instead of `<=` that it was made with."""


class Order:
    """Upper bounds of differences between values, all of them known ones."""

    def __init__(self) -> None:
        self._numbers: dict[Node, int] = {}
        self._bounds: dict[tuple[int, int], _Bound] = {}
        self._closed = True

    def at_most(self, one: Node, other: Node, distance: Number = 0, *, strict: bool = False) -> None:
        """Take in that `one` is at most `other` plus a distance; `strict`: less than that."""
        self._put((self._number(one), self._number(other)), (distance, -1 if strict else 0))

    def possible(self) -> bool:
        """Whether there are such values."""
        self._close()
        return all(self._bounds.get((number, number), (0, 0)) >= (0, 0) for number in self._numbers.values())

    def most(self, one: Node, other: Node) -> _Bound | None:
        """How much one value is above another at most; None when nobody knows."""
        self._close()
        return self._bounds.get((self._number(one), self._number(other)))

    def equal(self, one: Node, other: Node, distance: Number = 0) -> bool:
        """Whether `one` is certainly `other` plus that distance."""
        return self.most(one, other) == (distance, 0) and self.most(other, one) == (-distance, 0)

    def nodes(self) -> frozenset[Node]:
        """Every value that something was said of."""
        return frozenset(self._numbers)

    def _number(self, node: Node) -> int:
        return self._numbers.setdefault(node, len(self._numbers))

    def _put(self, pair: tuple[int, int], bound: _Bound) -> None:
        known = self._bounds.get(pair)
        if known is None or bound < known:
            self._bounds[pair] = bound
            self._closed = False

    def _close(self) -> None:
        """Every bound that follows from two others."""
        if self._closed:
            return
        for middle in self._numbers.values():
            into = [(a, bound) for (a, b), bound in self._bounds.items() if b == middle]
            out = [(b, bound) for (a, b), bound in self._bounds.items() if a == middle]
            for one, first in into:
                for other, second in out:
                    self._put((one, other), (first[0] + second[0], first[1] + second[1]))
        self._closed = True
