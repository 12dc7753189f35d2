"""Questions in the middle of the screen: yes or no, a line of words, or a number that says that somebody means it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.widgets.bars import Hints
from tui.widgets.prose import Prose
from tui.widgets.reading import read_on
from tui.widgets.rows import Column, Row, Rows
from tui.wording import say, told


class AskWords(ModalScreen[str | None]):
    """Asks for a line of words; None: never mind. `wanted`: what must be typed, if anything will not do.

    `first`: what stands there, until something else is typed. `objects`: says what is wrong with an answer, None
    where nothing is; until then the question stays.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", say("never mind"), key_display="Esc"),
        Binding("enter", "go_on", say("go on"), key_display="Enter", priority=True),
        Binding("pagedown", "read_on(1)", say("read on"), key_display="PgDn", priority=True),
        Binding("pageup", "read_on(-1)", say("scroll the text back"), show=False, priority=True),
    ]

    def __init__(
        self,
        question: str,
        about: str = "",
        wanted: str | None = None,
        first: str = "",
        objects: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._question, self._about, self._first = told(question), about, first
        self._objects = objects if wanted is None else _only(wanted)

    def compose(self) -> ComposeResult:
        """Question, what it is about, a line to answer."""
        with Vertical(id="pane"):
            yield Static(Content.styled(self._question, "bold"))
            if self._about:
                yield VerticalScroll(Static(Prose(self._about)), id="about", can_focus=False)
            yield Input(self._first, id="answer")
            yield Static(markup=False, id="objection")
        yield Hints()

    @on(Input.Submitted)
    def answered(self, event: Input.Submitted) -> None:
        """Take the answer, if it is one."""
        answer = event.value.strip()
        why = self._objects(answer) if answer else say("write something, or leave with Esc")
        if why is None:
            self.dismiss(answer)
        else:
            self.query_one("#objection", Static).update(f"! {told(why, lines=True)}")

    async def action_go_on(self) -> None:
        """As enter in the line does."""
        await self.query_one(Input).action_submit()

    def on_mount(self) -> None:
        """Say how to read on, once it is known whether there is more than can be seen."""
        self.call_after_refresh(self.refresh_bindings)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody reads on where all of it is to be seen."""
        del parameters
        return action != "read_on" or any(about.max_scroll_y for about in self.query(VerticalScroll))

    def action_read_on(self, step: int) -> None:
        """Scroll what it is about."""
        for about in self.query(VerticalScroll):
            read_on(about, step)

    def action_leave(self) -> None:
        """Decide nothing."""
        self.dismiss(None)


def _only(wanted: str) -> Callable[[str], str | None]:
    """Objects to any answer but one."""
    return lambda answer: None if answer == wanted else say("that is not {wanted}", wanted=wanted)


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
    """Asks for one of several, fewer of them the more is typed; None: never mind."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", say("never mind"), key_display="Esc"),
        Binding("enter", "take", say("take that one"), key_display="Enter", priority=True),
        Binding("down", "move(1)", say("next"), show=False, priority=True),
        Binding("up", "move(-1)", say("previous"), show=False, priority=True),
    ]

    def __init__(self, question: str, about: str, rows: Sequence[Row]) -> None:
        super().__init__()
        self._question, self._about, self._rows = told(question), about, rows

    def compose(self) -> ComposeResult:
        """Question, what it is about, those to pick from."""
        with Vertical(id="pane"):
            yield Static(Content.styled(self._question, "bold"))
            yield Static(Prose(self._about), id="about")
            yield Input(placeholder=told(say("type to find")), id="some", compact=True)
            yield Rows((Column(elastic=True), Column(right=True)), identity="these", opens=True)
        yield Hints()

    def on_mount(self) -> None:
        """All of them."""
        self.query_one(Rows).put(self._rows)
        self.query_one(Input).focus()

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Those that have what is typed."""
        words = event.value.casefold().split()
        self.query_one(Rows).put([row for row in self._rows if _has(row, words)])

    def action_move(self, step: int) -> None:
        """To the next, or the one before."""
        self.query_one(Rows).action_move(step)

    def action_take(self) -> None:
        """The one with the cursor."""
        self.query_one(Rows).action_choose()

    @on(Rows.Chosen)
    def picked(self, event: Rows.Chosen) -> None:
        """That one."""
        self.dismiss(event.key)

    def action_leave(self) -> None:
        """None of them."""
        self.dismiss(None)


def _has(row: Row, words: Sequence[str]) -> bool:
    whole = " ".join(row.cells).casefold()
    return all(word in whole for word in words)
