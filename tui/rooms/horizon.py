"""How far a plan looks: the days to come, or those that have passed, lived through again."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from engine.commands.planning import MOST_DAYS
from tui.widgets.bars import Hints
from tui.widgets.choices import Choices
from tui.wording import say, say_number, told

_USUAL = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Span:
    """So many days from now on; with `replay`, so many before now."""

    days: int = _USUAL[0]
    replay: bool = False

    @property
    def told(self) -> str:
        """In words."""
        if self.replay:
            return told(say_number("the last {n} day again", "the last {n} days again", n=self.days))
        return told(say_number("the next {n} day", "the next {n} days", n=self.days))


class AskSpan(ModalScreen[Span | None]):
    """Asks how far; None: never mind. `released`: whether rules have run, so that days can be lived through again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", say("plan"), key_display="Enter", priority=True),
        Binding("tab", "app.focus_next", say("next field"), key_display="Tab", priority=True),
        Binding("up", "usual(1)", say("more days"), key_display="↑"),
        Binding("down", "usual(-1)", say("fewer days"), key_display="↓"),
        Binding("escape", "leave", say("never mind"), key_display="Esc", priority=True),
    ]

    def __init__(self, span: Span, *, released: bool) -> None:
        super().__init__()
        self._span, self._released = span, released

    def compose(self) -> ComposeResult:
        """A number of days, and which way."""
        with Vertical(id="pane"):
            yield Static(Content.styled(told(say("How far shall the plan look?")), "bold"))
            yield Static(told(_ABOUT), markup=False, id="about")
            with Horizontal(classes="field"):
                yield Static(told(say("days")), markup=False, classes="name")
                yield Input(str(self._span.days), id="days", type="integer", max_length=3)
                yield Static(f"↑ ↓  {' · '.join(map(str, _USUAL))}", id="usual")
            if self._released:
                ways = (told(say("the days to come")), told(say("the days that have passed, again")))
                yield Choices(ways, identity="way")
            yield Static(markup=False, id="objection")
        yield Hints()

    def on_mount(self) -> None:
        """Days first: what is typed takes the place of what stands there."""
        for choices in self.query(Choices):
            choices.choose(int(self._span.replay))
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def action_go_on(self) -> None:
        """That far."""
        days = self._days
        if not 1 <= days <= MOST_DAYS:
            why = told(say("write a number of days, {most} at most", most=MOST_DAYS))
            self.query_one("#objection", Static).update(f"! {why}")
            return
        self.dismiss(Span(days, replay=any(choices.chosen == 1 for choices in self.query(Choices))))

    @property
    def _days(self) -> int:
        text = self.query_one(Input).value
        return int(text) if text.isdecimal() else 0

    def action_usual(self, step: int) -> None:
        """To the next of the usual numbers."""
        days, field = self._days, self.query_one(Input)
        further = [one for one in _USUAL if (one > days if step > 0 else one < days)]
        if further:
            field.value = str(min(further) if step > 0 else max(further))
            field.action_select_all()

    def action_leave(self) -> None:
        """No plan."""
        self.dismiss(None)


_ABOUT = say(
    "The rules in force and the files are both tried on a copy of all data: nothing is sent, nothing changes. "
    "More days take longer; you can go on working meanwhile."
)
