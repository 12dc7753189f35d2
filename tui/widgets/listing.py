"""A rule text on the screen: numbered, coloured by what its pieces are, beside what it was. Draws only what is seen."""

from collections.abc import Iterator
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.bars import width_of
from tui.widgets.sheet import Part, Row, Sheet, laid_out

_GUTTER = 7
"""Cells before a line: its number and its mark."""

_BOTH = 120
"""Cells from which on two texts have room beside each other."""

_HERE = "›"

_LOOKS = (
    "keyword", "name", "text", "number", "comment", "sign", "gutter", "mark", "added", "removed",
    "error", "warning", "info", "hint", "heading", "wrong",
)  # fmt: skip


class Listing(ScrollView, can_focus=False):
    """Shows a sheet; `go_to` brings a note to be seen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"listing--{look}" for look in _LOOKS}

    def __init__(self, *, identity: str) -> None:
        super().__init__(id=identity)
        self._sheet = Sheet("", ())
        self._rows: list[Row] = []
        self._beside = False
        self._turned = False
        self._here: str | None = None
        self._change = 0
        self._shown_at = 0

    def put(self, sheet: Sheet, here: str | None, *, at_end: bool = False) -> None:
        """Show this; `here`: the note that one is at. `at_end`: of changes begin with the last."""
        here = here if any(note.key == here for note in sheet.notes) else None
        fresh, moved = sheet.name != self._sheet.name, here != self._here
        self._sheet, self._here = sheet, here
        self._lay_out()
        if fresh:
            self._change = len(self._changes) - 1 if at_end else 0
        if fresh or (moved and here is not None):
            self._show()

    def turn(self) -> None:
        """From two texts beside each other to one with its changes, or back."""
        self._turned = not self._turned
        self._lay_out()
        self._show()

    def to_change(self, step: int) -> bool:
        """To the next change, or the one before; whether there is one."""
        wanted, self._here = self._change + step, None
        if not 0 <= wanted < len(self._changes):
            return False
        self._change = wanted
        self._show()
        return True

    @property
    def line(self) -> int:
        """The number of the first line in sight, of the new text; where one was led to a change, of that."""
        changes = self._changes
        first = (
            changes[self._change]
            if changes and self.scroll_offset.y == self._shown_at
            else self.scroll_offset.y
        )
        numbers = (
            part.line.number for _, part in self._rows[first:] if part is not None and part.line.mark != "-"
        )
        return next(filter(None, numbers), 1)

    @property
    def _changes(self) -> list[int]:
        """The rows with which changes begin."""
        marked = [any(part and part.line.mark != " " for part in row) for row in self._rows]
        return [at for at, is_marked in enumerate(marked) if is_marked and not (at and marked[at - 1])]

    def on_resize(self) -> None:
        """Another width; what one looks for stays to be seen, unless somebody has scrolled on."""
        self._lay_out()
        if self.scroll_offset.y == self._shown_at:
            self._show()

    def _lay_out(self) -> None:
        is_wide = self.scrollable_content_region.width >= _BOTH
        self._beside = self._sheet.differs and is_wide is not self._turned
        self._rows = laid_out(self._sheet, self._width - _GUTTER - 1, beside=self._beside)
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
        self.refresh()

    @property
    def _width(self) -> int:
        """Cells of one side."""
        return (
            (self.scrollable_content_region.width - 1) // 2
            if self._beside
            else self.scrollable_content_region.width
        )

    def _show(self) -> None:
        """The note one is at, a change, or the first news, with what stands before; else the beginning."""
        rows, changes = enumerate(self._rows), self._changes
        place = next((at for at, row in rows if any(part and self._is_wanted(part) for part in row)), 0)
        if changes and self._here is None:
            place = changes[min(self._change, len(changes) - 1)]
        self.scroll_to(y=max(0, place - self.size.height // 3), animate=False, force=True)
        self._shown_at = self.scroll_offset.y

    def _is_wanted(self, part: Part) -> bool:
        return part.note == self._here if self._here else part.is_news

    def render_line(self, y: int) -> Strip:
        """One row as it is seen."""
        place, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if place >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        left, right = self._rows[place]
        segments = list(self._side(right))
        if self._beside:
            segments = [*self._side(left), Segment("│", self._style("gutter")), *segments]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _side(self, part: Part | None) -> Iterator[Segment]:
        """A part, in as many cells as a side has."""
        if part is None:
            yield Segment(" " * self._width, self.rich_style)
            return
        line = part.line
        ground = self._style({"+": "added", "-": "removed"}.get(line.mark, ""))
        number = str(line.number) if line.number and not part.start else ""
        mark = _HERE if part.note is not None and part.note == self._here and not part.start else line.mark
        margin = self._style("gutter" if mark == " " else "mark", partial=True)
        yield Segment(f"{number:>4} {mark} {' ' * part.indent}", ground + margin)
        place = part.start
        for start, end, look in line.pieces:
            first, last = max(start, place), min(end, part.end)
            if first < last:
                yield Segment(line.text[place:first], ground)
                yield Segment(line.text[first:last], ground + self._style(look, partial=True))
                place = last
        yield Segment(line.text[place : part.end], ground)
        room = self._width - _GUTTER - part.indent - width_of(line.text[part.start : part.end])
        yield Segment(" " * max(0, room), ground)

    def _style(self, look: str, *, partial: bool = False) -> Style:
        if not look:
            return self.rich_style
        style = self.get_component_rich_style(f"listing--{look}", partial=partial)
        return style if partial else self.rich_style + style
