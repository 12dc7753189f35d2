"""Where those go whose state the new rules do not have: chosen state by state, then planned with that."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from dsl.model.model import Model
from engine.planning.planning import Planned
from engine.projects.fates import Fate, Move, targets
from tui.dialogs import Pick
from tui.widgets.bars import Hints
from tui.widgets.drawing import title_of
from tui.widgets.rows import Column, Row, Rows
from tui.wording import say, told

Moves = tuple[Move, ...]


def moves_of(planned: Planned, asked: Moves) -> dict[Fate, Move]:
    """Of everybody whom a plan moves: where to, because somebody `asked` for it or because it would help."""
    exact = {(move.journey, move.old): move for move in asked}
    wanted = {
        fate: exact[fate.journey, fate.state] for fate in planned.fates if (fate.journey, fate.state) in exact
    }
    return wanted | dict(planned.helpful)


class AskMoves(ModalScreen[Moves | None]):
    """Answers with a move for each; None: never mind."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", say("choose where to"), key_display="Enter"),
        Binding("p", "plan", say("plan with this")),
        Binding("escape", "leave", say("never mind"), key_display="Esc"),
    ]

    def __init__(self, moves: Mapping[Fate, Move], model: Model) -> None:
        super().__init__()
        self._moves, self._model = dict(moves), model

    def compose(self) -> ComposeResult:
        """Who is left without a state, and where they go."""
        with Vertical(id="pane"):
            yield Static(Content.styled(told(say("Where do they go?")), "bold"))
            yield Static(told(_ABOUT), markup=False, id="about")
            yield Rows((Column(elastic=True), Column(right=True), Column()), identity="these", opens=True)
        yield Hints()

    def on_mount(self) -> None:
        """All of them."""
        self._show()

    def _show(self) -> None:
        self.query_one(Rows).put(
            [_row(place, fate, move) for place, (fate, move) in enumerate(self._moves.items())]
        )

    @on(Rows.Chosen)
    def ask(self, event: Rows.Chosen) -> None:
        """Where those of one state go."""
        fate, move = list(self._moves.items())[int(event.key)]
        question = say(
            "Where do the {n:,} in {state} go?", n=fate.count, state=f"{fate.journey}.{fate.state}"
        )
        rows = [
            Row(target, (told(target), self._title(fate, target)))
            for target in targets(self._model, fate.journey)
        ]
        self.app.push_screen(
            Pick(question, told(say("`end`: the journey is over for them.")), rows),
            partial(self._take, fate, move),
        )

    def _title(self, fate: Fate, target: str) -> str:
        journey = self._model.journeys.get(fate.journey)
        state = next((one for one in journey.states if one.name == target), None) if journey else None
        return "" if state is None else title_of(state)

    def _take(self, fate: Fate, move: Move, target: str | None) -> None:
        if target is not None:
            self._moves[fate] = replace(move, new=target)
            self._show()

    def action_plan(self) -> None:
        """See what comes of it."""
        self.dismiss(tuple(self._moves.values()))

    def action_leave(self) -> None:
        """As it was."""
        self.dismiss(None)


def _row(place: int, fate: Fate, move: Move) -> Row:
    state = f"{told(fate.journey)}.{told(fate.state)}"
    return Row(str(place), (state, f"{fate.count:,}", f"→ {told(move.new)}"))


_ABOUT = say(
    "The new rules do not have these states. Nobody is stranded: choose a state for each, or an end."
)
