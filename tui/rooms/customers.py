"""Customers: somebody found while one types, what is known of them, where they are, what happened, and why."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Input, Static

from dsl.wording import Phrase
from engine.commands.handing_out import handed_out, put_out
from engine.people.disclosure import note_shown
from engine.people.practice import Hand
from engine.storage.search_index import catch_up
from engine.views.finding import Person
from tui.dialogs import AskWords
from tui.house import House, Sight
from tui.room import Room
from tui.rooms.dossier import ADDRESSES, story_of
from tui.rooms.person import (
    LATELY,
    STORY,
    drawing_of,
    facts_of,
    place_told,
    refusals_told,
    refused_told,
    run_rows,
    runs_of,
    texts_masked,
    whom_of,
)
from tui.rooms.reasons import told_reasons
from tui.rooms.register import RUNS, WHY, Asked, Register, Somebody, read_next, read_register
from tui.rooms.sayings import Hearing, about, consents_of, refusals_of
from tui.widgets.machine import Machine
from tui.widgets.parts import Parts
from tui.widgets.prose import Prose
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.searching import Searching
from tui.wording import say, told

_COLUMNS = (
    Column(most=20),
    Column(),
    Column(spare=True),
    Column(elastic=True, least=12),
    Column(spare=True),
)
_RUNS = (Column(), Column(), Column(elastic=True), Column(spare=True), Column(spare=True))
_PARTS: tuple[tuple[str, Phrase], ...] = (
    ("facts", say("What is known")),
    (RUNS, say("Journeys")),
    ("story", say("What happened")),
    (WHY, say("Why")),
)
_ACTS = frozenset({"refuse", "agree", "export", "show", "why", "part"})


class CustomersRoom(Room[Register]):
    """Nothing here is decided about customers: what they have said is put down, by the engine's verbs."""

    ABOUT: ClassVar[str] = say(
        "Type a part of a name, of a number or of an id: whoever has it stands below, the best first. Enter goes to "
        "the list, Enter again to the customer; Esc leads back, `/` to the search.\n"
        "← and → turn from what is known to the journeys, to what happened, and to why."
    )
    AUTO_FOCUS: ClassVar[str | None] = (
        ""  # who comes from another room goes to the list, everybody else types
    )
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (170, "-broad")]  # noqa: RUF012  # as Textual has it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", say("search"), key_display="/"),
        Binding("escape", "back", say("back"), key_display="Esc"),
        Binding("right", "part(1)", say("turn"), key_display="→"),
        Binding("left", "part(-1)", say("turn back"), show=False, key_display="←"),
        Binding("w", "why", say("why")),
        Binding("x", "refuse", say("opt-out")),
        Binding("c", "agree", say("consent")),
        Binding("e", "export", say("export")),
        Binding("v", "show", say("number")),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._asked = Asked(part=_PARTS[0][0])
        self._in_full: str | None = None
        self._whole = True
        self._left = 0

    def lays_out(self) -> Iterable[Widget]:
        """The line to type in, the list, the customer."""
        search = Searching(identity="search", hint=say("a part of a name, a number or an id"))
        yield Horizontal(Static(Content.styled(" / ", "bold $primary")), search, id="asking")
        yield Static(id="count", markup=False)
        runs = Vertical(Rows(_RUNS, identity="runs-list", opens=True), Machine(identity="machine"), id="runs")
        pages = ContentSwitcher(
            VerticalScroll(
                Static(id="refused"), Horizontal(Static(id="facts-text"), Static(id="lately")), id="facts"
            ),
            runs,
            VerticalScroll(Static(id="story-text"), id="story"),
            VerticalScroll(Static(id="why-text"), id=WHY),
            id="pages",
            initial=self._asked.part,
        )
        person = Vertical(
            Static(id="whom", markup=False), Parts(_PARTS, identity="parts"), pages, id="person"
        )
        yield Horizontal(Rows(_COLUMNS, identity="people", opens=True), person, id="both")

    def on_screen_resume(self) -> None:
        """Whoever comes in types."""
        super().on_screen_resume()
        self._keep_index()
        if self.focused is None:
            self.query_one("#people" if self._asked.text else "#search").focus()

    def show_one(self, key: str) -> None:
        """Show this customer, whoever asks."""
        self._asked = replace(self._asked, text=key, key=key)
        if self.is_mounted:
            self.query_one("#search", Input).value = key
            self.query_one("#people").focus()
            self.reload()

    def reads(self) -> Callable[[Sight], Register]:
        """The list for what is typed; the one that is there with another customer, where that is enough."""
        whole, self._whole = self._whole, False
        if whole or self.snapshot is None:
            return partial(read_register, self._asked)
        return partial(read_next, self.snapshot, self._asked)

    def reload(self) -> None:
        """Look at all of it again."""
        self._whole = True
        super().reload()

    def show(self, snapshot: Register) -> None:
        """The list, and the customer with the cursor."""
        if snapshot.asked.text == self._asked.text and self._asked.key in (None, snapshot.asked.key):
            self._asked = replace(self._asked, key=snapshot.asked.key)
        people = self.query_one("#people", Rows)
        people.put([_row(one, snapshot) for one in snapshot.found.people], snapshot.asked.key)
        self.query_one("#count", Static).update(told(_count(snapshot, self._left)))
        self.query_one("#person").display = snapshot.shown is not None
        if snapshot.shown is not None:
            self._show_person(snapshot, snapshot.shown)

    def _show_person(self, register: Register, one: Somebody) -> None:
        self.query_one("#whom", Static).update(whom_of(register, one))
        refusals = "\n".join(refusals_told(one))
        self.query_one("#refused").display = bool(refusals)
        self.query_one("#refused", Static).update(Prose(refusals))
        facts = facts_of(one, register, showing=self._in_full == one.id)
        self.query_one("#facts-text", Static).update(facts)
        runs = self.query_one("#runs-list", Rows)
        runs.put(list(run_rows(register, one)))
        self._draw(register, one)
        self.query_one("#story-text", Static).update(story_of(one.facts["timeline"], register.now, STORY))
        self.query_one("#lately", Static).update(story_of(one.facts["timeline"], register.now, LATELY))
        if one.why is not None:
            self.query_one("#why-text", Static).update(told_reasons(one.why))

    def _draw(self, register: Register, one: Somebody) -> None:
        runs, place = runs_of(one), self.query_one("#runs-list", Rows).key
        drawing = drawing_of(register, one, runs[int(place)]) if place and int(place) < len(runs) else None
        machine = self.query_one(Machine)
        machine.display = drawing is not None
        if drawing is not None:
            machine.put(drawing)

    def _ready(self) -> Somebody | None:
        """The customer that keys act on: the one with the cursor, once they are shown."""
        one = None if self.snapshot is None else self.snapshot.shown
        return one if one is not None and one.id == self.query_one("#people", Rows).key else None

    @on(Input.Changed, "#search")
    def typed(self, event: Input.Changed) -> None:
        """Whoever has it, as it stands there now."""
        if event.value != self._asked.text:
            self.came_from = None
            self._asked = replace(self._asked, text=event.value, key=None)
            self.reload()

    @on(Searching.Left)
    def enter_list(self) -> None:
        """From the line to the list."""
        self.query_one("#people", Rows).focus()

    @on(Rows.Moved, "#people")
    def look_at(self, event: Rows.Moved) -> None:
        """Show the customer with the cursor."""
        if event.key is not None and event.key != self._asked.key:
            self._asked = replace(self._asked, key=event.key)
            super().reload()

    @on(Rows.Chosen, "#people")
    def enter_person(self) -> None:
        """From the list to the customer."""
        self._page().focus()

    @on(Rows.Edge, "#people")
    def leave_list(self, event: Rows.Edge) -> None:
        """Above the first is the line to type in."""
        if event.step < 0:
            self.action_search()

    @on(Rows.Moved, "#runs-list")
    def look_at_run(self) -> None:
        """Draw the journey with the cursor."""
        if self.snapshot is not None and self.snapshot.shown is not None:
            self._draw(self.snapshot, self.snapshot.shown)

    @on(Rows.Chosen, "#runs-list")
    def enter_drawing(self) -> None:
        """From the journeys to the drawing of one."""
        self.query_one(Machine).focus()

    @on(Parts.Chosen)
    def turned(self, event: Parts.Chosen) -> None:
        """Show that part."""
        self._turn(event.part)

    def _turn(self, part: str) -> None:
        inside = self.focused is not None and self.query_one("#person") in self.focused.ancestors
        self._asked = replace(self._asked, part=part)
        self.query_one(Parts).part = part
        self.query_one(ContentSwitcher).current = part
        if inside:
            self._page().focus()
        if part == WHY:
            self.query_one("#why-text", Static).update(told(say("…")))
        if part in {RUNS, WHY}:
            super().reload()

    def _page(self) -> Widget:
        return self.query_one("#runs-list" if self._asked.part == "runs" else f"#{self._asked.part}")

    def on_descendant_focus(self) -> None:
        """Where there is little room the list gives way to the customer who is read."""
        inside = self.focused is not None and self.query_one("#person") in self.focused.ancestors
        self.set_class(inside, "-reading")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While one types, letters are letters."""
        del parameters
        if action in {*_ACTS, "search"} and isinstance(self.focused, Input):
            return False
        return action not in _ACTS or (self.snapshot is not None and self.snapshot.shown is not None)

    def action_search(self) -> None:
        """To the line to type in, all of it chosen, so that typing replaces it."""
        search = self.query_one("#search", Input)
        search.focus()
        search.action_select_all()

    def action_back(self) -> None:
        """From the drawing to the journeys, from the customer to the list; from there to where one came from."""
        people = self.query_one("#people", Rows)
        if self.query_one(Machine).has_focus:
            self.query_one("#runs-list").focus()
        elif not people.has_focus:
            people.focus()
        elif not self.go_back():
            self.action_search()

    def action_part(self, step: int) -> None:
        """The next part of the customer, or the one before."""
        names = [name for name, _ in _PARTS]
        self._turn(names[(names.index(self._asked.part) + step) % len(names)])

    def action_why(self) -> None:
        """Why they are where they are, and got what they got."""
        self._turn(WHY)
        self._page().focus()

    @work(group="decide")
    async def action_show(self) -> None:
        """Show numbers and addresses in full, which the trail remembers; or no longer."""
        one = self._ready()
        if one is None or self.snapshot is None:
            return
        showing = self._in_full != one.id
        if showing and await self.act(partial(_noted, one.id)) is None:
            return
        self._in_full = one.id if showing else None
        facts = facts_of(one, self.snapshot, showing=showing)
        self.query_one("#facts-text", Static).update(facts)

    def action_refuse(self) -> None:
        """Put down that they want no more messages, or want them again."""
        if (one := self._ready()) is not None:
            Hearing(self, one, refusals_of(one.agreed)).ask(say("What does the customer want?"))

    def action_agree(self) -> None:
        """Put down what they agree to, or agree to no longer."""
        if (one := self._ready()) is not None:
            Hearing(self, one, consents_of(one.agreed)).ask(say("What does the customer agree to?"))

    def action_export(self) -> None:
        """Write everything held on them into a file, for them."""
        one = self._ready()
        if one is not None:
            path = self.house.project.folder / f"{one.id}.zip"
            question = say("Into which file goes everything that is held on this customer?")
            dialog = AskWords(question, about(one), first=str(path))
            self.app.push_screen(dialog, partial(self._export, one))

    def _export(self, one: Somebody, path: str | None) -> None:
        if path is not None:
            self._write(one.id, Path(path))

    @work(group="decide")
    async def _write(self, identity: str, path: Path) -> None:
        if await self.try_to(lambda: _exported(self.house, identity, path)):
            self.tell(say("written: {path}", path=path))

    @work(group="index", exclusive=True)
    async def _keep_index(self) -> None:
        """Let the index catch up for as long as somebody is here, a batch at a time."""
        before = self._left = 1
        while self._left and self.is_current:
            left = await self.try_to(lambda: catch_up(self.house.project.store, 1))
            if left is None:
                return
            before, self._left = self._left, left
            if self.snapshot is not None:
                self.query_one("#count", Static).update(told(_count(self.snapshot, left)))
        if before > 1:
            self.reload()


def _noted(identity: str, hand: Hand) -> bool:
    note_shown(hand.connection, identity, hand.by)
    return True


def _exported(house: House, identity: str, path: Path) -> bool:
    put_out(handed_out(house.project, identity, "zip", house.who()), path)
    return True


def _row(one: Person, register: Register) -> Row:
    places = ", ".join(place_told(register.titles, journey, state) for journey, state in one.places)
    number = texts_masked(one.texts, register.kinds, ADDRESSES)
    state = " · ".join(filter(None, (refused_told(one.refused), places)))
    return Row(one.id, (told(one.name), told(one.id), number, state, _bought(one, register)))


def _bought(one: Person, register: Register) -> str:
    """When they spent money last, without the year where it is this one."""
    if one.bought is None:
        return ""
    day, kind = one.bought
    when = str(day).removeprefix(register.now[:5])
    return f"{told(register.titles.of('event', kind))} {when}"


def _count(register: Register, left: int) -> str:
    return " · ".join(map(told, _counted(register, left)))


def _counted(register: Register, left: int) -> Iterator[Phrase]:
    number = len(register.found.people)
    if not register.asked.text.strip():
        yield say("the newest customers") if number else say("there is no customer yet")
    elif register.found.more:
        yield say("more than {number:,} found; type on", number=number)
    else:
        yield say("{number:,} found", number=number) if number else say("nobody found")
    if left > 1:
        yield say("the index takes {left:,} more", left=left)
