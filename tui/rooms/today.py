"""Today: what waits for whoever works here, late things first; what the engine does; whether all is well."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from dsl.wording import Phrase
from engine.daemon.timetable import next_firing
from engine.projects.virtual_time import last_run_at
from engine.storage.panels import roles_in
from engine.views.agenda import Waiting, agenda
from engine.views.kinds import TASK
from engine.views.loop import Course, loop
from engine.views.status import Status, status
from engine.views.window import Window
from tui.doors import door_for
from tui.house import Sight
from tui.room import Room
from tui.rooms.courses import told_of_loop
from tui.widgets.rows import Column, Row, Rows
from tui.wording import age, say, say_number, told


@dataclass(frozen=True, slots=True)
class Today:
    """`mine`: what waits for who works here, `others`: for others. `last_run`, `next_run`: times of day.

    `loop`: how journeys go.
    """

    now: int
    mine: tuple[Waiting, ...]
    others: tuple[Waiting, ...]
    status: Status
    last_run: str | None
    next_run: str | None
    loop: tuple[Course, ...]


def read_today(sight: Sight) -> Today:
    """How things are."""
    window, config = sight.window, sight.window.config
    waiting, known = agenda(window, sight.actor, sight.now), status(window.connection, config, sight.now)
    return Today(
        sight.now,
        tuple(one for one in waiting if sight.is_mine(one.role)),
        tuple(one for one in waiting if not sight.is_mine(one.role)),
        known,
        _on_the_wall(window, last_run_at(window.connection)),
        _on_the_wall(window, next_firing(config.schedule, sight.now, config.zone)),
        loop(window, known.active, sight.now),
    )


def _on_the_wall(window: Window, instant: int | None) -> str | None:
    return None if instant is None else window.zone.on_the_wall(instant)


_COLUMNS = (Column(elastic=True), Column(), Column(spare=True), Column(spare=True))


class TodayRoom(Room[Today]):
    """The room that one comes into."""

    ABOUT: ClassVar[str] = say(
        "What waits for you stands at the top, late things first. Enter leads to where it is dealt with.\n"
        "Below: whether all is well, what the engine does, and the loop: how many customers are under way, how that "
        "went in 30 days, and who came in and ended in the last 7, from which stage and how."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "read_on(1)", say("scroll the text"), show=False, key_display="Space"),
        Binding("b", "read_on(-1)", say("scroll the text back"), show=False),
    ]

    def lays_out(self) -> Iterable[Widget]:
        """What waits above, the engine below."""
        yield Rows(_COLUMNS, identity="waiting", opens=True)
        yield VerticalScroll(Static(id="engine"), Static(id="journeys"), id="house", can_focus=False)

    def reads(self) -> Callable[[Sight], Today]:
        """All of it at once."""
        return read_today

    def show(self, snapshot: Today) -> None:
        """Everything anew."""
        self.query_one(Rows).put(list(_rows(snapshot)))
        self.query_one("#engine", Static).update(_engine(snapshot))
        self._show_loop()

    def on_resize(self) -> None:
        """Another width."""
        self._show_loop()

    def action_read_on(self, step: int) -> None:
        """Scroll what is below the list."""
        house = self.query_one("#house", VerticalScroll)
        house.scroll_relative(y=step * max(1, house.size.height - 1), animate=False)

    def _show_loop(self) -> None:
        if self.snapshot is not None:
            width = self.query_one("#house").content_size.width
            self.query_one("#journeys", Static).update(told_of_loop(self.snapshot.loop, width))

    @on(Rows.Chosen)
    def go(self, event: Rows.Chosen) -> None:
        """To the room where it is dealt with."""
        self.app.switch_mode(door_for(event.key.partition(" ")[0]).name)


def _rows(today: Today) -> Iterator[Row]:
    yield Row(None, (told(say("For you") if today.mine else say("Nothing waits for you.")),))
    yield from (_row(one, today.now) for one in today.mine)
    if today.others:
        yield Row(None, ("",))
        yield Row(None, (told(say("For others")),))
        yield from (_row(one, today.now) for one in today.others)


def _row(one: Waiting, now: int) -> Row:
    door = door_for(one.kind)
    late = say_number("! {n:,} overdue", "! {n:,} overdue", n=one.overdue) if one.overdue else ""
    cells = (
        _WHAT[one.kind](one.number),
        late or say("oldest: {age}", age=age(now - one.since)),
        _roles(one.role),
        f"→ {door.key} {told(door.title)}",
    )
    return Row(f"{one.kind} {one.role}", tuple(map(told, cells)), alarm=bool(one.overdue))


def _roles(panel: str | None) -> str:
    """Whose it is: of several roles the first, and how many more."""
    first, *more = roles_in(panel) or ("",)
    return f"{first} +{len(more)}" if more else first


_WHAT: Mapping[str, Callable[[int], Phrase]] = {
    "message": lambda n: say_number("{n:,} message to approve", "{n:,} messages to approve", n=n),
    "benefit": lambda n: say_number("{n:,} benefit to approve", "{n:,} benefits to approve", n=n),
    "unknown": lambda n: say_number("{n:,} message in doubt", "{n:,} messages in doubt", n=n),
    "reply": lambda n: say_number("{n:,} reply to judge", "{n:,} replies to judge", n=n),
    TASK: lambda n: say_number("{n:,} task to do", "{n:,} tasks to do", n=n),
}


def _engine(today: Today) -> Content:
    known = today.status
    lines = [Content.styled(told(say("The engine")), "bold $primary")]
    lines += [Content.styled(f"! {told(problem)}", "$error") for problem in known.problems]
    if not known.problems:
        lines.append(Content.styled(f"✓ {told(say('All is well.'))}", "$success"))
    last = today.last_run or say("never")
    lines.append(Content(told(say("last run {last}, next {next}", last=last, next=today.next_run))))
    lines.append(
        Content(
            told(
                say(
                    "{waiting:,} messages wait for their time · rules: release {release}",
                    waiting=known.waiting,
                    release=known.release,
                )
            )
        )
    )
    return Content("\n").join(lines)
