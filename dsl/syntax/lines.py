"""Logical lines: which line ends end a statement. Knows brackets and operators, no statements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from dsl.syntax.flaws import syntax
from dsl.syntax.strays import JUNK
from dsl.syntax.tokens import END, NEWLINE, WORD, Token
from dsl.wording import say

_GOES_ON_AFTER = frozenset({",", "=", "ORDER", "+", "-", "*", "/", "->", ":"})
_WORDS_BEFORE = frozenset({"and", "or", "not"})
_WORDS_AFTER = frozenset({"and", "or"})
_CLOSES = {")": "(", "}": "{"}
_DEEPEST = 50  # levels of parentheses and braces


@dataclass(frozen=True, slots=True)
class Lines:
    """Tokens with only the NEWLINEs that end something; none directly inside a brace or at either end."""

    tokens: list[Token]
    problems: tuple[Diagnostic, ...]


def join_lines(source: Source, tokens: Sequence[Token]) -> Lines:
    """Take out the line ends after which a line goes on. A parenthesis never closed holds no lines together."""
    brackets = _match(tokens)
    tokens, problems = _without_depths(source, tokens, brackets.too_deep)
    return Lines(list(_joined(tokens, brackets.closed)), problems)


@dataclass(frozen=True, slots=True)
class _Brackets:
    """Indices of `(` that are closed, and of all brackets deeper than the limit."""

    closed: frozenset[int]
    too_deep: tuple[int, ...]


def _match(tokens: Sequence[Token]) -> _Brackets:
    stack: list[int] = []
    closed: set[int] = set()
    too_deep: list[int] = []
    for index, token in enumerate(tokens):
        kind = token.kind
        if kind in ("(", "{"):
            stack.append(index)
            if len(stack) > _DEEPEST:
                too_deep.append(index)
        elif kind in _CLOSES:
            opener = _pop(tokens, stack, _CLOSES[kind])
            if opener is not None:
                closed.add(opener)
                if len(stack) >= _DEEPEST:
                    too_deep.append(index)
    return _Brackets(frozenset(closed), tuple(too_deep))


def _pop(tokens: Sequence[Token], stack: list[int], opener: str) -> int | None:
    """Take the nearest such opener from the stack, and with a brace the unclosed parentheses after it."""
    if opener == "(":
        return stack.pop() if stack and tokens[stack[-1]].kind == "(" else None
    while stack:
        index = stack.pop()
        if tokens[index].kind == "{":
            return index
    return None


def _without_depths(
    source: Source, tokens: Sequence[Token], too_deep: tuple[int, ...]
) -> tuple[Sequence[Token], tuple[Diagnostic, ...]]:
    if not too_deep:
        return tokens, ()
    tokens = list(tokens)
    for index in too_deep:
        tokens[index] = tokens[index]._replace(kind=JUNK)
    first = tokens[too_deep[0]]
    message = say("This is nested more than {most} levels deep.", most=_DEEPEST)
    hint = say("Give the inner parts names of their own with `value` or `audience`.")
    return tokens, (syntax(Span(source, first.start, first.end), message, hint),)


def _joined(tokens: Sequence[Token], closed: frozenset[int]) -> Iterator[Token]:
    stack: list[str] = []
    before: Token | None = None
    for index, token in enumerate(tokens):
        kind = token.kind
        if kind == NEWLINE:
            inside = bool(stack) and stack[-1] == "("
            if before is None or inside or _goes_on(before, tokens[index + 1]):
                continue
        elif kind == "{" or (kind == "(" and index in closed):
            stack.append(kind)
        elif kind in _CLOSES and stack and stack[-1] == _CLOSES[kind]:
            stack.pop()
        before = token
        yield token


def _goes_on(before: Token, after: Token) -> bool:
    if before.kind == "{" or after.kind in ("}", "->", END):
        return True
    if before.kind in _GOES_ON_AFTER or (before.kind == WORD and before.value in _WORDS_BEFORE):
        return True
    return after.kind == WORD and after.value in _WORDS_AFTER
