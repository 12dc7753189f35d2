"""What all rooms share: a snapshot that follows the database, verbs that run beside the screen, the bars around it."""

import asyncio
import gc
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from time import monotonic
from typing import ClassVar, Generic, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from engine.errors import EngineError, NoReleaseError
from engine.people.practice import Hand
from tui.doors import door_for
from tui.help import Help
from tui.house import House, Sight
from tui.widgets.bars import Hints, Notice, Said, Standstill, Tabs
from tui.wording import advice, named, say, told

S = TypeVar("S")
T = TypeVar("T")

_APPLIED_THERE = say("6 Rules puts them in force.")

_REST = 8
"""Between two looks passes so many times as long as a look takes: a room never keeps a processor busy."""


class Room(Screen[None], Generic[S]):
    """A screen with a snapshot of type `S`. A room says what it `reads`, `lays_out` and `show`s."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "help", say("help"), key_display="?")]

    ABOUT: ClassVar[str] = ""
    """What the room is for, in a sentence or two: the beginning of its help."""

    snapshot: reactive[S | None] = reactive(None, init=False)

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house
        self.came_from: str | None = None
        self._stale = self._reading = self._shown = False
        self._rest_until = 0.0
        # Its styles are applied when it mounts. Textual would parse all that there are anew, twice.
        self._css_update_count = self.app._css_update_count  # noqa: SLF001

    def compose(self) -> ComposeResult:
        """The bars, and the room between them."""
        yield Tabs(self.house.actor)
        yield Said()
        yield Standstill()
        yield Notice()
        yield from self.lays_out()
        yield Hints()

    def lays_out(self) -> Iterable[Widget]:
        """The widgets of this room."""
        raise NotImplementedError

    def reads(self) -> Callable[[Sight], S]:
        """The view that makes a snapshot: called in a thread, so it must not look at the room."""
        raise NotImplementedError

    @classmethod
    def first_look(cls, house: House) -> Callable[[Sight], object] | None:
        """The view of what it shows first, where that is worth a try before anybody comes in: it takes longest then."""
        del house
        return None

    def looks(self) -> Callable[[], S]:
        """The same with the project in it; for a room that can be entered before there is anything to look at."""
        return partial(self.house.read, self.reads())

    def show(self, snapshot: S) -> None:
        """Bring a snapshot to the widgets."""
        raise NotImplementedError

    def on_screen_resume(self) -> None:
        """Whoever comes in sees how things are now."""
        self.reload()

    def watch_snapshot(self, snapshot: S | None) -> None:
        """There is another one."""
        if snapshot is not None:
            self.show(snapshot)
            self.refresh_bindings()
            if not self._shown:
                self._shown = True
                # What rooms are made of stays; a collection that looks through it all would stop keys for 0.1 s.
                gc.freeze()

    def follow(self) -> None:
        """The database has changed, or time has passed: look again, unless that was only just done."""
        if monotonic() >= self._rest_until:
            self.reload()
        else:
            self._stale = True

    def catch_up(self) -> None:
        """Look again if that has been put off."""
        if self._stale and not self._reading:
            self.follow()

    def reload(self) -> None:
        """Look again now. Looks do not pile up: one at a time, and one more when something changed meanwhile."""
        self._stale = True
        if not self._reading:
            self._read()

    @work(group="read")
    async def _read(self) -> None:
        self._reading = True
        try:
            while self._stale:
                self._stale, started = False, monotonic()
                snapshot = await self._looked()
                self._rest_until = monotonic() + _REST * (monotonic() - started)
                if snapshot is not None and self.query(Notice):  # else the room is being closed
                    self.snapshot = snapshot
        finally:
            self._reading = False

    async def _looked(self) -> S | None:
        try:
            snapshot, standstill = await asyncio.to_thread(_beside, self.looks(), self.house)
        except EngineError as error:
            hint = _APPLIED_THERE if isinstance(error, NoReleaseError) else error.hint
            for notice in self.query(Notice):
                notice.say(error.message, hint)
            return None
        for notice in self.query(Notice):
            notice.hide()
        for line in self.query(Standstill):
            line.show(standstill)
        return snapshot

    async def ask(self, view: Callable[[Sight], T]) -> T:
        """What a view says, read in a thread of its own. EngineError when it cannot."""
        # Not a thread worker: when the room closes, nobody waits for an answer that nobody takes.
        return await asyncio.to_thread(self.house.read, view)

    async def act(self, verb: Callable[[Hand], T]) -> T | None:
        """What comes of a verb, done in a thread; None when it was refused, which is told."""
        return await self.try_to(lambda: self.house.write(verb))

    async def try_to(self, do: Callable[[], T]) -> T | None:
        """The same for what brings its own transactions."""

        def done() -> T:
            self.house.project.store.check_place()  # else it may be done where nobody will ever see it
            return do()

        try:
            return await asyncio.to_thread(done)
        except EngineError as error:
            self.tell_refusal(error)
            return None

    def go_to(self, kind: str, key: str) -> None:
        """To the room where such things are, with one of them shown."""
        here = self.app.current_mode
        self.app.switch_mode(door_for(kind).name)
        room = self.app.screen_stack[0]
        if isinstance(room, Room):
            room.came_from = None if room is self else here
            room.show_one(key)

    def go_back(self) -> bool:
        """To the room from which somebody was led here; false where nobody was."""
        if self.came_from is None:
            return False
        self.app.switch_mode(self.came_from)
        self.came_from = None
        return True

    def show_one(self, key: str) -> None:
        """Show the one with that key, for whoever comes from another room."""

    def lead_to(self, kind: str, *, others: bool) -> None:
        """To the room where people decide on what is of a kind, with just that shown."""
        self.app.switch_mode(door_for(kind).name)
        room = self.app.screen_stack[0]
        if isinstance(room, Room):
            room.begin_with(kind, others=others)

    def begin_with(self, kind: str, *, others: bool) -> None:
        """What is to be looked at, for whoever is led here: what is of a kind; `others`: for others."""

    def tell(self, *texts: str, wrong: str | None = None) -> None:
        """Say what is done, and what is not."""
        lines = (told(text, lines=True) for text in texts)
        self.query_one(Said).say(*lines, wrong=None if wrong is None else told(wrong, lines=True))

    def tell_refusal(self, error: EngineError) -> None:
        """Say why something was not done."""
        why = told(named(error.message, self.names()))
        self.tell(wrong="\n  ".join(filter(None, (why, told(advice(error.hint))))))

    def names(self) -> Mapping[str, str]:
        """What people know instead of the ids of what is shown here."""
        return {}

    def action_help(self) -> None:
        """What this room is for, and its keys."""
        self.app.push_screen(Help(self.ABOUT, self.active_bindings.values()))


def _beside(look: Callable[[], S], house: House) -> tuple[S, str | None]:
    return look(), house.standstill()
