"""Running text that breaks where readers of it expect: Chinese between characters, other scripts between words.

Neither Rich nor Textual breaks within a text without spaces unless it must, and then anywhere; so lines begin with a
comma, and a word that happens to stand beside a space begins a line of its own. What may not begin or end a line is
that of the common rules for Chinese and Japanese (UAX #14; W3C, Requirements for Chinese Text Layout, 3.1.7).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

_WIDE = "\u2e80-\u2fff\u3040-\ua4cf\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003fffd"
_OPENING, _CLOSING = (
    "（［｛「『【〔〈《“‘",
    "）］｝」』】〕〉》”’，。、；：？！…—·％℃",
)  # as Chinese writes them
_UNITS = re.compile(
    rf"\s+|[(\[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENING}{_CLOSING}]+)?[)\].,:;!?%{_CLOSING}]*|."
)
"""What no line may end within: a character or word with what opens before and closes behind it."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A text with its lines folded to the width that there is. `tail`: what follows it in quieter letters."""

    text: str
    tail: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Its lines: the tail stands beside the text where both have room, else below."""
        width = options.max_width
        if self.tail and cell_len(self._whole) <= width and "\n" not in self._whole:
            yield Text.assemble(self.text, _GAP, (self.tail, "dim"))
            return
        yield Text("\n".join(folded(self.text, width)))
        if self.tail:
            yield Text("\n".join(folded(self.tail, width)), "dim")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """As wide as its longest line, or as narrow as there is room for."""
        widest = max(map(cell_len, self._whole.split("\n")))
        return Measurement(min(_LEAST, options.max_width), min(widest, options.max_width))

    @property
    def _whole(self) -> str:
        return f"{self.text}{_GAP}{self.tail}" if self.tail else self.text


_GAP = "  "
_LEAST = 2
"""Cells that a character takes at most."""


def folded(text: str, width: int) -> Iterator[str]:
    """The lines of a text, none wider than so many cells."""
    for paragraph in text.split("\n"):
        line, taken, is_first = "", 0, True
        for unit in _units(paragraph, width):
            size = cell_len(unit)
            if line and taken + cell_len(unit.rstrip()) > width:
                yield line.rstrip()
                line, taken, is_first = "", 0, False
            if line or is_first or not unit.isspace():
                line, taken = line + unit, taken + size
        yield line.rstrip()


def _units(paragraph: str, width: int) -> Iterator[str]:
    """What stays together; of what is wider than a line, its characters."""
    for match in _UNITS.finditer(paragraph):
        unit = match[0]
        if cell_len(unit) <= width:
            yield unit
        else:
            yield from unit
