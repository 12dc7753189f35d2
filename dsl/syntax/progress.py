"""How far the parse of one text has come: tokens, stacks, and the stretches that stand or fall as one.

An item is what stands between two separators of a block (or of the file): the unit that is given up when something
in it cannot be read. Knows how to go on and how to go back; what to say about it is `dsl.syntax.recovery`.
"""

from dataclasses import dataclass

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from dsl.syntax.automaton import Automaton, after
from dsl.syntax.flaws import syntax
from dsl.syntax.grammar import Grammar
from dsl.syntax.tokens import END, NAME, NEWLINE, WORD, Token
from dsl.syntax.words import symbol_of
from dsl.tree.expressions import Name, Text
from dsl.wording import Hint, Phrase


@dataclass(slots=True)
class Item:
    """`base` states were on the stack before it, `first` is its first token.

    `reported`: something was said about it already. `discarded`: it is read on, but left out of the tree.
    """

    base: int
    first: int
    reported: bool = False
    discarded: bool = False


class Progress:
    """One parse under way. `before` are the states before the current token, `earlier` those before the last one."""

    def __init__(self, grammar: Grammar, source: Source, tokens: list[Token]) -> None:
        self.grammar = grammar
        self.source = source
        self.tokens = tokens
        self.index = 0
        self.machine = Automaton(grammar, source)
        self.items = [Item(base=1, first=0)]
        self.problems: list[Diagnostic] = []
        self.before: list[int] = []
        self.earlier: list[int] = []
        self.lost: set[str] = set()
        self._refused_at: tuple[int, ...] = ()

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.index]

    @property
    def item(self) -> Item:
        """The innermost stretch under way."""
        return self.items[-1]

    @property
    def finished(self) -> bool:
        """Whether the end of the text was taken."""
        return self.index >= len(self.tokens)

    def step(self) -> bool:
        """Take one token; False when it cannot stand here."""
        token, machine = self.tokens[self.index], self.machine
        if self.item.discarded and token.kind in _ENDS:
            return False
        states, machine.base = machine.states, self.item.base
        self.earlier, self.before = self.before, states.copy()
        symbol = symbol_of(self.grammar.rows[states[-1]], self.tokens, self.index)
        if symbol is None or not machine.feed(symbol, self._value(symbol, token), token.start, token.end):
            return False
        self.index += 1
        if symbol in _MARKS:
            self._mark(symbol)
        return True

    def is_stuck(self) -> bool:
        """Whether a token is refused again that was refused before, with nothing else read, said or given up since."""
        item, before = self.item, self._refused_at
        sizes = (self.index, len(self.machine.states), len(self.items), len(self.problems))
        self._refused_at = (*sizes, item.reported, item.discarded)
        return self._refused_at == before

    def _value(self, symbol: str, token: Token) -> object:
        if symbol == NAME:
            return Name(str(token.value), span=Span(self.source, token.start, token.end))
        return token.value if symbol == "STRING" else token

    def _mark(self, symbol: str) -> None:
        """Note where stretches begin and end."""
        states = self.machine.states
        if symbol == "{":
            self.items.append(Item(len(states), self.index))
        elif symbol == "}":
            self.items.pop()
        elif symbol == "because":
            self._quote_rest_of_line()
        elif self.grammar.rows[states[-2]].get(NEWLINE).__class__ is int:
            self.items[-1] = Item(len(states) - 1, self.index)

    def _quote_rest_of_line(self) -> None:
        """`because at most 3 per month`: a reason without quotes goes to the end of the line, without `for "C2"`."""
        if self.token.kind == "STRING":
            return
        stop = self.index
        while self.tokens[stop].kind not in (NEWLINE, "}", END):
            stop += 1
        if (
            stop - 2 > self.index
            and self.tokens[stop - 2].value == "for"
            and self.tokens[stop - 1].kind == "STRING"
        ):
            stop -= 2
        if stop > self.index:
            span = Span(self.source, self.token.start, self.tokens[stop - 1].end)
            reason = Token("STRING", Text(span.text, span=span), span.start, span.end)
            self.tokens[self.index : stop] = [reason]

    def report(self, span: Span, message: Phrase, hint: Hint = "") -> None:
        """Say what is wrong with the innermost stretch."""
        self.item.reported = True
        self.problems.append(syntax(span, message, hint))

    def span(self, index: int) -> Span:
        """The characters of a token; where a line breaks off, the place after its last word."""
        token = self.tokens[index]
        if index and (token.kind in (NEWLINE, END) or (token.kind == "}" and self.begins_line(index))):
            end = self.tokens[index - 1].end
            return Span(self.source, end, end)
        return Span(self.source, token.start, token.end)

    def begins_line(self, index: int) -> bool:
        """Whether a token is the first of its line."""
        return index == 0 or "\n" in self.source.text[self.tokens[index - 1].end : self.tokens[index].start]

    def walk(self, states: list[int], first: int, last: int) -> list[int] | None:
        """The states after the tokens from `first` up to and without `last`, None when one cannot stand there."""
        here: list[int] | None = states
        for index in range(first, last):
            if here is None:
                return None
            symbol = symbol_of(self.grammar.rows[here[-1]], self.tokens, index)
            here = None if symbol is None else after(self.grammar, here, (symbol,))
        return here

    def base_states(self) -> list[int]:
        """The states before the innermost stretch, ready for its first token."""
        states = self.machine.states[: self.item.base]
        return after(self.grammar, states, (NEWLINE,)) or states

    def drop(self) -> None:
        """Go back to before the innermost stretch: nothing of it gets into the tree."""
        self.lose()
        self.machine.cut(self.item.base)
        self.item.discarded = False

    def lose(self) -> None:
        """Note the names behind the first words of the stretches under way: what is left out may declare them."""
        for item in self.items:
            token = self.tokens[min(item.first + 1, len(self.tokens) - 1)]
            if token.kind in (WORD, NAME):
                self.lost.add(str(token.value))


_ENDS = frozenset({NEWLINE, ",", "}", END})
_MARKS = frozenset({"{", "}", ",", NEWLINE, "because"})
