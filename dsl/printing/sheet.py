"""Writing documents on lines, with the comments and the empty lines of their source between them.

Knows nothing of the language but braces, `#` and the string over lines.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from dsl.printing.layout import (
    INDENT,
    WIDTH,
    Block,
    Break,
    Doc,
    Fragment,
    Item,
    Raw,
    columns,
    flat,
    is_forced,
    rows,
    stretch,
)
from dsl.source import NOWHERE, Source, Span
from dsl.tree.statements import Comment

_BESIDE = re.compile(r"(?:[^\S\n]|[,，])*")
"""What may stand between something and the comment at the end of its line."""


@dataclass(slots=True)
class Row:
    """A line of the result, with the comment at its end."""

    text: str
    comment: str = ""


class Sheet:
    """The lines written so far, and the comments of `source` that wait for their place.

    Comments on lines of their own stay before what follows them, those at the end of a line at its end.
    A comment in the middle of something that is written on one line now goes before it.
    """

    def __init__(self, source: Source = NOWHERE.source, comments: Iterable[Comment] = ()) -> None:
        """Start with no lines."""
        self._source = source
        self._comments = deque(sorted(comments, key=lambda comment: comment.offset))
        self._rows: list[Row] = []
        self._line = ""
        self._end = 0  # offset in the source of the end of what was written last
        self._opened = True  # nothing stands before on this level

    def write(self, items: Iterable[Item], indent: int = 0) -> None:
        """Write items, one below the other."""
        for item in items:
            self._item(item, indent)

    def text(self) -> str:
        """All lines, comments aligned, with those comments that nothing follows."""
        self._comments_before(len(self._source.text) + 1, 0)
        _align(self._rows)
        return "".join(f"{row.text}{row.comment}\n" for row in self._rows)

    def _item(self, item: Item, indent: int) -> None:
        sourced = self._covers(item.span)
        if sourced:
            self._comments_before(item.span.start, indent)
            self._gap(item.span.start)
        elif item.apart and not self._opened:
            self._rows.append(Row(""))
        self._opened = False
        first = len(self._rows)
        strays: list[str] = []
        self._line = " " * indent
        self._rows_of(item.doc, indent, strays)
        self._finish(item.span.end if sourced else None, strays)
        self._rows[first:first] = [Row(" " * indent + stray) for stray in strays]

    def _rows_of(self, doc: Doc, indent: int, strays: list[str]) -> None:
        at = indent
        for before, row in rows(doc, WIDTH):
            if before is not None:
                at = indent + INDENT * (1 + before.depth)
                self._end_row(before, strays)
                self._line = " " * at
            self._fragments(row, at)

    def _fragments(self, row: Doc, indent: int) -> None:
        for number, fragment in enumerate(row):
            match fragment:
                case Raw():
                    self._raw(fragment, indent)
                case Block() if is_forced(fragment) or not self._fits(row[number:], indent):
                    self._block(fragment, indent)
                case _:
                    self._line += flat([fragment])

    def _fits(self, rest: Iterable[Fragment], indent: int) -> bool:
        return columns(self._line + stretch(rest)) - indent <= WIDTH

    def _raw(self, raw: Raw, indent: int) -> None:
        self._rows.append(Row(self._line + '"""'))
        inner = " " * (indent + INDENT)
        self._rows += [Row(inner + line if line else "") for line in raw.lines]
        self._line = " " * indent + '"""'

    def _block(self, block: Block, indent: int) -> None:
        sourced = self._covers(block.span)
        inside = block.items[0].span.start if block.items else block.span.end
        if not block.items and not (sourced and self._comment_waits(inside)):
            self._line += flat([block])
            return
        self._line += " {"
        self._end_head(block.span.start if sourced else None, inside)
        self._opened = True
        self.write(block.items, indent + INDENT)
        if sourced:
            self._comments_before(block.span.end, indent + INDENT)
            self._end = block.span.end
        self._opened = False
        self._line = " " * indent + "}"

    def _end_head(self, start: int | None, inside: int) -> None:
        comment = ""
        if start is not None:
            self._end = start
            if self._comment_waits(inside) and self._on_line_of(start):
                comment = self._take()
        self._rows.append(Row(self._line, comment))

    def _end_row(self, before: Break, strays: list[str]) -> None:
        comment = ""
        while self._comment_waits(before.before):
            if not comment and self._on_line_of(before.after) and self._comments[0].offset >= before.after:
                comment = self._take()
            else:
                strays.append(self._take())
        self._rows.append(Row(self._line, comment))

    def _finish(self, end: int | None, strays: list[str]) -> None:
        comment = ""
        if end is not None:
            while self._comment_waits(end):
                strays.append(self._take())
            self._end = max(self._end, end)
            if self._comments and _BESIDE.fullmatch(self._source.text, end, self._comments[0].offset):
                comment = self._take()
        self._rows.append(Row(self._line, comment))

    def _comments_before(self, offset: int, indent: int) -> None:
        while self._comment_waits(offset):
            self._gap(self._comments[0].offset)
            self._rows.append(Row(" " * indent + self._take()))
            self._opened = False

    def _gap(self, start: int) -> None:
        if not self._opened and self._source.text.count("\n", self._end, start) > 1:
            self._rows.append(Row(""))

    def _covers(self, span: Span) -> bool:
        return span.source is self._source and span is not NOWHERE

    def _comment_waits(self, offset: int) -> bool:
        return bool(self._comments) and self._comments[0].offset < offset

    def _on_line_of(self, offset: int) -> bool:
        return "\n" not in self._source.text[offset : self._comments[0].offset]

    def _take(self) -> str:
        comment = self._comments.popleft()
        self._end = max(self._end, comment.offset + len(comment.text))
        return comment.text.rstrip()


def _align(lines: list[Row]) -> None:
    """Put the comments at the ends of neighbouring lines below each other."""
    run: list[Row] = []
    for row in [*lines, Row("")]:
        if row.comment:
            run.append(row)
            continue
        widest = max((columns(one.text) for one in run), default=0)
        for one in run:
            one.comment = " " * (widest - columns(one.text) + 2) + one.comment
        run = []
