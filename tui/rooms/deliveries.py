"""Deliveries: how each channel does, why what waits is waiting, and the switch that stops sending."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from engine.delivery.pausing import Pause, What, pause_of_all, pauses
from engine.people.practice import Hand
from engine.storage.states import MessageStatus
from engine.views.costs import Bill, Bills, bills, currency
from engine.views.deliveries import Cause, Lane, causes, lanes
from engine.views.kinds import KINDS
from tui.dialogs import AskWords
from tui.house import House, Sight
from tui.room import Room
from tui.rooms.lane import (
    COLUMNS,
    HEADINGS,
    Near,
    lane_row,
    pause_row,
    told_of_lane,
    told_of_pause,
    what_stops,
)
from tui.rooms.switch import GOES_ON, STOPPED, TOO_LATE, asking_to_go_on, letting_go, stopping, when_sure
from tui.widgets.reading import read_on
from tui.widgets.rows import Row, Rows
from tui.wording import say, told

_DECIDED = (MessageStatus.UNKNOWN, MessageStatus.HELD)
"""What waits for a person, and leads to where it is decided."""

_ALL: tuple[What, str] = ("all", "")


@dataclass(frozen=True, slots=True)
class Deliveries:
    """`shown`: the channel with the cursor, as its key says; `causes`: why its messages wait or have failed.

    `bills`: what it has sent, day by day; `counted`: that of all channels so far.
    """

    now: int
    lanes: tuple[Lane, ...]
    pauses: tuple[Pause, ...]
    shown: str | None
    causes: tuple[Cause, ...] = ()
    bills: tuple[Bill, ...] = ()
    counted: Bills = field(default_factory=dict)
    currency: str = ""

    def lane(self, key: str | None) -> Lane | None:
        """The channel of a row."""
        return next((one for one in self.lanes if _key("channel", one.channel or "") == key), None)

    def pause(self, key: str | None) -> Pause | None:
        """What is paused there: the row's own pause, or that of its channel."""
        return next((one for one in self.pauses if _key(one.what, one.name) == key), None)


def read_deliveries(key: str | None, counted: Bills, sight: Sight) -> Deliveries:
    """All channels, and one of them from near."""
    window = sight.window
    found = lanes(window, sight.now)
    page = Deliveries(sight.now, found, tuple(pauses(window.connection)), key, counted=counted)
    lane = page.lane(key) or (found[0] if key is None and found else None)
    if lane is None:
        return page
    near = causes(window, sight.now, lane.channel)
    week = bills(window, sight.now, lane, counted)
    return replace(
        page,
        shown=_key("channel", lane.channel or ""),
        causes=near,
        bills=week,
        counted={**counted, **{(lane.channel or "", one.day): one for one in week}},
        currency=currency(window),
    )


def _key(what: str, name: str) -> str:
    return f"{what} {name}"


