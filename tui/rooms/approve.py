"""Approve: what waits for a decision on the left, one of it on the right, and a key for each decision."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from engine.errors import EngineError
from engine.people.edits import Writing
from engine.people.many import approve_all
from engine.storage.keys import intent_of
from engine.views.held import Item
from engine.views.titles import NAMES, Titles
from tui.attention import Attention
from tui.dialogs import AskWords, Confirm
from tui.doors import CUSTOMER
from tui.house import House, Sight
from tui.room import Room
from tui.rooms.acts import (
    Act,
    Acts,
    approved_said,
    approved_together,
    decided_said,
    edited,
    take_back,
    undone_said,
)
from tui.rooms.dossier import WIDTHS
from tui.rooms.held_card import HeldCard
from tui.rooms.held_item import name_of, text_of
from tui.rooms.held_list import COLUMNS, count_of, left_out_said, passed_over_said, question_of, row_of
from tui.rooms.rewriting import Rewriting, rewrite
from tui.rooms.shelf import (
    PAGE,
    Alike,
    Asked,
    Beside,
    Shelf,
    read_alike,
    read_beside,
    read_draft,
    read_next,
    read_shelf,
    without,
)
from tui.rooms.verdicts import MESSAGE, VERDICTS, Decided, Verdict, is_there_for, shown_in_full
from tui.widgets.reading import read_on
from tui.widgets.rows import Rows
from tui.wording import say, say_number, told

_LONG = 500
"""More than so many take a while to be taken back."""


class ApproveRoom(Room[Shelf]):
    """Decisions are the engine's verbs; of two people one decides, and the other is told."""

    ABOUT: ClassVar[str] = say(
        "Messages and benefits that somebody must look at before they go, messages of which nobody knows whether they "
        "arrived, and replies to be judged, the oldest first. You see the exact text; what hides in it is shown as a "
        "mark.\n"
        "What you approve leaves when the other rules let it. `u` takes back what you did last, whatever it was, as "
        "long as nothing has come of it."
    )
    HORIZONTAL_BREAKPOINTS = WIDTHS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "decide('approve')", say("approve")),
        Binding("r", "decide('refuse')", say("refuse")),
        Binding("y", "decide('arrived')", say("it arrived")),
        Binding("n", "decide('anew')", say("it did not: send once more")),
        Binding("y", "decide('optout')", say("opt out: send nothing more")),
        Binding("n", "decide('no optout')", say("no opt-out: go on sending")),
        Binding("d", "decide('done')", say("put aside")),
        Binding("e", "edit", say("edit")),
        Binding("s", "skip", say("skip")),
        Binding("u", "undo", say("undo")),
        Binding("A", "approve_alike", say("all alike"), key_display="A"),
        Binding("v", "show", say("address")),
        Binding("o", "others", say("others' too")),
        Binding("f", "only", say("only such, or all"), show=False),
        Binding("c", "customer", say("customer"), show=False),
        Binding("space", "read_on(1)", say("scroll the text"), show=False, key_display="Space"),
        Binding("b", "read_on(-1)", say("scroll the text back"), show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._asked = Asked()
        self._acts = Acts()
        self._in_full: str | None = None
        self._deciding: Shelf | None = None
        self._called: dict[str, str] = {}
        self._whole = True
        self._page: Shelf | None = None
        self._beside: dict[str, Beside] = {}
        self.attention = Attention(self, house.attention)

    def lays_out(self) -> Iterable[Widget]:
        """The list, the item, its customer."""
        yield Static(id="count", markup=False)
        yield Horizontal(Rows(COLUMNS, identity="held"), HeldCard())

    def reads(self) -> Callable[[Sight], Shelf]:
        """The page that is asked for; the one that is there with another item, where that is enough."""
        page, whole = self._page or self.snapshot, self._whole
        self._page, self._whole = None, False
        if whole or page is None:
            return partial(read_shelf, self._asked)
        return partial(read_next, page, self._asked)

    @classmethod
    def first_look(cls, house: House) -> Callable[[Sight], Shelf]:
        """The first page."""
        del house
        return partial(read_shelf, Asked())

    def reload(self) -> None:
        """Look at all of it again."""
        self._whole = True
        super().reload()

    def show(self, snapshot: Shelf) -> None:
        """The page, and the item with the cursor."""
        if self._asked.key in (None, snapshot.asked.key) or self._is_gone(snapshot):
            self._asked = snapshot.asked
        self._called |= snapshot.called
        rows = [row_of(one, snapshot) for one in snapshot.items]
        self.query_one(Rows).put(rows, self._asked.key)
        self.query_one("#count", Static).update(told(count_of(snapshot)))
        self._show_item(snapshot.shown)

    def names(self) -> Mapping[str, str]:
        """Customers instead of ids, also of what somebody else has just decided on."""
        return self._called

    def _is_gone(self, snapshot: Shelf) -> bool:
        return all(one["id"] != self._asked.key for one in snapshot.items)

    def _show_item(self, one: Item | None) -> None:
        card = self._card
        card.display = one is not None
        if one is not None:
            card.put(one, self._titles, in_full=self._in_full == one["id"])
            card.put_beside(one, self._titles, self._beside.get(_key(one)))
            self._look_beside(one)
        if self.attention.turn_to(one):
            card.scroll_home(animate=False)

    @property
    def _card(self) -> HeldCard:
        return self.query_one(HeldCard)

    @property
    def _titles(self) -> Titles:
        return NAMES if self.snapshot is None else self.snapshot.titles

    @work(group="beside", exclusive=True)
    async def _look_beside(self, one: Item) -> None:
        """Tell the rest as soon as it is read; the item does not wait for it."""
        try:
            beside = await self.ask(partial(read_beside, one))
        except EngineError:
            return  # what the item itself could not be read for is told by the look at it
        if beside != self._beside.get(_key(one)):  # else it stands there already
            self._beside = {_key(one): beside}
            self._card.put_beside(one, self._titles, beside)

    def _ready(self) -> Item | None:
        """The item that keys decide on: it stands on the screen, and has for as long as eyes need to see it.

        So keys that are held down, or pasted, decide on nothing that nobody has seen.
        """
        one = None if self.snapshot is None else self.snapshot.shown
        if one is None or self._deciding is self.snapshot:
            return None  # it is being decided on, or has been and is just about to go
        if one["id"] == self.query_one(Rows).key and self.attention.has_seen(one):
            return one
        self.tell(wrong=say("not decided: look first, then press again"))
        return None

    @on(Rows.Moved)
    def look_at(self, event: Rows.Moved) -> None:
        """Show the item with the cursor."""
        if event.key is not None and event.key != self._asked.key:
            self._asked = replace(self._asked, key=event.key, place=self.query_one(Rows).cursor)
            super().reload()

    @on(Rows.Edge)
    def turn(self, event: Rows.Edge) -> None:
        """To the next page, or the one before."""
        page, pages = self.snapshot, self._asked.pages
        if event.step > 0 and page is not None and page.more:
            self._asked = replace(self._asked, pages=(*pages, str(page.items[-1]["id"])), key=None, place=0)
        elif event.step < 0 and len(pages) > 1:
            self._asked = replace(self._asked, pages=pages[:-1], key=None, place=PAGE - 1)
        else:
            return
        self.reload()

    def action_skip(self) -> None:
        """Leave it for later."""
        self.query_one(Rows).action_move(1)

    def action_read_on(self, step: int) -> None:
        """Scroll the item."""
        read_on(self._card, step)
        self.call_after_refresh(self._is_read)

    def _is_read(self) -> bool:
        one = None if self.snapshot is None else self.snapshot.shown
        return one is not None and self.attention.has_read(one, end=self._card.ends)

    def action_customer(self) -> None:
        """To all that is known of the customer."""
        one = None if self.snapshot is None else self.snapshot.shown
        if one is not None:
            self.go_to(CUSTOMER, str(one["customer"]))

    def action_others(self) -> None:
        """Show what waits for other roles as well, or no longer."""
        self._asked = Asked(everybody=not self._asked.everybody, kind=self._asked.kind)
        self.reload()

    def action_only(self) -> None:
        """Show only what is of the kind of this one, or all again."""
        one, asked = None if self.snapshot is None else self.snapshot.shown, self._asked
        if one is not None:
            kind = str(one["kind"]) if asked.kind is None else None
            self._asked = Asked(everybody=asked.everybody, kind=kind)
            self.reload()

    def begin_with(self, kind: str, *, others: bool) -> None:
        """Only what is of a kind, with what waits for others or without."""
        self._asked = Asked(everybody=others, kind=kind)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are there for what they can decide on."""
        return is_there_for(action, parameters, None if self.snapshot is None else self.snapshot.shown)

    def action_decide(self, name: str) -> None:
        """Decide; ask before, where that needs words, or cannot be taken back."""
        one, verdict = self._ready(), VERDICTS[name]
        if one is None:
            return
        barred = None if self.snapshot is None else self.snapshot.objection
        if barred is not None:
            self.tell_refusal(barred)
        elif name == "approve" and one["kind"] == MESSAGE and not one["text"]:
            self.tell(wrong=say("the message for {name} has no text yet: e writes one", name=name_of(one)))
        elif name == "approve" and not self._is_read():
            self.tell(wrong=say("not decided: the text goes on below; Space shows it, then press again"))
        elif verdict.asks is not None:
            dialog = AskWords(verdict.asks, text_of(one), first=self._acts.words.get(verdict.asks, ""))
            self.app.push_screen(dialog, partial(self._answered, one, verdict))
        elif verdict.sure is not None:
            about = f"{told(name_of(one))}: {text_of(one)}"
            sure = Confirm(verdict.sure, about)
            self.app.push_screen(sure, lambda meant: self._answered(one, verdict, "" if meant else None))
        else:
            self._decide(one, verdict, "")

    def _answered(self, one: Item, verdict: Verdict, because: str | None) -> None:
        if because is not None:
            self._decide(one, verdict, because)

    @work(group="decide")
    async def action_edit(self) -> None:
        """Write it anew; where a value is missing, from the words that are there without it."""
        one = self._ready()
        if one is None:
            return
        try:
            begun = one if one["text"] else await self.ask(partial(read_draft, one))
        except EngineError as error:
            self.tell_refusal(error)
        else:
            self.app.push_screen(Rewriting(self.house, begun), partial(self._rewrite, one))

    def _rewrite(self, one: Item, writing: Writing | None) -> None:
        if writing is not None:
            self._save(one, writing)

    @work(group="decide")
    async def _save(self, one: Item, writing: Writing) -> None:
        intent = intent_of(_key(one))
        if await self.act(partial(rewrite, self.house, intent, writing)) is not None:
            self._acts.add(edited(name_of(one), intent))
            self.tell(say("Saved; now it waits for approval. u brings the text back as it was."))
        self.reload()

    @work(group="decide")
    async def action_approve_alike(self) -> None:
        """Approve all that is held of this message or benefit, once somebody has typed how many that is."""
        one = self._ready()
        if one is None:
            return
        alike = await self.try_to(partial(self.house.read, partial(read_alike, one)))
        if alike is not None:
            self._ask_of_alike(alike)

    def _ask_of_alike(self, alike: Alike) -> None:
        if alike.picked:
            self.app.push_screen(question_of(alike, self._titles), partial(self._approve_alike, alike))
        else:
            self.tell(wrong="\n".join(map(told, left_out_said(alike))))

    def _approve_alike(self, alike: Alike, typed: str | None) -> None:
        if typed is not None:
            self._approve_all(alike)

    @work(group="decide")
    async def _approve_all(self, alike: Alike) -> None:
        house = self.house
        done = await self.try_to(
            lambda: approve_all(house.project.store, alike.picked, house.who(), house.practice, None)
        )
        if done is not None:
            self._acts.add(approved_together(alike.wordings[0].title, tuple(done.decided)))
            self.tell(*approved_said(done, self._titles), wrong=passed_over_said(done, self.names()))
        self.reload()

    @work(group="decide")
    async def action_undo(self) -> None:
        """Take back what was done last, here."""
        act = self._acts.take_last()
        if act is None:
            self.tell(wrong=say("You have decided on nothing here that could be taken back."))
        else:
            await self._take_back(act)

    async def _take_back(self, act: Act) -> None:
        if len(act.intents) > _LONG:
            self.tell(say_number("taking {n:,} back …", "taking {n:,} back …", n=len(act.intents)))
        done = await self.try_to(partial(take_back, act, self.house))
        if done is not None:
            key = done.decided[0].id if done.decided else act.reply
            if key is not None:
                self._asked = replace(self._asked, pages=(None,), key=key)
            self.tell(*undone_said(act, done), wrong=passed_over_said(done, self.names()))
        self.reload()

    @work(group="decide")
    async def action_show(self) -> None:
        """Show the address in full, which the trail remembers; or no longer."""
        one = self._ready()
        if one is None:
            return
        showing = self._in_full != one["id"]
        if showing and await self.act(partial(shown_in_full, str(one["customer"]))) is None:
            return
        self._in_full = str(one["id"]) if showing else None
        self._card.put_address(one, self._titles, in_full=showing)

    @work(group="decide")
    async def _decide(self, one: Item, verdict: Verdict, because: str) -> None:
        """Decide, and go on to the next; if somebody else was quicker, say so and go on."""
        key, self._deciding = _key(one), self.snapshot
        done = await self.act(lambda hand: Decided(verdict.do(hand, one, because)))
        if done is None:
            self._deciding = None
        page = self.snapshot
        if done is None or page is None or len(page.items) < 2 or key not in map(_key, page.items):
            self.reload()
        else:
            self._page = without(page, key)
            self._asked = self._page.asked
            super().reload()  # the rest of the page follows with the next look around
        if done is not None:
            self._acts.decide(one, verdict, because)
            beside, left = self._beside.get(key), self._titles.roles(done.left)
            onward = None if beside is None else beside.onward
            self.tell(decided_said(one, verdict, left, onward))


def _key(one: Item) -> str:
    return str(one["id"])
