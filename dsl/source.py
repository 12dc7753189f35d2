"""Source texts and the places in them. Knows nothing of what the text means."""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Source:
    """One rule file: `name` is the path shown to people, `text` its decoded content."""

    name: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(i + 1 for i, character in enumerate(self.text) if character == "\n")]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character offset, both counted from 1 in characters."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (counted from 1) without its line end; empty past the end."""
        lines = self._line_starts
        if not 1 <= number <= len(lines):
            return ""
        end = lines[number] - 1 if number < len(lines) else len(self.text)
        return self.text[lines[number - 1] : end].rstrip("\r")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` up to and without `end` of one source."""

    source: Source = field(repr=False)
    start: int
    end: int

    def to(self, last: "Span") -> "Span":
        """From the start of this span to the end of another one of the same source."""
        return Span(self.source, self.start, max(self.end, last.end))

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.place(self.start)[0]

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]


NOWHERE = Span(Source("", ""), 0, 0)
"""The place of things that stand in no file: builtin events, nodes made by tests."""
