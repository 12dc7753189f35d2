"""A held message written anew, looked over while one types by what looks it over when it is saved."""

from asyncio import to_thread
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from engine.errors import EngineError
from engine.people.edits import Edited, Study, Writing, proposed
from engine.storage.keys import Intent, intent_of
from engine.views.held import Item
from tui.house import House, Sight
from tui.rooms.held_item import length_said
from tui.widgets.bars import Hints
from tui.widgets.prose import Prose
from tui.wording import say, told


class _Writing(TextArea):
    """Shows characters that hide, or act on terminals, as a mark of one cell each: the text itself keeps them."""

    def get_line(self, line_index: int) -> Text:
        """A line as it is shown."""
        line = self.document.get_line(line_index)
        return Text("".join(one if one.isprintable() else "�" for one in line), end="", no_wrap=True)


class Rewriting(ModalScreen[Writing | None]):
    """Answers with what it is to say, once it may; None: as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", say("save"), key_display="^s", priority=True),
        Binding("escape", "leave", say("leave it as it was"), key_display="Esc", priority=True),
    ]

    def __init__(self, house: House, one: Item) -> None:
        super().__init__()
        self._house, self._intent = house, intent_of(str(one["id"]))
        self._before = self._writing = Writing(
            str(one["text"] or ""), None if one["subject"] is None else str(one["subject"])
        )
        self._fit = self._warned = False

    def compose(self) -> ComposeResult:
        """Where one writes, and what comes of it."""
        with Vertical(id="pane"):
            if self._before.subject is not None:
                yield Input(self._before.subject, id="subject")
            yield _Writing(self._before.text, id="writing")
            yield Static(Content.styled(told(say("as it will arrive")), "bold $primary"))
            with VerticalScroll(id="preview", can_focus=False):
                yield Static(markup=False, id="arrives")
            yield Static(markup=False, id="verdict")
        yield Hints()

    def on_mount(self) -> None:
        """Begin at the end of the text."""
        writing = self.query_one(_Writing)
        writing.focus()
        writing.move_cursor(writing.document.end)
        self.look_over()

    @on(TextArea.Changed)
    @on(Input.Changed)
    def look_over(self) -> None:
        """Have what is written now looked over."""
        subject = self.query_one(Input).value if self._before.subject is not None else None
        self._writing, self._fit, self._warned = Writing(self.query_one(_Writing).text, subject), False, False
        self._look_over(self._writing)

    @work(group="look over", exclusive=True)
    async def _look_over(self, writing: Writing) -> None:
        found = await to_thread(_looked_over, self._house, self._intent, writing)
        self._fit = isinstance(found, Edited)
        if isinstance(found, Edited):
            self.query_one("#arrives", Static).update(Prose(told(found.text, lines=True)))
            said = (
                say("it may go so") if found.segments is None else length_said(found.length, found.segments)
            )
            self._tell(f"✓ {told(said)}")
        else:
            self._tell("! " + " · ".join(filter(None, (told(found.message), told(found.hint)))))

    def _tell(self, verdict: str) -> None:
        self.query_one("#verdict", Static).update(verdict)

    def action_save(self) -> None:
        """Let it say so, if it may."""
        if self._fit:
            self.dismiss(self._writing)

    def action_leave(self) -> None:
        """Leave; what was written is thrown away only when somebody asks twice."""
        if self._writing == self._before or self._warned:
            self.dismiss(None)
            return
        self._warned = True
        self._tell("! " + told(say("Esc once more throws away what you have written")))


def _looked_over(house: House, intent: Intent, writing: Writing) -> Edited | EngineError:
    def look(sight: Sight) -> Edited:
        window = sight.window
        study = Study(window.connection, window.model, window.symbols, house.practice)
        return proposed(study, intent, writing)

    try:
        return house.read(look)
    except EngineError as error:
        return error
