"""The LALR stack machine: takes one symbol after another and builds the tree as rules complete.

A value's place on the stack keeps the characters it covers and how deep its tree is. Knows no tokens.
"""

from collections.abc import Iterable

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from dsl.syntax.flaws import Flawed, syntax
from dsl.syntax.grammar import Grammar, Production
from dsl.wording import say

_DEEPEST = 120  # levels of nodes; whoever walks a tree by recursion must get to its bottom
_TALLEST = 1_000  # states: rules begun and not yet complete
_CLOSED = 100
"""What is complete counts for no more levels, so that the blocks around it, few as they are, still fit."""


class Automaton:
    """The stacks of one parse. `states` is one longer than the others; `refused` when it grew too deep.

    `base`: so many states were there before what can be given up: what takes in more than that is never too deep, else
    there were no way on.
    """

    def __init__(self, grammar: Grammar, source: Source) -> None:
        self.grammar = grammar
        self.problems: list[Diagnostic] = []
        self.states = [grammar.start]
        self.base = 1
        self.refused = False
        self._source = source
        self._values: list[object] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._depths: list[int] = []

    def feed(self, symbol: str, value: object, start: int, end: int) -> bool:
        """Take a symbol with its value; False when it cannot stand here. Rules it completes are built first."""
        states, rows, gotos = self.states, self.grammar.rows, self.grammar.gotos
        while True:
            action = rows[states[-1]].get(symbol)
            if isinstance(action, int):
                states.append(action)
                self._values.append(value)
                self._starts.append(start)
                self._ends.append(end)
                self._depths.append(0)
                return len(states) < _TALLEST or self._refuse(Span(self._source, start, end))
            if action is None:
                return False
            if action.size == 1 and action.build is None:
                states[-1] = gotos[states[-2]][action.origin]
            elif not self._reduce(action):
                return False
            if states[-1] == self.grammar.end and symbol == "$END":
                return True

    def _reduce(self, production: Production) -> bool:
        """Put what a completed rule builds in place of its parts; False when that grows too deep."""
        size, states = production.size, self.states
        if size:
            parts = self._values[-size:]
            start, end = self._starts[-size], self._ends[-1]
            depth = max(self._depths[-size:])
            if len(states) - size < self.base:
                depth = min(depth, _CLOSED)
            del (
                states[-size:],
                self._values[-size:],
                self._starts[-size:],
                self._ends[-size:],
                self._depths[-size:],
            )
        else:
            parts, start, end, depth = [], 0, 0, 0
        span = Span(self._source, start, end)
        value = production.build(parts, span) if production.build is not None else parts[0]
        if isinstance(value, Flawed):
            self.problems.extend(value.problems)
            value = value.value
        states.append(self.grammar.gotos[states[-1]][production.origin])
        self._values.append(value)
        self._starts.append(start)
        self._ends.append(end)
        self._depths.append(depth if production.grows else depth + 1)
        return depth < _DEEPEST or self._refuse(span)

    def _refuse(self, span: Span) -> bool:
        message = say("This has more than {most} parts inside each other or in a row.", most=_DEEPEST)
        self.problems.append(syntax(span, message, say("Give parts of it names of their own with `value`.")))
        self.refused = True
        return False

    def cut(self, size: int) -> None:
        """Back to an earlier, smaller number of states; what was built since is dropped."""
        self.refused = False
        del self.states[size:], self._values[size - 1 :], self._starts[size - 1 :]
        del self._ends[size - 1 :], self._depths[size - 1 :]

    @property
    def result(self) -> object:
        """The value of the start rule, once `$END` was taken."""
        return self._values[-1] if self._values else None


def after(grammar: Grammar, states: list[int], symbols: Iterable[str]) -> list[int] | None:
    """The states after more symbols, None when one of them cannot stand there. Builds nothing."""
    states = states.copy()
    for symbol in symbols:
        while not isinstance(action := grammar.rows[states[-1]].get(symbol), int):
            if action is None:
                return None
            del states[len(states) - action.size :]
            states.append(grammar.gotos[states[-1]][action.origin])
            if states[-1] == grammar.end and symbol == "$END":
                return states
        states.append(action)
    return states


def accepted(grammar: Grammar, states: list[int]) -> frozenset[str]:
    """The symbols that can stand next."""
    return frozenset(
        symbol for symbol in grammar.rows[states[-1]] if after(grammar, states, (symbol,)) is not None
    )


def settled(grammar: Grammar, states: list[int]) -> list[int]:
    """The states after the rules that are complete whatever follows."""
    states = states.copy()
    while True:
        actions = set(grammar.rows[states[-1]].values())
        action = actions.pop() if len(actions) == 1 else None
        if not isinstance(action, Production):
            return states
        del states[len(states) - action.size :]
        states.append(grammar.gotos[states[-1]][action.origin])
