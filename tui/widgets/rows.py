"""A list of rows in columns, with one row that keys act on. Draws only the rows that are to be seen.

Columns are as wide as their cells. Where there is less room the elastic one gives way, then spare ones go.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.bars import padded, width_of
from tui.wording import say

_GAP = 2
_MARK = "›"
_ANY = 1_000


@dataclass(frozen=True, slots=True)
class Column:
    """`elastic`: takes the room that is left, or gives way. `spare`: goes first. `right`: numbers.

    `most`: cells; `least`: so many an elastic one keeps while there are spare ones to go.
    """

    title: str = ""
    elastic: bool = False
    spare: bool = False
    right: bool = False
    most: int = _ANY
    least: int = 8


@dataclass(frozen=True, slots=True)
class Row:
    """`key`: by which it is known; None for a heading, which keys pass over. `alarm`: something is late or wrong."""

    key: str | None
    cells: tuple[str, ...]
    alarm: bool = False


@dataclass
class _OfRows(Message):
    """What rows say; where a room has several of them it can tell by which."""

    rows: "Rows"

    @property
    def control(self) -> "Rows":
        """The same, by the name that the library knows it by."""
        return self.rows


class Rows(ScrollView, can_focus=True):
    """The list. Posts `Moved` when the cursor is on another row, `Chosen` at enter, `Edge` beyond either end."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--heading", "rows--alarm"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", say("next"), show=False, key_display="↓ j"),
        Binding("up,k", "move(-1)", say("previous"), show=False, key_display="↑ k"),
        Binding("pagedown", "page(1)", say("a page on"), show=False, key_display="PgDn"),
        Binding("pageup", "page(-1)", say("a page back"), show=False, key_display="PgUp"),
        Binding("home,g", "end(0)", say("to the first"), show=False, key_display="Home g"),
        Binding("end,G", "end(-1)", say("to the last"), show=False, key_display="End G"),
        Binding("enter", "choose", say("open"), key_display="Enter"),
    ]

    cursor: reactive[int] = reactive(0, init=False)

    @dataclass
    class Moved(_OfRows):
        """The cursor is on the row with this key; None: there is none."""

        key: str | None

    @dataclass
    class Chosen(_OfRows):
        """Enter, or a second click."""

        key: str

    @dataclass
    class Edge(_OfRows):
        """Somebody wants to go on beyond the first (-1) or the last row (1)."""

        step: int

    def __init__(self, columns: Sequence[Column], *, identity: str, opens: bool = False) -> None:
        super().__init__(id=identity)
        self._opens = opens
        self._columns = tuple(columns)
        self._rows: tuple[Row, ...] = ()
        self._widths: list[int] = []

    @property
    def key(self) -> str | None:
        """The key of the row that the cursor is on."""
        return self._rows[self.cursor].key if self.cursor < len(self._rows) else None

    def put(self, rows: Sequence[Row], key: str | None = None) -> None:
        """Show these rows. The cursor stays with its key; where that is gone, with its place, or goes to `key`."""
        before = self.key
        wanted = key or before or ""
        self._rows = tuple(rows)
        places = {row.key: place for place, row in enumerate(rows) if row.key is not None}
        place = places.get(wanted, min(self.cursor, max(0, len(rows) - 1)))
        self.set_reactive(Rows.cursor, self._nearest(place, 1))
        self._measure()
        self._show_cursor()
        self.refresh()
        if self.key != before:
            self.post_message(self.Moved(self, self.key))

    def on_resize(self) -> None:
        """Another width."""
        self._measure()
        self._show_cursor()

    def watch_cursor(self) -> None:
        """Show where it is, and say so."""
        self._show_cursor()
        self.refresh()
        self.post_message(self.Moved(self, self.key))

    def render_line(self, y: int) -> Strip:
        """One row as it is seen."""
        place, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if place >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row, here = self._rows[place], place == self.cursor
        style = self._style(row, here=here)
        return Strip([Segment(padded(self._line(row, here=here), width), style)])

    def _style(self, row: Row, *, here: bool) -> Style:
        style = self.rich_style
        if row.key is None:
            style += self.get_component_rich_style("rows--heading", partial=True)
        if row.alarm:
            style += self.get_component_rich_style("rows--alarm", partial=True)
        if here and row.key is not None:
            style += self.get_component_rich_style("rows--cursor", partial=True)
        return style

    def _line(self, row: Row, *, here: bool) -> str:
        mark = _MARK if here and row.key is not None else " "
        if row.key is None and len(row.cells) == 1:
            return f"{mark} {row.cells[0]}"
        cells = []
        for column, width, cell in zip(self._columns, self._widths, row.cells, strict=False):
            if width:
                fits = column.right and width_of(cell) <= width
                cells.append(" " * (width - width_of(cell)) + cell if fits else padded(cell, width))
        return f"{mark} {(' ' * _GAP).join(cells)}"

    def _measure(self) -> None:
        full = [row.cells for row in self._rows if len(row.cells) == len(self._columns)]
        widest = [max(map(width_of, cells)) for cells in zip(*full, strict=True)] if full else []
        widths = [min(width, column.most) for width, column in zip(widest, self._columns, strict=False)]
        self._widths = _fitted(self._columns, widths, self.scrollable_content_region.width - _GAP)
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))

    def _show_cursor(self) -> None:
        top = 0 if not any(row.key for row in self._rows[: self.cursor]) else self.cursor
        region = Region(0, top, 1, self.cursor - top + 1)
        self.scroll_to_region(region, animate=False, force=True)

    def _nearest(self, place: int, step: int) -> int:
        """The next row from there that is no heading; the other way round where there is none."""
        ways = (range(place, len(self._rows)), range(place - 1, -1, -1))
        for way in ways if step > 0 else (range(place, -1, -1), ways[0]):
            for one in way:
                if self._rows[one].key is not None:
                    return one
        return 0

    def action_move(self, step: int) -> None:
        """To the next row, or the one before."""
        place = self.cursor + step
        beyond = range(place, len(self._rows)) if step > 0 else range(place, -1, -1)
        if any(self._rows[one].key is not None for one in beyond):
            self.cursor = self._nearest(place, step)
        else:
            self.post_message(self.Edge(self, step))

    def action_page(self, step: int) -> None:
        """About as many rows as are to be seen."""
        if not self._rows:
            return
        place = self.cursor + step * max(1, self.size.height - 1)
        if (step > 0 and self.cursor == self._last()) or (step < 0 and self.cursor == self._nearest(0, 1)):
            self.post_message(self.Edge(self, step))
        self.cursor = self._nearest(max(0, min(place, len(self._rows) - 1)), -step)

    def action_end(self, which: int) -> None:
        """To the first row, or the last."""
        if self._rows:
            self.cursor = self._last() if which else self._nearest(0, 1)

    def _last(self) -> int:
        return self._nearest(len(self._rows) - 1, -1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter works only where rows lead somewhere."""
        del parameters
        return self._opens or action != "choose"

    def action_choose(self) -> None:
        """What the row is about."""
        if self.key is not None:
            self.post_message(self.Chosen(self, self.key))

    def on_click(self, event: events.Click) -> None:
        """To the row; once more: what it is about."""
        place = event.y + self.scroll_offset.y
        if place >= len(self._rows) or self._rows[place].key is None:
            return
        if place == self.cursor:
            self.action_choose()
        self.cursor = place


def _fitted(columns: Sequence[Column], natural: Sequence[int], room: int) -> list[int]:
    """The widths of columns in so much room; 0: it is not shown."""
    widths = list(natural)

    def excess() -> int:
        return sum(width + _GAP for width in widths if width) - _GAP - room

    elastic = next((place for place, column in enumerate(columns) if column.elastic), None)
    for place in reversed(range(len(widths))):
        rest = 0 if elastic is None else max(0, widths[elastic] - columns[elastic].least)
        if columns[place].spare and excess() > rest:
            widths[place] = 0
    if elastic is not None and widths:
        for place, column in enumerate(columns):
            if column.most < _ANY:  # one long name does not leave everybody without what it is about
                lacks = excess() - widths[elastic] + min(widths[elastic], room // 3)
                widths[place] -= max(0, min(lacks, widths[place] - room // 3))
        widths[elastic] = max(1, widths[elastic] - excess())
    return widths
