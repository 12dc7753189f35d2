"""Scenarios left out before they are parsed: what runs does not need them, and they are half of what is written."""

from collections.abc import Iterator, Sequence

from dsl.syntax.tokens import END, NEWLINE, WORD, Token

_DEEPER = {"{": 1, "}": -1}


def without_scenarios(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of logical lines without the top-level statements that are scenarios. Braces pair."""
    found: list[Token] = []
    for statement in _statements(tokens):
        if statement[0].kind == WORD and statement[0].value == "scenario":
            continue
        if found and statement[0].kind != END:
            found.append(_NEWLINE)
        found += statement
    return found


_NEWLINE = Token(NEWLINE, None, 0, 0)


def _statements(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The top-level statements without the line ends between them; the last is the end of the text."""
    start = depth = 0
    for place, token in enumerate(tokens):
        depth += _DEEPER.get(token.kind, 0)
        if depth == 0 and token.kind in (NEWLINE, END):
            if place > start:
                yield tokens[start:place]
            start = place + 1
    yield tokens[-1:]