class DeliveriesRoom(Room[Deliveries]):
    """What is stopped here is stopped by the verbs of `homing pause` and `homing resume`."""

    ABOUT: ClassVar[str] = say(
        "What left by each channel this week, what waits and why, what failed. Below the list: the channel with the "
        "cursor.\n"
        "`p` stops a channel, `P` all sending; customers go on through their journeys meanwhile. `r` lets it go on: "
        "each message is put to the rules again. Enter leads to the messages that a person must decide on."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", say("pause")),
        Binding("r", "resume", say("go on sending")),
        Binding("P", "pause_all", say("pause everything"), key_display="P"),
        Binding("P", "resume_all", say("let everything go on"), key_display="P"),
        Binding("space", "read_on(1)", say("scroll the text"), show=False, key_display="Space"),
        Binding("b", "read_on(-1)", say("scroll the text back"), show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._key: str | None = None

    def lays_out(self) -> Iterable[Widget]:
        """The channels, and one of them from near."""
        yield Rows(COLUMNS, identity="lanes", opens=True)
        yield VerticalScroll(Static(id="lane"), id="near", can_focus=False)

    def reads(self) -> Callable[[Sight], Deliveries]:
        """With the causes of the channel that has the cursor."""
        counted = {} if self.snapshot is None else self.snapshot.counted
        return partial(read_deliveries, self._key, counted)

    def show(self, snapshot: Deliveries) -> None:
        """The list, and what is below it."""
        self.query_one(Rows).put(list(_rows(snapshot)), self._key)
        self._key = self.query_one(Rows).key
        self._show_near(snapshot)

    def _show_near(self, snapshot: Deliveries) -> None:
        lane, pause = snapshot.lane(self._key), snapshot.pause(self._key)
        text = self.query_one("#lane", Static)
        zone = self.house.project.config.zone
        if lane is not None:
            text.update(told_of_lane(lane, self._near(snapshot), snapshot.now, zone))
        elif pause is not None:
            text.update(told_of_pause(pause, zone))

    def _near(self, page: Deliveries) -> Near | None:
        """What has been read of the channel with the cursor."""
        return Near(page.causes, page.bills, page.currency) if page.shown == self._key else None

    @on(Rows.Moved)
    def look_at(self, event: Rows.Moved) -> None:
        """Show the one with the cursor."""
        if event.key is None or event.key == self._key:
            return
        self._key = event.key
        if self.snapshot is not None:
            self._show_near(self.snapshot)
            self.refresh_bindings()
        self.reload()

    @on(Rows.Chosen)
    def go(self) -> None:
        """To where people decide on what is in doubt, or else held."""
        open_ones = {} if self._lane is None else self._lane.open
        kind = next((KINDS[status] for status in _DECIDED if open_ones.get(status)), None)
        if kind is None:
            self.tell(say("Nothing of it waits for a person."))
        else:
            self.lead_to(kind, others=True)

    @property
    def _lane(self) -> Lane | None:
        return None if self.snapshot is None else self.snapshot.lane(self._key)

    @property
    def _pause(self) -> Pause | None:
        return None if self.snapshot is None else self.snapshot.pause(self._key)

    @property
    def _pause_of_all(self) -> Pause | None:
        return None if self.snapshot is None else pause_of_all(self.snapshot.pauses)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A channel is stopped or goes on; what is stopped as a whole is not stopped again."""
        del parameters
        if action == "pause":
            return self._lane is not None and self._lane.channel is not None and self._pause is None
        if action == "resume":
            return self._pause is not None
        if action == "pause_all":
            return self._pause_of_all is None
        if action == "resume_all":
            return self._pause_of_all is not None
        return True

    def action_read_on(self, step: int) -> None:
        """Scroll what is below the list."""
        read_on(self.query_one("#near", VerticalScroll), step)

    def action_pause(self) -> None:
        """Stop a channel, once somebody has said why."""
        lane = self._lane
        if lane is not None and lane.channel is not None:
            question = say("Stop what leaves by {channel}? Say why.", channel=lane.channel)
            self._ask(question, what_stops([lane]), ("channel", lane.channel))

    def action_pause_all(self) -> None:
        """Stop all sending, once somebody has said why."""
        if self.snapshot is not None:
            self._ask(say("Stop all sending? Say why."), what_stops(self.snapshot.lanes), _ALL)

    def _ask(self, question: str, about: str, what: tuple[What, str]) -> None:
        self.app.push_screen(AskWords(question, about), partial(self._stop, what))

    def _stop(self, what: tuple[What, str], because: str | None) -> None:
        if because is not None:
            self._switch(stopping(*what, because), STOPPED)

    def action_resume(self) -> None:
        """Let it go on, once somebody has said yes."""
        self._ask_to_go_on(self._pause)

    def action_resume_all(self) -> None:
        """Let all sending go on, wherever the cursor is."""
        self._ask_to_go_on(self._pause_of_all)

    def _ask_to_go_on(self, pause: Pause | None) -> None:
        if pause is not None:
            asked = asking_to_go_on(pause, self.house.project.config.zone)
            self.app.push_screen(asked, when_sure(partial(self._switch, letting_go(pause), GOES_ON)))

    @work(group="decide")
    async def _switch(self, verb: Callable[[Hand], bool], done: str) -> None:
        changed = await self.act(verb)
        if changed is not None:
            self.tell(done if changed else TOO_LATE)
        self.reload()


def _rows(page: Deliveries) -> Iterator[Row]:
    yield Row(None, tuple(map(told, HEADINGS)))
    for lane in page.lanes:
        yield lane_row(_key("channel", lane.channel or ""), lane, page.now)
    others = [one for one in page.pauses if one.what != "channel"]
    if others:
        yield Row(None, ("",))
        yield Row(None, (told(say("Paused")),))
        yield from (pause_row(_key(one.what, one.name), one) for one in others)
