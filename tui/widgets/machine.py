"""A journey drawn as a state machine, with a cursor on one state. What is drawn where is `tui.widgets.drawing`."""

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

from tui.widgets.drawing import Drawing, Line, drawn
from tui.wording import say


class Machine(ScrollView, can_focus=True):
    """The drawing. The ways out of the state with the cursor, and of the one that is lit, are told one by one.

    Posts `Moved` when the cursor is on another state, `Chosen` at enter, or at a second click.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "machine--frame",
        "machine--name",
        "machine--quiet",
        "machine--lit",
        "machine--note",
        "machine--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", say("next"), show=False, key_display="↓ j"),
        Binding("up,k", "move(-1)", say("previous"), show=False, key_display="↑ k"),
        Binding("pagedown", "page(1)", say("a page on"), show=False, key_display="PgDn"),
        Binding("pageup", "page(-1)", say("a page back"), show=False, key_display="PgUp"),
        Binding("home,g", "end(0)", say("to the first"), show=False, key_display="Home g"),
        Binding("end,G", "end(-1)", say("to the last"), show=False, key_display="End G"),
        Binding("z", "unfold", say("all ways")),
        Binding("enter", "choose", say("open"), key_display="Enter"),
    ]

    cursor: reactive[str | None] = reactive(None, init=False)
    whole: reactive[bool] = reactive(default=False, init=False)

    @dataclass
    class Moved(Message):
        """The cursor is on the state of that full name."""

        state: str

    @dataclass
    class Chosen(Message):
        """Enter, or a second click."""

        state: str

    def __init__(self, *, identity: str, opens: bool = False) -> None:
        super().__init__(id=identity)
        self._opens = opens
        self._drawing: Drawing | None = None
        self._lines: list[Line] = []

    @property
    def states(self) -> list[str]:
        """Where the cursor can be, from above."""
        return [line.state for line in self._lines if line.state is not None]

    def put(self, drawing: Drawing) -> None:
        """Show this. The cursor stays where it is in the same journey, else goes to the lit state, or the first."""
        before, self._drawing = self._drawing, drawing
        known = [state.name for state in drawing.journey.states]
        same = (
            before is not None and before.journey.name == drawing.journey.name and before.lit == drawing.lit
        )
        if not same or self.cursor not in known:
            self.set_reactive(Machine.cursor, drawing.lit if drawing.lit in known else known[0])
            self.post_message(self.Moved(str(self.cursor)))
        self._draw()

    def on_resize(self) -> None:
        """Another width."""
        self._draw()

    def watch_cursor(self) -> None:
        """Show where it is, and say so."""
        self._draw()
        if self.cursor is not None:
            self.post_message(self.Moved(self.cursor))

    def watch_whole(self) -> None:
        """All ways, or those that matter now."""
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if self._drawing is None or width <= 0:
            return
        here = {state for state in (self.cursor, self._drawing.lit) if state is not None}
        self._lines = drawn(self._drawing, width, None if self.whole else here)
        self.virtual_size = Size(width, len(self._lines))
        place = self._place(self.cursor)
        ways = next(
            (at for at, line in enumerate(self._lines) if at > place and line.state), len(self._lines)
        )
        seen = min(ways - place, max(1, self.size.height))
        self.scroll_to_region(Region(0, max(0, place), 1, seen), animate=False, force=True)
        self.refresh()

    def _place(self, state: str | None) -> int:
        return next((place for place, line in enumerate(self._lines) if line.state == state), 0)

    def render_line(self, y: int) -> Strip:
        """One line as it is seen."""
        place = y + self.scroll_offset.y
        if place >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        line = self._lines[place]
        here = line.state is not None and line.state == self.cursor
        return Strip([Segment(text, self._style(style, here=here)) for text, style in line.parts])

    def _style(self, name: str, *, here: bool) -> Style:
        style = self.rich_style
        if name:
            style += self.get_component_rich_style(f"machine--{name}", partial=True)
        if here and name != "frame" and (self.has_focus or name != "lit"):
            style += self.get_component_rich_style("machine--cursor", partial=True)
        return style

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter works only where states lead somewhere."""
        del parameters
        return self._opens or action != "choose"

    def action_move(self, step: int) -> None:
        """To the next state, or the one before."""
        states = self.states
        if self.cursor in states:
            self.cursor = states[min(max(states.index(self.cursor) + step, 0), len(states) - 1)]

    def action_page(self, step: int) -> None:
        """About as many lines as are to be seen."""
        wanted = self._place(self.cursor) + step * max(1, self.size.height - 1)
        places = [place for place, line in enumerate(self._lines) if line.state is not None]
        if places:
            self.cursor = self._lines[min(places, key=lambda place: abs(place - wanted))].state

    def action_end(self, which: int) -> None:
        """To the first state, or the last."""
        if self.states:
            self.cursor = self.states[which]

    def action_unfold(self) -> None:
        """Tell the ways out of all states one by one, or no longer."""
        self.whole = not self.whole

    def action_choose(self) -> None:
        """What the state is about."""
        if self.cursor is not None:
            self.post_message(self.Chosen(self.cursor))

    def on_click(self, event: events.Click) -> None:
        """To the state; once more: what it is about."""
        place = event.y + self.scroll_offset.y
        state = self._lines[place].state if place < len(self._lines) else None
        if state is None:
            return
        if state == self.cursor and self._opens:
            self.action_choose()
        self.cursor = state
