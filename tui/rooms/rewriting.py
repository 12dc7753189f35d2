"""A held message written anew, looked over while one types by what looks it over when it is saved."""

from asyncio import to_thread
from decimal import Decimal
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from dsl.wording import Phrase
from engine.errors import EngineError
from engine.people.edits import Edited, Study, Writing, edit_text, proposed
from engine.people.practice import Hand
from engine.storage.keys import Intent, intent_of
from engine.views.approvals import price
from engine.views.held import Item
from engine.views.window import look
from tui.house import House, Sight
from tui.rooms.held_item import length_said
from tui.widgets.bars import Hints
from tui.widgets.prose import Prose
from tui.wording import advice, say, say_number, told


class _Writing(TextArea):
    """Shows characters that hide, or act on terminals, as a mark of one cell each: the text itself keeps them."""

    def get_line(self, line_index: int) -> Text:
        """A line as it is shown."""
        line = self.document.get_line(line_index)
        return Text("".join(one if one.isprintable() else "�" for one in line), end="", no_wrap=True)


class _Look(NamedTuple):
    """What comes of a text that may go. `price`: of sending it; None where `homing.toml` says no cost."""

    edited: Edited
    price: Decimal | None


class Rewriting(ModalScreen[Writing | None]):
    """Answers with what it is to say, once it may; None: as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", say("save"), key_display="^s", priority=True),
        Binding("escape", "leave", say("leave it as it was"), key_display="Esc", priority=True),
    ]

    def __init__(self, house: House, one: Item) -> None:
        super().__init__()
        self._house, self._one, self._intent = house, one, intent_of(str(one["id"]))
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
            yield Static(id="heading")
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
        self._fit = isinstance(found, _Look)
        text = found.edited.text if isinstance(found, _Look) else writing.text
        self.query_one("#arrives", Static).update(Prose(told(text, lines=True)))
        arrives = say("as it will arrive") if self._fit else say("not valid yet")
        self.query_one("#heading", Static).update(Content.styled(told(arrives), "bold $primary"))
        if isinstance(found, _Look):
            self._tell_fit(found)
        else:
            self._tell(found.message, advice(found.hint), wrong=True)

    def _tell_fit(self, look: _Look) -> None:
        """How long it is and what it costs; beside what it was, where it is longer."""
        said, doubts = look.edited, list[Phrase]()
        if said.leftovers:
            parts = ", ".join(said.leftovers)
            doubts.append(say("{parts} will stand there so: nothing is filled in any more", parts=parts))
        before = self._one.get("segments")
        if isinstance(before, int) and said.segments is not None and said.segments > before:
            doubts.append(_longer(said.segments, before, look.price, self._one.get("price")))
        length = None if said.segments is None else length_said(said.length, said.segments)
        if doubts:
            self._tell(*doubts)
        else:
            self._tell(length or say("it may go so"), fine=True)

    def _tell(self, *lines: str | None, fine: bool = False, wrong: bool = False) -> None:
        said = " · ".join(told(line) for line in lines if line)
        style = "" if fine else "$error" if wrong else "$warning"
        self.query_one("#verdict", Static).update(Content.styled(f"{'✓' if fine else '!'} {said}", style))

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
        self._tell(say("Esc once more throws away what you have written"))


def rewrite(house: House, intent: Intent, writing: Writing, hand: Hand) -> Edited:
    """Save what was written."""
    window = look(hand.connection, house.project.config)
    return edit_text(
        Study(hand.connection, window.model, window.symbols, hand.practice), intent, writing, hand.by
    )


def _looked_over(house: House, intent: Intent, writing: Writing) -> _Look | EngineError:
    def looked(sight: Sight) -> _Look:
        window = sight.window
        study = Study(window.connection, window.model, window.symbols, house.practice)
        edited = proposed(study, intent, writing)
        return _Look(edited, price(window, edited.channel, edited.segments or 1))

    try:
        return house.read(looked)
    except EngineError as error:
        return error


def _longer(number: int, before: int, cost: object, cost_before: object) -> Phrase:
    """That it takes more segments than it took, and what that costs."""
    longer = say_number("{n} segment (was {before})", "{n} segments (was {before})", n=number, before=before)
    if cost is None or cost_before is None:
        return longer
    return say(
        "{longer}, cost {cost} instead of {before}",
        longer=longer,
        cost=f"{cost:,}",
        before=f"{cost_before:,}",
    )
