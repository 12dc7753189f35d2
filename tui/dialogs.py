"""Questions in the middle of the screen: yes or no, a line of words, or a number that says that somebody means it."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.widgets.bars import Hints
from tui.widgets.prose import Prose
from tui.widgets.rows import Column, Row, Rows
from tui.wording import say, told


class AskWords(ModalScreen[str | None]):
    """Asks for a line of words; None: never mind. `wanted`: what must be typed, if anything will not do.

    `first`: what stands there, until something else is typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", say("never mind"), key_display="Esc"),
        Binding("enter", "go_on", say("go on"), key_display="Enter"),
    ]

    def __init__(self, question: str, about: str = "", wanted: str | None = None, first: str = "") -> None:
        super().__init__()
        self._question, self._about, self._wanted, self._first = told(question), about, wanted, first

    def compose(self) -> ComposeResult:
        """Question, what it is about, a line to answer."""
        with Vertical(id="pane"):
            yield Static(Content.styled(self._question, "bold"))
            if self._about:
                yield Static(Prose(self._about), id="about")
            yield Input(self._first, id="answer")
            yield Static(markup=False, id="objection")
        yield Hints()

    @on(Input.Submitted)
    def answered(self, event: Input.Submitted) -> None:
        """Take the answer, if it is one."""
        answer = event.value.strip()
        if not answer:
            self._object(told(say("write something, or leave with Esc")))
        elif self._wanted is not None and answer != self._wanted:
            self._object(told(say("that is not {wanted}", wanted=self._wanted)))
        else:
            self.dismiss(answer)

    def _object(self, why: str) -> None:
        self.query_one("#objection", Static).update(f"! {why}")

    async def action_go_on(self) -> None:
        """As enter in the line does."""
        await self.query_one(Input).action_submit()

    def action_leave(self) -> None:
        """Decide nothing."""
        self.dismiss(None)


class Confirm(ModalScreen[bool]):
    """Asks whether somebody means it. `about`: what it is about."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", say("never mind"), key_display="Esc"),
        Binding("enter,y", "answer(True)", say("yes"), key_display="Enter"),
    ]

    def __init__(self, question: str, about: str) -> None:
        super().__init__()
        self._question, self._about = told(question), about

    def compose(self) -> ComposeResult:
        """Question, and what it is about."""
        with Vertical(id="pane"):
            yield Static(Content.styled(self._question, "bold"))
            yield Static(Prose(self._about), id="about")
        yield Hints()

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001  # what a key says
        """That is that."""
        self.dismiss(answer)


class Pick(ModalScreen[str | None]):
    """Asks for one of several; None: never mind."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", say("never mind"), key_display="Esc"),
    ]

    def __init__(self, question: str, about: str, rows: Sequence[Row]) -> None:
        super().__init__()
        self._question, self._about, self._rows = told(question), about, rows

    def compose(self) -> ComposeResult:
        """Question, what it is about, those to pick from."""
        with Vertical(id="pane"):
            yield Static(Content.styled(self._question, "bold"))
            yield Static(Prose(self._about), id="about")
            yield Rows((Column(elastic=True), Column(right=True)), identity="these", opens=True)
        yield Hints()

    def on_mount(self) -> None:
        """All of them."""
        self.query_one(Rows).put(self._rows)

    @on(Rows.Chosen)
    def picked(self, event: Rows.Chosen) -> None:
        """That one."""
        self.dismiss(event.key)

    def action_leave(self) -> None:
        """None of them."""
        self.dismiss(None)
