"""Journeys: all of them, one as a drawn state machine with live counts, and who is in one of its states."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from engine.people.practice import Hand
from engine.views.inhabitants import Inhabitant, Stay, inhabitants
from engine.views.passages import Place, Running, running
from engine.views.stays import Usual, usual_stays
from engine.views.titles import Titles
from tui.dialogs import AskWords
from tui.doors import CUSTOMER
from tui.house import House, Sight
from tui.room import Room
from tui.rooms.journey_page import (
    COLUMNS,
    HEADINGS,
    When,
    drawing_of,
    journey_row,
    told_of_journey,
    told_of_place,
)
from tui.rooms.switch import (
    GOES_ON,
    STOPPED,
    TOO_LATE,
    asking_to_go_on,
    letting_go,
    stopping,
    what_stays,
    when_sure,
)
from tui.widgets.drawing import title_of
from tui.widgets.machine import Machine
from tui.widgets.reading import read_on
from tui.widgets.rows import Column, Row, Rows
from tui.wording import say, told

PAGE = 100
"""Customers on a page: more than a screen."""

_WIDE = 130
"""Cells from which on what is near stands beside the drawing, not below it."""

_PEOPLE = (Column(elastic=True), Column(spare=True), Column(), Column(spare=True))


@dataclass(frozen=True, slots=True)
class Asked:
    """How deep one looks: all journeys, one (`journey`), who is in a `state` of it.

    `pages`: the last ones of the pages before this one.
    """

    journey: str | None = None
    state: str | None = None
    pages: tuple[Stay | None, ...] = (None,)


@dataclass(frozen=True, slots=True)
class Habits:
    """How long people stay, by state, as of a day and a release: it changes slowly and takes a moment to find out."""

    day: int
    release: int
    usual: Mapping[int, Usual]


@dataclass(frozen=True, slots=True)
class Journeys:
    """`asked`: how deep it looks; `wanted`: how deep it should, which rules may have made impossible meanwhile.

    `people`: a page of those who are in the state. `more`: whether another follows. `habits`: how long people stay.
    """

    wanted: Asked
    asked: Asked
    now: int
    journeys: tuple[Running, ...]
    habits: Habits
    titles: Titles
    people: tuple[Inhabitant, ...] = ()
    more: bool = False

    def journey(self, name: str | None) -> Running | None:
        """The one of that name."""
        return next((one for one in self.journeys if one.journey.name == name), None)

    @property
    def place(self) -> Place | None:
        """The state that is asked for."""
        one = self.journey(self.asked.journey)
        places = () if one is None else one.places
        return next((place for place in places if place.state.name == self.asked.state), None)


def read_journeys(asked: Asked, known: Habits | None, sight: Sight) -> Journeys:
    """All journeys, and the page that is asked for."""
    habits = _habits(known, sight)
    found = running(sight.window, sight.now, habits.usual)
    page = Journeys(asked, asked, sight.now, found, habits, sight.window.titles)
    return read_people(page, asked, sight)


def _habits(known: Habits | None, sight: Sight) -> Habits:
    today, release = sight.window.zone.day(sight.now), sight.window.release
    if known is not None and (known.day, known.release) == (today, release):
        return known
    return Habits(today, release, usual_stays(sight.window, sight.now))


def read_people(page: Journeys, asked: Asked, sight: Sight) -> Journeys:
    """The same journeys, as deep as is asked for."""
    return replace(_deeper(page, asked, sight), wanted=asked)


def _deeper(page: Journeys, asked: Asked, sight: Sight) -> Journeys:
    """Less deep where rules have changed meanwhile."""
    one = page.journey(asked.journey)
    if one is None:
        return replace(page, asked=Asked(), people=(), more=False)
    if asked.state not in {place.state.name for place in one.places}:
        return replace(page, asked=Asked(asked.journey), people=(), more=False)
    people = inhabitants(sight.window, one.journey.name, str(asked.state), PAGE + 1, asked.pages[-1])
    if not people and len(asked.pages) > 1:
        return _deeper(page, replace(asked, pages=asked.pages[:-1]), sight)
    return replace(page, asked=asked, people=tuple(people[:PAGE]), more=len(people) > PAGE)


class JourneysRoom(Room[Journeys]):
    """Deeper at enter, back at escape."""

    ABOUT: ClassVar[str] = say(
        "All journeys: how many are under way, came in and ended. Enter draws the one with the cursor: beside each "
        "state how many are there, beside each way how many went it in 7 and 30 days. Enter again lists who is in a "
        "state, those who have been there for longest first, and once more leads to a customer. Esc leads back. `p` "
        "stops what a journey sends, `r` lets it go on.\n"
        "! marks states in which people are longer than timers allow, ~ those in which people are longer than 95 "
        "of 100 stay."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", say("pause")),
        Binding("r", "resume", say("go on sending")),
        Binding("escape,backspace", "back", say("back"), key_display="Esc"),
        Binding("space", "read_on(1)", say("scroll the text"), show=False, key_display="Space"),
        Binding("b", "read_on(-1)", say("scroll the text back"), show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._asked = Asked()
        self._whole = True
        self._landing: int | None = None

    def lays_out(self) -> Iterable[Widget]:
        """Where one is, a list or the drawing, and what is near."""
        yield Static(id="path", markup=False)
        with Container(id="depth"):
            yield Rows(COLUMNS, identity="courses", opens=True)
            yield Machine(identity="drawn", opens=True)
            yield Rows(_PEOPLE, identity="people", opens=True)
            yield VerticalScroll(Static(id="journey"), id="beside", can_focus=False)

    def reads(self) -> Callable[[Sight], Journeys]:
        """All of it; only who is in a state, where the journeys have only just been read."""
        page, whole, self._whole = self.snapshot, self._whole, False
        if whole or page is None:
            return partial(read_journeys, self._asked, None if page is None else page.habits)
        return partial(read_people, page, self._asked)

    def reload(self) -> None:
        """Look at all of it again."""
        self._whole = True
        super().reload()

    def on_resize(self) -> None:
        """Beside each other where there is room."""
        self.query_one("#depth").set_class(self.size.width >= _WIDE, "wide")
        self.call_after_refresh(self._show_near)

    def show(self, snapshot: Journeys) -> None:
        """What has been read, as deep as one looks by now."""
        if snapshot.wanted == self._asked:
            self._asked = snapshot.asked
        self._draw(snapshot)

    def _draw(self, page: Journeys) -> None:
        """The widgets of this depth."""
        asked, one = self._asked, page.journey(self._asked.journey)
        shown = "courses" if one is None else "drawn" if asked.state is None else "people"
        for name in ("courses", "drawn", "people"):
            self.query_one(f"#{name}").display = name == shown
        self.query_one("#path", Static).update(self._path(page))
        if one is None:
            self._courses.put([Row(None, tuple(map(told, HEADINGS))), *map(journey_row, page.journeys)])
        elif asked.state is None:
            self._machine.put(drawing_of(one, page.titles))
        elif page.asked == asked:
            self._put_people(page)
        elif (page.asked.journey, page.asked.state) != (asked.journey, asked.state):
            self._people.put([])  # until those of this state have been read
        self.query_one(f"#{shown}").focus()
        self._show_near()

    def _put_people(self, page: Journeys) -> None:
        rows = [_person(person, page) for person in page.people]
        here = None if self._landing is None or not rows else rows[self._landing].key
        self._landing = None
        self._people.put(rows or [Row(None, (told(say("Nobody is here now.")),))], here)

    def _path(self, page: Journeys) -> str:
        """Where one is."""
        one, parts = page.journey(self._asked.journey), [told(say("All journeys"))]
        if one is not None:
            parts.append(title_of(one.journey))
            if self._asked.state is None:
                parts[-1] += f" · {told(say('beside ways: in 7 / 30 days'))}"
            else:
                parts.append(title_of(one.journey.state(self._asked.state)))
        return " › ".join(parts)

    def _show_near(self) -> None:
        """The journey or the state with the cursor."""
        page, text = self.snapshot, self.query_one("#journey", Static)
        if page is None:
            return
        one = page.journey(self._asked.journey or self._courses.key)
        state = self._asked.state or (self._machine.cursor if self._asked.journey else None)
        if one is None:
            text.update("")
        elif state is None:
            text.update(told_of_journey(one, self.house.project.config.zone))
        elif state in {place.state.name for place in one.places}:
            when = When(
                page.now, self.house.project.config.zone, self.query_one("#beside").content_size.width
            )
            text.update(told_of_place(one, state, when))

    @property
    def _courses(self) -> Rows:
        return self.query_one("#courses", Rows)

    @property
    def _machine(self) -> Machine:
        return self.query_one("#drawn", Machine)

    @property
    def _people(self) -> Rows:
        return self.query_one("#people", Rows)

    @on(Rows.Moved)
    @on(Machine.Moved)
    def look_at(self) -> None:
        """Show what has the cursor."""
        self._show_near()

    @on(Rows.Chosen)
    def go_on(self, event: Rows.Chosen) -> None:
        """To one journey, or to a customer."""
        if self._asked.state is None:
            self._go(Asked(event.key))
        else:
            self.go_to(CUSTOMER, event.key.partition(" ")[2])

    @on(Machine.Chosen)
    def list_them(self, event: Machine.Chosen) -> None:
        """Who is in a state."""
        self._go(Asked(self._asked.journey, event.state))

    @on(Rows.Edge)
    def turn(self, event: Rows.Edge) -> None:
        """To the next page, or the one before."""
        page, pages = self.snapshot, self._asked.pages
        if page is None or self._asked.state is None or page.asked != self._asked:
            return
        if event.step > 0 and page.more:
            self._go(replace(self._asked, pages=(*pages, page.people[-1].stay)), 0)
        elif event.step < 0 and len(pages) > 1:
            self._go(replace(self._asked, pages=pages[:-1]), -1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Back leads out of something; what sends is stopped, or goes on."""
        del parameters
        if action in ("pause", "resume"):
            return self._one is not None and (self._one.paused is None) == (action == "pause")
        return action != "back" or self._asked.journey is not None

    def action_back(self) -> None:
        """Out of a state, or of a journey."""
        self._go(Asked(self._asked.journey if self._asked.state else None))

    @property
    def _one(self) -> Running | None:
        """The journey that one looks at, or that has the cursor."""
        return (
            None if self.snapshot is None else self.snapshot.journey(self._asked.journey or self._courses.key)
        )

    def action_pause(self) -> None:
        """Stop what a journey sends, once somebody has said why."""
        one = self._one
        if one is not None:
            question = say("Stop what {journey} sends? Say why.", journey=title_of(one.journey))
            self.app.push_screen(
                AskWords(question, what_stays(one.blocked)), partial(self._stop, one.journey.name)
            )

    def _stop(self, name: str, because: str | None) -> None:
        if because is not None:
            self._switch(stopping("journey", name, because), STOPPED)

    def action_resume(self) -> None:
        """Let it go on, once somebody has said yes."""
        pause = None if self._one is None else self._one.paused
        if pause is not None:
            asked = asking_to_go_on(pause, self.house.project.config.zone)
            self.app.push_screen(asked, when_sure(partial(self._switch, letting_go(pause), GOES_ON)))

    @work(group="decide")
    async def _switch(self, verb: Callable[[Hand], bool], done: str) -> None:
        changed = await self.act(verb)
        if changed is not None:
            self.tell(done if changed else TOO_LATE)
        self.reload()

    def action_read_on(self, step: int) -> None:
        """Scroll what is near."""
        read_on(self.query_one("#beside", VerticalScroll), step)

    def _go(self, asked: Asked, landing: int = 0) -> None:
        """Show at once what is known, and read who is there; the cursor lands on the first of them, or the last."""
        self._asked, self._landing = asked, landing
        if self.snapshot is not None:
            self._draw(self.snapshot)
            self.refresh_bindings()
        if asked.state is not None:
            super().reload()


def _person(one: Inhabitant, page: Journeys) -> Row:
    """Marked as their state is where all of them are counted."""
    place, since = page.place, one.stay.since
    late = place is not None and place.is_late(since, page.now)
    lingers = place is not None and place.lingers(since, page.now)
    key = f"{'-'.join(map(str, one.stay))} {one.id}"
    name = " · ".join(told(part) for part in (one.name or one.id, one.record) if part)
    mark = "! " if late else "~ " if lingers else ""
    here = f"{mark}{told(say('since {time}', time=one.since))}"
    coming = "" if one.next is None else told(say("next {time}", time=one.next))
    return Row(key, (name, told(one.id), here, coming), alarm=late)
