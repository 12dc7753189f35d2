"""A task is finished: what was found out, what came of it, and what follows, seen before anybody says so."""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from engine.errors import EngineError
from engine.people.tasks import Finish
from tui.house import House
from tui.rooms.call_card import deeds_of, kind_said, outcome_of, way_of, words_of
from tui.rooms.desk import Call, read_call
from tui.widgets.bars import Hints
from tui.widgets.choices import Choices
from tui.wording import say, told

_FLAG = ("yes", "no")


class Finishing(ModalScreen[Finish | None]):
    """Answers with how it was finished, once an outcome is chosen and the fields can be read; None: not yet."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "choose(0)", say("outcome"), key_display="1…9"),
        *(
            Binding(str(key), f"choose({key - 1})", say("outcome {n}", n=key), show=False)
            for key in range(2, 10)
        ),
        # Before the next key: what is typed fast must not land in the field that was left.
        Binding("tab", "app.focus_next", say("next field"), key_display="Tab", priority=True),
        Binding("shift+tab", "app.focus_previous", say("previous field"), show=False, priority=True),
        Binding("enter", "go_on", say("next, then finish"), key_display="Enter", priority=True),
        Binding("ctrl+s", "finish", say("finish"), key_display="^s", priority=True),
        Binding("escape", "leave", say("not yet"), key_display="Esc", priority=True),
    ]

    def __init__(self, house: House, call: Call) -> None:
        super().__init__()
        self._house, self._call = house, call
        self._asks: list[dict[str, Any]] = list(call.task.item["asks"])  # type: ignore[call-overload]
        self._warned = False
        self._known: dict[str, Any] = dict(call.task.item["answers"])  # type: ignore[call-overload]

    def compose(self) -> ComposeResult:
        """Outcomes, fields, what follows from the chosen outcome."""
        item, titles = self._call.task.item, self._call.titles
        task = str(item["task"])
        who = f"{told(item['name'] or item['customer'])} · {told(item['title'] or item['task'])}"
        with VerticalScroll(id="pane", can_focus=False):
            yield Static(Content.styled(who, "bold"))
            outcomes = [one.outcome for one in self._call.task.follows]
            yield _row(told(say("What came of it?")), Choices(outcomes, identity="outcomes", upright=True))
            for place, ask in enumerate(self._asks):
                words, known = words_of(task, ask, titles), self._known.get(ask["name"])
                yield _row(self._called(ask), _field(place, ask, words, known))
            yield _row(told(say("note")), Input(item["note"] or "", id="remark", compact=True))  # type: ignore[arg-type]
            yield Static(id="follows")
            yield Static(markup=False, id="verdict")
        yield Hints()

    def _called(self, ask: Mapping[str, Any]) -> str:
        """What a question is called."""
        return told(self._call.titles.ask(str(self._call.task.item["task"]), ask["name"]))

    def on_mount(self) -> None:
        """Begin with what came of it: its digits work at once."""
        self._show(self._call)
        self._outcomes.focus()
        if self._known:
            self.look_over()

    def on_descendant_focus(self) -> None:
        """The name of the field that keys go to stands out."""
        for row in self.query(".field"):
            row.set_class(self.focused in row.children, "-here")

    @property
    def _outcomes(self) -> Choices:
        return self.query_one("#outcomes", Choices)

    def _filled(self) -> dict[str, object]:
        """What is filled in, as written."""
        found: dict[str, object] = {}
        for place, ask in enumerate(self._asks):
            field = self.query_one(f"#field{place}")
            value = field.value if isinstance(field, Choices | Input) else None
            if value is not None and value.strip():
                found[str(ask["name"])] = value
        return found

    @on(Choices.Chosen)
    @on(Input.Changed)
    def look_over(self) -> None:
        """See what follows now."""
        self._warned = False
        self._look_over(self._filled())

    @work(group="look over", exclusive=True)
    async def _look_over(self, filled: dict[str, object]) -> None:
        await self._is_fit(filled)

    async def _is_fit(self, filled: dict[str, object]) -> bool:
        """Whether the fields can be read; what follows then, or what is wrong, is shown."""
        house, key, objection = self._house, self._call.key, ""
        surroundings = house.project.surroundings
        try:
            call = await to_thread(house.read, lambda sight: read_call(key, surroundings, sight, filled))
        except EngineError as error:
            objection = " · ".join(filter(None, (told(error.message), told(error.hint))))
        else:
            self._call = call or self._call
        self._show(self._call)
        self._object(objection)
        return not objection

    def _object(self, why: str) -> None:
        self.query_one("#verdict", Static).update(f"! {why}" if why else "")

    def _show(self, call: Call) -> None:
        outcomes, follows = self._outcomes, call.task.follows
        outcomes.labels = tuple(f"{outcome_of(call, one.outcome)}  {way_of(one)}" for one in follows)
        chosen = None if outcomes.chosen is None else follows[outcomes.chosen]
        lines = [] if chosen is None else list(deeds_of(chosen))
        filled = self._filled()
        empty = [self._called(ask) for ask in self._asks if ask["name"] not in filled]
        if chosen is not None and empty:
            lines.append(told(say("? nothing is filled in for {fields}", fields=", ".join(empty))))
        self.query_one("#follows", Static).update(Content("\n".join(lines)))

    def action_go_on(self) -> None:
        """Enter leads to the next field; on the outcomes, and in the last field, it finishes."""
        if self.focused in {self._outcomes, self.query_one("#remark")}:
            self.action_finish()
        else:
            self.focus_next()

    def action_choose(self, place: int) -> None:
        """An outcome by its digit, wherever no digits are written."""
        self._outcomes.choose(place)

    @work(group="look over", exclusive=True)
    async def action_finish(self) -> None:
        """Say so, if it can be said."""
        outcome, filled = self._outcomes.value, self._filled()
        if outcome is None:
            self._object(told(say("choose what came of it: by its digit, or with the arrows")))
        elif await self._is_fit(filled):
            self.dismiss(Finish(outcome, filled, self._remark or None))
        else:
            await self._go_to_fault(filled)

    async def _go_to_fault(self, filled: dict[str, object]) -> None:
        """To the first field that cannot be read."""
        house, key, surroundings = self._house, self._call.key, self._house.project.surroundings
        for place, ask in enumerate(self._asks):
            one = {name: value for name, value in filled.items() if name == ask["name"]}
            try:
                await to_thread(house.read, partial(read_call, key, surroundings, filled=one))
            except EngineError:
                self.query_one(f"#field{place}").focus()
                return

    @property
    def _remark(self) -> str:
        return self.query_one("#remark", Input).value.strip()

    def action_leave(self) -> None:
        """It stays open; what is filled in goes only when that is said twice."""
        if self._warned or not (self._filled() or self._remark):
            self.dismiss(None)
            return
        self._warned = True
        self._object(told(say("Esc once more throws away what you have written")))


def _row(name: str, field: Widget) -> Horizontal:
    return Horizontal(Static(name, markup=False, classes="name"), field, classes="field")


def _field(place: int, ask: dict[str, Any], words: Sequence[str], known: object) -> Widget:
    """`words`: what its choices are called. `known`: what was filled in before the task was opened again."""
    identity = f"field{place}"
    if ask["choices"] or ask["type"] == "flag":
        options = ask["choices"] or _FLAG
        choices = Choices(options, identity=identity, labels=words or (told(say("yes")), told(say("no"))))
        written = _FLAG[not known] if isinstance(known, bool) else known
        choices.set_reactive(Choices.chosen, options.index(written) if written in options else None)
        return choices
    written = "" if known is None else f"{known:.12g}" if isinstance(known, float) else str(known)
    return Input(written, placeholder=told(kind_said(ask["type"])), id=identity, compact=True)
