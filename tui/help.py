"""The help of a room: what it is for, and every key that works in it."""

from collections.abc import Iterable
from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from dsl.wording import Phrase
from tui.widgets.bars import Hints, padded
from tui.widgets.prose import Prose
from tui.wording import say, told

_KEYS = 12
"""Cells that names of keys take."""

_COLUMN = 36
"""Cells of one of two columns of keys; where any needs more, there is one column."""


_TWO_COLUMNS = 2 * _COLUMN + 8
"""Cells of a screen that has room for them."""


def is_ours(binding: Binding) -> bool:
    """Whether a key is one of the house's; those of the library, such as scrolling sideways, are not worth telling."""
    return isinstance(binding.description, Phrase)


class Help(ModalScreen[None]):
    """Closed by any of the keys that close things."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", say("close"), key_display="Esc")
    ]

    def __init__(self, about: str, bindings: Iterable[ActiveBinding]) -> None:
        super().__init__()
        self._about = about
        ours = [one for one in bindings if one.enabled and is_ours(one.binding)]
        ours.sort(key=lambda one: not isinstance(one.node, Screen))  # what is the room's own stands first
        self._keys = [one.binding for one in ours]

    def compose(self) -> ComposeResult:
        """One pane with all of it."""
        with VerticalScroll(id="pane"):
            yield Static(Prose(told(self._about, lines=True)))
            yield Static(self._lines(), id="keys")
        yield Hints()

    def _lines(self) -> Content:
        found = {one.action: one for one in reversed(self._keys)}
        keys = [self._told(one) for one in reversed(found.values())]
        if max(key.cell_length for key in keys) > _COLUMN or self.app.size.width < _TWO_COLUMNS:
            return Content("\n").join(keys)
        half = (len(keys) + 1) // 2
        pairs = zip_longest(keys[:half], keys[half:], fillvalue=Content(""))
        return Content("\n").join(
            Content.assemble(one.pad_right(_COLUMN - one.cell_length), other) for one, other in pairs
        )

    def _told(self, one: Binding) -> Content:
        key = padded(self.app.get_key_display(one), _KEYS)
        return Content.assemble((key, "bold"), told(one.tooltip or one.description))
