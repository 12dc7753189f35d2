"""Braces that do not pair: which one is missing or too many, by how the lines are indented.

Texts whose braces pair are left alone, however they are indented. In the others the culprit is found, reported at
the place that a person would mend, and mended in the tokens, so that the rest reads as it was meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from dsl.syntax.flaws import syntax
from dsl.syntax.tokens import MOST_PROBLEMS, NEWLINE, WORD, Token
from dsl.wording import say

_OPENERS = {"{": 1, "}": -1}
_MOST_ALSO = 5  # further open braces that are named
_FARTHEST = 500  # lines to look back for a missing brace


@dataclass(frozen=True, slots=True)
class Balanced:
    """Tokens whose braces pair, and what had to be mended for it."""

    tokens: Sequence[Token]
    problems: tuple[Diagnostic, ...] = ()


def balance(source: Source, tokens: Sequence[Token]) -> Balanced:
    """The tokens with a `}` for every `{`."""
    missing, depth = 0, 0
    for token in tokens:
        depth += _OPENERS.get(token.kind, 0)
        missing = min(missing, depth)
    if depth == 0 and missing == 0:
        return Balanced(tokens)
    return _Mender(source, tokens, depth).run()


@dataclass(slots=True)
class _Line:
    """A line of the text as mended so far: where its tokens begin in the output, and how far it is indented."""

    start: int
    indent: int


@dataclass(slots=True)
class _Open:
    """An open brace: its token, the indentation of its line, whether its block is indented (None: no line yet)."""

    token: Token
    line: int
    indent: int
    indented: bool | None = None


class _Mender:
    """One pass over tokens with too few or too many closing braces: `budget` `}` are missing, or too many below 0."""

    def __init__(self, source: Source, tokens: Sequence[Token], budget: int) -> None:
        self._source = source
        self._tokens = tokens
        self._budget = budget
        self._out: list[Token] = []
        self._lines: list[_Line] = []
        self._open: list[_Open] = []
        self._problems: list[Diagnostic] = []

    def run(self) -> Balanced:
        *tokens, end = self._tokens
        for token in tokens:
            if len(self._problems) >= MOST_PROBLEMS:
                break
            self._take(token)
        self._close_rest(end)
        return Balanced([*self._out, end], tuple(self._problems))

    def _take(self, token: Token) -> None:
        if token.kind != NEWLINE and (not self._out or self._out[-1].kind == NEWLINE):
            self._begin_line(token)
        if token.kind == "{":
            self._open.append(_Open(token, len(self._lines), self._lines[-1].indent))
        if token.kind == NEWLINE and (not self._out or self._out[-1].kind == NEWLINE):
            return
        if token.kind != "}" or self._close(token):
            self._out.append(token)

    def _begin_line(self, token: Token) -> None:
        indent = self._indent(token)
        while self._open and self._budget > 0 and self._should_be_closed(token, indent):
            opener = self._open.pop()
            self._report_open(opener.token, token)
            self._out += [
                Token("}", "}", token.start, token.start),
                Token(NEWLINE, None, token.start, token.start),
            ]
            self._budget -= 1
        if self._open and self._open[-1].indented is None:
            self._open[-1].indented = indent > self._open[-1].indent
        self._lines.append(_Line(len(self._out), indent))

    def _should_be_closed(self, token: Token, indent: int) -> bool:
        """Whether a line stands too far left to be inside the innermost block."""
        innermost = self._open[-1]
        if innermost.indented is not True:
            return False
        return indent < innermost.indent if token.kind == "}" else indent <= innermost.indent

    def _close(self, token: Token) -> bool:
        """Take a `}`; False when it is one too many and left out."""
        line = self._lines[-1]
        if not self._open or (self._budget < 0 and self._too_far_right(line)):
            self._budget += 1
            if self._open_before(line):
                return True
            hint = say("Delete it, or look for the `{` that it should close.")
            self._problems.append(syntax(self._span(token), say("This `}` closes nothing."), hint))
            return False
        self._open.pop()
        return True

    def _too_far_right(self, line: _Line) -> bool:
        return self._open[-1].line < len(self._lines) and line.indent > self._open[-1].indent

    def _open_before(self, line: _Line) -> bool:
        """Put a `{` at the end of the nearest line above that is indented as this one, when it lacks one."""
        last = len(self._lines) - 2
        for number in range(last, max(last - _FARTHEST, -1), -1):
            above, end = self._lines[number], self._lines[number + 1].start
            head = [token for token in self._out[above.start : end] if token.kind != NEWLINE]
            if above.indent > line.indent or not head:
                continue
            lacks = above.indent == line.indent and number < last and head[0].kind == WORD
            if not lacks or any(token.kind in _OPENERS for token in head):
                return False
            self._insert_brace(end - 1, head[-1])
            return True
        return False

    def _insert_brace(self, place: int, last: Token) -> None:
        self._out.insert(place, Token("{", "{", last.end, last.end))
        for line in self._lines:
            line.start += line.start > place
        place_of_it = Span(self._source, last.end, last.end)
        message = say("The `{` that opens this block is missing.")
        self._problems.append(syntax(place_of_it, message, say("Write `{` at the end of the line.")))

    def _close_rest(self, end: Token) -> None:
        if not self._open:
            return
        *others, innermost = self._open
        also = tuple(self._span(other.token) for other in reversed(others[-_MOST_ALSO:]))
        self._report_open(innermost.token, None, also)
        self._out += [Token("}", "}", end.start, end.start) for _ in self._open]
        self._open.clear()

    def _report_open(self, token: Token, before: Token | None, also: tuple[Span, ...] = ()) -> None:
        if before is None:
            hint = say("Write `}` where the block ends; here the file ends first.")
        else:
            hint = say("Write `}}` before line {line}.", line=self._source.place(before.start)[0])
        self._problems.append(syntax(self._span(token), say("This `{` is never closed."), hint, also))

    def _span(self, token: Token) -> Span:
        return Span(self._source, token.start, token.end)

    def _indent(self, token: Token) -> int:
        start = self._source.text.rfind("\n", 0, token.start) + 1
        return len(self._source.text[start : token.start].expandtabs(4))
