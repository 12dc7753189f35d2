"""One of several, or none so far: side by side or below each other, chosen by arrows, by a digit or with the mouse."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.bars import padded, width_of
from tui.wording import say

_GAP = 2
_MARK = 2  # cells of the mark before each


class Choices(Widget, can_focus=True):
    """Posts `Chosen` whenever another one is chosen, or none.

    `upright`: one below the other, with the digits that choose them. `labels`: what they are called now.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right,j,l", "move(1)", say("next"), show=False, key_display="→ ↓"),
        Binding("up,left,k,h", "move(-1)", say("previous"), show=False, key_display="← ↑"),
        Binding("delete,backspace", "clear", say("none of them"), show=False),
    ]

    chosen: reactive[int | None] = reactive(None, init=False)
    labels: reactive[tuple[str, ...]] = reactive((), layout=True)

    @dataclass
    class Chosen(Message):
        """Another one is chosen."""

        choices: "Choices"

    def __init__(
        self, options: Sequence[str], *, identity: str, upright: bool = False, labels: Sequence[str] = ()
    ) -> None:
        super().__init__(id=identity)
        self._options, self._upright = tuple(options), upright
        self.set_reactive(Choices.labels, tuple(labels) or self._options)

    @property
    def value(self) -> str | None:
        """The one that is chosen."""
        return None if self.chosen is None else self._options[self.chosen]

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many lines as they need."""
        del container, viewport
        return len(self._lines(width))

    def render(self) -> Content:
        """Each with a mark; the chosen one with another."""
        gap, width = Content(" " * _GAP), self.size.width
        return Content("\n").join(
            [gap.join([self._option(place, width) for place in line]) for line in self._lines(width)]
        )

    def _lines(self, width: int) -> list[list[int]]:
        lines: list[list[int]] = [[]]
        left = 0
        for place, label in enumerate(self.labels):
            needed = width if self._upright else _MARK + width_of(label) + _GAP
            if lines[-1] and left + needed - _GAP > width:
                lines.append([])
                left = 0
            lines[-1].append(place)
            left += needed
        return lines

    def _option(self, place: int, width: int) -> Content:
        here = place == self.chosen
        style = "reverse bold" if here and self.has_focus else "bold" if here else ""
        mark, label = "●" if here else "○", self.labels[place]
        return Content.styled(
            padded(f"{mark} {place + 1} {label}", width) if self._upright else f"{mark} {label}", style
        )

    def watch_chosen(self) -> None:
        """Say so."""
        self.post_message(self.Chosen(self))

    def watch_has_focus(self, focused: bool) -> None:  # noqa: FBT001  # Textual's
        """Keys act here, or no longer."""
        super().watch_has_focus(focused)
        self.refresh()

    def choose(self, place: int) -> None:
        """Choose the one at a place, if there is one."""
        if place < len(self._options):
            self.chosen = place

    def action_move(self, step: int) -> None:
        """To the next, or the one before; to the first or the last where none is chosen."""
        last = len(self._options) - 1
        here = (-1 if step > 0 else last + 1) if self.chosen is None else self.chosen
        self.chosen = max(0, min(last, here + step))

    def action_clear(self) -> None:
        """None of them."""
        self.chosen = None

    def on_click(self, event: events.Click) -> None:
        """The one that was meant."""
        lines = self._lines(self.size.width)
        right = 0
        for place in lines[event.y] if event.y < len(lines) else ():
            right += self.size.width if self._upright else _MARK + width_of(self.labels[place]) + _GAP
            if event.x < right:
                self.choose(place)
                return
