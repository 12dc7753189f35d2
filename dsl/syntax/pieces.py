"""A rule text taken apart for eyes: keywords, names, texts, numbers, comments, signs. Knows no colours.

Words of the language are not reserved: which of them is a keyword says the parser, where it stands.
"""

from dataclasses import dataclass
from typing import Literal

from dsl.source import Source
from dsl.syntax.braces import balance
from dsl.syntax.lines import join_lines
from dsl.syntax.parse import LARGEST, begin
from dsl.syntax.recovery import recover
from dsl.syntax.tokens import END, MOST_PROBLEMS, MOST_TOKENS, NAME, NEWLINE, WORD, Token, tokenise

Look = Literal["keyword", "name", "text", "number", "comment", "sign"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `start` up to and without `end` of a text; spaces and line ends are in none."""

    start: int
    end: int
    look: Look


def pieces(source: Source) -> tuple[Piece, ...]:
    """All of them in their order; none of a text that is too large to be rules."""
    if len(source.text) > LARGEST:
        return ()
    taken = tokenise(source)
    if len(taken.tokens) > MOST_TOKENS:
        return ()
    keywords = _keywords(source, taken.tokens)
    found = [
        Piece(token.start, token.end, _look(token, keywords))
        for token in taken.tokens
        if token.kind not in (NEWLINE, END)
    ]
    found += [Piece(one.offset, one.offset + len(one.text), "comment") for one in taken.comments]
    return tuple(sorted(found, key=lambda piece: piece.start))


def _keywords(source: Source, tokens: tuple[Token, ...]) -> frozenset[int]:
    """Where those words begin that the parser took for keywords; of what it gave up, none."""
    progress, found = begin(source, join_lines(source, balance(source, tokens).tokens).tokens), set()
    entered_by = progress.grammar.entered_by
    while not progress.finished and len(progress.problems) < MOST_PROBLEMS:
        token = progress.token
        if not progress.step():
            recover(progress)
        elif token.kind == WORD and entered_by[progress.machine.states[-1]] != NAME:
            found.add(token.start)
    return frozenset(found)


def _look(token: Token, keywords: frozenset[int]) -> Look:
    if token.kind == WORD:
        return "keyword" if token.start in keywords else "name"
    return _LOOKS.get(token.kind, "sign")


_LOOKS: dict[str, Look] = {
    NAME: "name",
    "STRING": "text",
    **dict.fromkeys(("INT", "DECIMAL", "PERCENT", "CLOCK", "DATE", "TIME"), "number"),
}  # fmt: skip
