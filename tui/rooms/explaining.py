"""The page on a kind of finding, as `homing check --explain` shows it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown

from dsl.pages import page
from dsl.slugs import Slug
from engine.terminal import spoken_language
from tui.widgets.bars import Hints
from tui.wording import say


class Explaining(ModalScreen[None]):
    """Closed by any of the keys that close things."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,x,q,enter", "dismiss", say("close"), key_display="Esc")
    ]

    def __init__(self, slug: Slug) -> None:
        super().__init__()
        self._slug: Slug = slug

    def compose(self) -> ComposeResult:
        """One pane with all of it."""
        with VerticalScroll(id="pane"):
            yield Markdown(page(self._slug, spoken_language()), open_links=False)
        yield Hints()
