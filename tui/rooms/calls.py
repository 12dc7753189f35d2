"""Calls: my tasks on the left, late ones first; one of them with its script, and a key for what becomes of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from dsl.wording import Phrase
from engine.calendars.soon import parse_soon
from engine.calendars.zone import BadTimeError, parse_time
from engine.errors import EngineError
from engine.people.disclosure import note_shown
from engine.people.practice import Hand
from engine.people.task_changes import HandOver, assign, note, postpone
from engine.people.tasks import Finish
from engine.storage.keys import intent_of
from engine.views.tasks import Item
from tui.dialogs import AskWords, Pick
from tui.doors import CUSTOMER
from tui.house import House, Sight
from tui.room import Room
from tui.rooms.call_card import (
    UNKNOWN,
    asks_of,
    head_of,
    name_of,
    outcome_of,
    outcomes_of,
    script_of,
    whom_of,
)
from tui.rooms.call_list import COLUMNS, count_of, rows_of
from tui.rooms.desk import (
    PAGE,
    Asked,
    Call,
    Calls,
    Fellow,
    finish,
    read_calls,
    read_crew,
    read_next,
    reopen,
    without,
)
from tui.rooms.dossier import WIDTHS, Dossier
from tui.rooms.finishing import Finishing
from tui.widgets.parts import heading
from tui.widgets.prose import Prose
from tui.widgets.reading import read_on
from tui.widgets.rows import Row, Rows
from tui.wording import say, say_number, told


class CallsRoom(Room[Calls]):
    """What becomes of tasks are the engine's verbs; of two people one finishes a task, and the other is told."""

    ABOUT: ClassVar[str] = say(
        "Calls and other tasks for you, late ones first, then today's; the best customers first among them. "
        "Beside them: what to say, what to find out, and what follows from each outcome.\n"
        "`f` finishes the task: the digit of what came of it, Tab to fill in, Enter. Nothing happens before; "
        "`u` takes back what was finished last, until the rules have gone on from it."
    )
    HORIZONTAL_BREAKPOINTS = WIDTHS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,enter", "finish", say("finish"), key_display="f"),
        Binding("n", "note", say("note")),
        Binding("p", "postpone", say("postpone")),
        Binding("h", "hand_over", say("hand over")),
        Binding("t", "take", say("take")),
        Binding("u", "undo", say("undo")),
        Binding("v", "show", say("number")),
        Binding("o", "others", say("others' too")),
        Binding("c", "customer", say("customer"), show=False),
        Binding("space", "read_on(1)", say("scroll the task"), show=False, key_display="Space"),
        Binding("b", "read_on(-1)", say("scroll the task back"), show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._asked = Asked()
        self._in_full: str | None = None
        self._whole = True
        self._page: Calls | None = None
        self._finished: list[str] = []

    def lays_out(self) -> Iterable[Widget]:
        """The list, the task, the customer."""
        call = Vertical(
            Static(id="head"),
            Static(id="script", markup=False),
            heading(say("To fill in"), "to_fill"),
            Static(id="asks"),
            heading(say("What follows"), "follows"),
            Static(id="outcomes", markup=False),
            id="call",
        )
        card = VerticalScroll(Static(id="whom"), call, Dossier(), id="card", can_focus=False)
        card.display = False  # until there is something to show
        yield Static(id="count", markup=False)
        yield Horizontal(Rows(COLUMNS, identity="tasks"), card)

    def reads(self) -> Callable[[Sight], Calls]:
        """The page that is asked for; the one that is there with another task, where that is enough."""
        page, whole = self._page or self.snapshot, self._whole
        self._page, self._whole = None, False
        surroundings = self.house.project.surroundings
        if whole or page is None:
            return partial(read_calls, self._asked, surroundings)
        return partial(read_next, page, self._asked, surroundings)

    @classmethod
    def first_look(cls, house: House) -> Callable[[Sight], Calls]:
        """The first page."""
        return partial(read_calls, Asked(), house.project.surroundings)

    def reload(self) -> None:
        """Look at all of it again."""
        self._whole = True
        super().reload()

    def show(self, snapshot: Calls) -> None:
        """The page, and the task with the cursor."""
        if self._asked.key in (None, snapshot.asked.key) or all(
            one["id"] != self._asked.key for one in snapshot.items
        ):
            self._asked = snapshot.asked
        self.query_one(Rows).put(list(rows_of(snapshot)), self._asked.key)
        self.query_one("#count", Static).update(told(count_of(snapshot)))
        self._show_call(snapshot.shown, snapshot.today)

    def _show_call(self, call: Call | None, today: str) -> None:
        card = self.query_one("#card")
        card.display = call is not None
        if call is None:
            return
        self.query_one("#whom", Static).update(whom_of(call, showing=self._in_full == call.key))
        self.query_one("#head", Static).update(head_of(call))
        self.query_one("#script", Static).update(Prose(script_of(call)))
        self.query_one("#to_fill").display = bool(call.task.item["asks"])
        self.query_one("#asks", Static).update(asks_of(call))
        self.query_one("#outcomes", Static).update(outcomes_of(call))
        self.query_one(Dossier).put(call.person, call.kinds, today, call.titles)

    def _ready(self) -> Call | None:
        """The task that keys act on: the one with the cursor, once it is shown."""
        call = None if self.snapshot is None else self.snapshot.shown
        return call if call is not None and call.key == self.query_one(Rows).key else None

    @on(Rows.Moved)
    def look_at(self, event: Rows.Moved) -> None:
        """Show the task with the cursor."""
        if event.key is not None and event.key != self._asked.key:
            place = _place(self.snapshot, event.key)
            self._asked = replace(self._asked, key=event.key, place=place)
            self.query_one("#card").scroll_home(animate=False)
            super().reload()

    @on(Rows.Edge)
    def turn(self, event: Rows.Edge) -> None:
        """To the next page, or the one before."""
        page = self._asked.page + event.step
        if self.snapshot is None or page < 0 or page * PAGE >= self.snapshot.total:
            return
        self._asked = replace(self._asked, page=page, key=None, place=0 if event.step > 0 else PAGE - 1)
        self.reload()

    def action_read_on(self, step: int) -> None:
        """Scroll the task and its customer."""
        read_on(self.query_one("#card"), step)

    def action_customer(self) -> None:
        """To all that is known of the customer."""
        call = self._ready()
        if call is not None:
            self.go_to(CUSTOMER, str(call.person["id"]))

    def action_others(self) -> None:
        """Show what others have, or must do, as well; or no longer."""
        self._asked = replace(self._asked, everybody=not self._asked.everybody, page=0)
        self.reload()

    def begin_with(self, kind: str, *, others: bool) -> None:
        """Mine, or those of others too."""
        del kind
        self._asked = Asked(everybody=others)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are there for what they can act on."""
        del parameters
        is_there = self.snapshot is not None and self.snapshot.shown is not None
        return is_there or action not in _OF_ONE

    def action_finish(self) -> None:
        """Say what came of it."""
        call = self._ready()
        if call is not None and call.objection is not None:
            self.tell_refusal(call.objection)
        elif call is not None and not call.task.follows:
            self.tell(UNKNOWN)
        elif call is not None:
            self.app.push_screen(Finishing(self.house, call), partial(self._finish, call))

    def _finish(self, call: Call, how: Finish | None) -> None:
        if how is not None:
            done = say(
                "{who}: {outcome}; the next run goes on from there",
                who=name_of(call.task.item),
                outcome=outcome_of(call, how.outcome),
            )
            self._do(call, partial(finish, self.house.project, call.key, how), done, gone=True)

    @work(group="decide")
    async def action_undo(self) -> None:
        """Open again what was finished last, here; the cursor goes to it."""
        if not self._finished:
            self.tell(wrong=say("You have finished nothing here that could be taken back."))
            return
        key = self._finished.pop()
        if await self.act(partial(reopen, self.house.project, key)):
            self._asked = replace(self._asked, key=key)
            self.tell(say("open again; what was filled in is still there"))
        self.reload()

    def action_note(self) -> None:
        """Write something down."""
        call = self._ready()
        if call is not None:
            question = say("What is to be written down?")
            self.app.push_screen(AskWords(question, _about(call)), partial(self._note, call))

    def _note(self, call: Call, text: str | None) -> None:
        if text is not None:
            self._do(call, lambda hand: note(hand, intent_of(call.key), text), say("written down"))

    def action_postpone(self) -> None:
        """Give it another deadline."""
        call, page = self._ready(), self.snapshot
        if call is not None and page is not None:
            question = say("Until when? The journey's own times do not change.")
            first = f"{page.tomorrow} 10:00"
            dialog = AskWords(question, _about(call), first=first, objects=self._not_soon)
            self.app.push_screen(dialog, partial(self._postpone, call))

    def _not_soon(self, text: str) -> str | None:
        try:
            self._until(text)
        except BadTimeError as error:
            return f"{error.message} · {error.hint}"
        return None

    def _until(self, text: str) -> int:
        zone, page = self.house.project.config.zone, self.snapshot
        return parse_soon(text, zone, 0 if page is None else parse_time(page.now, zone))

    def _postpone(self, call: Call, text: str | None) -> None:
        if text is not None:
            until = self._until(text)
            time = self.house.project.config.zone.on_the_wall(until)
            self._do(
                call,
                lambda hand: postpone(hand, intent_of(call.key), until),
                say("{who}: due {time}", who=name_of(call.task.item), time=time),
            )

    def action_take(self) -> None:
        """Take it on myself."""
        call = self._ready()
        if call is not None:
            self._assign(call, self.house.actor)

    @work(group="decide")
    async def action_hand_over(self) -> None:
        """Give it to somebody who may do it."""
        call = self._ready()
        if call is None:
            return
        try:
            crew = await self.ask(partial(read_crew, call))
        except EngineError as error:
            self.tell_refusal(error)
            return
        if not self.is_current:
            return  # somebody has gone on to another room, or asks this already
        question, to = say("Who is to do it?"), partial(self._assign, call)
        others = [_fellow(one) for one in crew if one.name != self.house.actor]
        if others:
            self.app.push_screen(Pick(question, _about(call), others), to)
        elif crew:
            self.tell(wrong=say("Nobody else has the role that does this."))
        else:
            self.app.push_screen(AskWords(question, _about(call)), to)

    def _assign(self, call: Call, to: str | None) -> None:
        if to is not None:
            way = HandOver(to, call.task.item["assignee"] or None)  # type: ignore[arg-type]
            said = say("{customer}: {who} has it now", customer=name_of(call.task.item), who=to)
            self._do(call, lambda hand: assign(hand, intent_of(call.key), way), said)

    @work(group="decide")
    async def action_show(self) -> None:
        """Show numbers and addresses in full, which the trail remembers; or no longer."""
        call = self._ready()
        if call is None:
            return
        showing = self._in_full != call.key
        if showing and await self.act(partial(_noted, str(call.person["id"]))) is None:
            return
        self._in_full = call.key if showing else None
        self.query_one("#whom", Static).update(whom_of(call, showing=showing))

    @work(group="decide")
    async def _do(
        self, call: Call, verb: Callable[[Hand], object], said: Phrase, *, gone: bool = False
    ) -> None:
        """Do it and say so, then go on; if somebody else was quicker, say so and go on."""
        done = await self.act(partial(_done, verb))
        page = self.snapshot
        if done:
            self.tell(said)
        if done and gone:
            self._finished.append(call.key)
        if (
            not done
            or not gone
            or page is None
            or len(page.items) < 2
            or call.key not in map(_key, page.items)
        ):
            self.reload()
        else:
            self._page = without(page, call.key)
            self._asked = self._page.asked
            super().reload()  # the rest of the page follows with the next look around


_OF_ONE = {"finish", "note", "postpone", "hand_over", "take", "show", "customer", "read_on"}
"""What keys do about the task with the cursor."""


def _key(one: Item) -> str:
    return str(one["id"])


def _done(verb: Callable[[Hand], object], hand: Hand) -> bool:
    verb(hand)
    return True


def _noted(customer: str, hand: Hand) -> bool:
    note_shown(hand.connection, customer, hand.by)
    return True


def _place(page: Calls | None, key: str) -> int:
    keys = [] if page is None else [_key(one) for one in page.items]
    return keys.index(key) if key in keys else 0


def _about(call: Call) -> str:
    item = call.task.item
    return f"{told(name_of(call.task.item))} · {told(item['title'] or item['task'])}"


def _fellow(one: Fellow) -> Row:
    has = say_number("has {n:,} of their own", "has {n:,} of their own", n=one.tasks)
    return Row(one.name, (told(one.name), told(has)))
