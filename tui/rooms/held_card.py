"""The card in Approve: the exact text of an item, what is known of it, and its customer."""

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from engine.views.held import Item
from engine.views.titles import Titles
from tui.rooms.dossier import Dossier
from tui.rooms.held_item import above_text, below_text, facts_of, text_of, whom_of
from tui.rooms.shelf import Beside
from tui.widgets.prose import Prose


class HeldCard(VerticalScroll):
    """`put` shows an item, `put_beside` the rest about it, which is read later."""

    def __init__(self) -> None:
        super().__init__(id="card", can_focus=False)
        self.display = False  # until there is something to show

    def compose(self) -> ComposeResult:
        """Whom it is for, the item, its customer."""
        yield Static(id="whom")
        yield Vertical(Static(id="text", markup=False), Static(id="facts"), id="item")
        yield Dossier()

    def put(self, one: Item, titles: Titles, *, in_full: bool) -> None:
        """The words. `in_full`: whether the address is shown as it is."""
        self.query_one("#whom", Static).update(whom_of(one, titles))
        self._text.update(Prose(text_of(one)))
        self._text.border_subtitle = below_text(one)
        self.put_address(one, titles, in_full=in_full)

    def put_address(self, one: Item, titles: Titles, *, in_full: bool) -> None:
        """Where it goes, or came from."""
        self._text.border_title = above_text(one, titles, showing=in_full)

    def put_beside(self, one: Item, titles: Titles, beside: Beside | None) -> None:
        """The rest. Until it is read nothing stands there: not what is known of somebody else."""
        dossier = self.query_one(Dossier)
        dossier.display = beside is not None
        if beside is not None:
            dossier.put(beside.person, beside.kinds, beside.now, titles)
        onward = None if beside is None else beside.onward
        self.query_one("#facts", Static).update(facts_of(one, titles, onward))

    @property
    def ends(self) -> bool:
        """Whether the end of the text is on the screen."""
        return self._text.region.bottom <= self.region.bottom

    @property
    def _text(self) -> Static:
        return self.query_one("#text", Static)
