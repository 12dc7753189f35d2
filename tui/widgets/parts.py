"""Lines that name parts: the heading of one, and one that names all, the one that is shown between marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from dsl.wording import Phrase
from tui.wording import told


def heading(words: Phrase, identity: str | None = None) -> Static:
    """What stands over a part of a screen."""
    return Static(Content.styled(told(words), "bold $primary"), id=identity)


class Parts(Widget):
    """The one that is clicked on is turned to. Posts `Chosen` when somebody clicks on another part."""

    part: reactive[str] = reactive("")

    @dataclass
    class Chosen(Message):
        """This part is wanted."""

        part: str

    def __init__(self, parts: Sequence[tuple[str, Phrase]], *, identity: str) -> None:
        super().__init__(id=identity)
        self._parts = tuple(parts)
        self.set_reactive(Parts.part, self._parts[0][0])

    def render(self) -> Content:
        """One line."""
        return Content("").join([self._told(name, told(title)) for name, title in self._parts])

    def _told(self, name: str, title: str) -> Content:
        if name == self.part:
            return Content.assemble((f"[{title}]", "reverse bold"))
        return Content.assemble((f" {title} ", Style.from_meta({"@click": f"choose('{name}')"})))

    def action_choose(self, name: str) -> None:
        """That one."""
        self.post_message(self.Chosen(name))
