"""The line in which one types whom one looks for, with keys of its own: letters and digits are no keys there."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.doors import DOORS
from tui.wording import say, told


class Searching(Input):
    """Posts `Left` when somebody wants to go from it to the list, and Input's own `Changed`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "leave", say("to the list"), key_display="Enter"),
        Binding("escape", "clear", say("clear"), key_display="Esc"),
        Binding(
            f"f{DOORS[0].key}", f"app.enter('{DOORS[0].name}')", say("rooms"),
            key_display=f"F{DOORS[0].key}–F{DOORS[-1].key}",
        ),
    ]  # fmt: skip

    @dataclass
    class Left(Message):
        """On to what was found."""

        searching: "Searching"

    def __init__(self, *, identity: str, hint: str) -> None:
        super().__init__(id=identity, compact=True, placeholder=told(hint))

    def action_leave(self) -> None:
        """To the list."""
        self.post_message(self.Left(self))

    def action_clear(self) -> None:
        """Begin anew; where nothing stands there, to the list."""
        if self.value:
            self.value = ""
        else:
            self.action_leave()
