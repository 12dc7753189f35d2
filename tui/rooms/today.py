"""Today: what waits for whoever works here, late things first; how the week went; whether all is well; the loop."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from dsl.wording import Phrase
from engine.daemon.timetable import next_firing
from engine.projects.virtual_time import last_run_at
from engine.storage.panels import roles_in
from engine.views.agenda import Waiting, agenda
from engine.views.brought import Period, week
from engine.views.finding import any_customer
from engine.views.kinds import TASK
from engine.views.loop import Course, loop
from engine.views.status import Status, status
from engine.views.titles import Titles
from engine.views.window import Window
from tui.doors import door_for
from tui.house import Sight
from tui.room import Room
from tui.rooms.courses import told_of_loop
from tui.rooms.weeks import as_tables, in_lines
from tui.widgets.reading import read_on
from tui.widgets.rows import Column, Row, Rows
from tui.wording import age, say, say_number, told


@dataclass(frozen=True, slots=True)
class Today:
    """`mine`: what waits for who works here, `others`: for others. `last_run`, `next_run`: times of day.

    `stranger`: who works here, if not on the staff. `is_empty`: there is no customer.
    `loop`: how journeys go; `week`: what the last days brought.
    """

    now: int
    mine: tuple[Waiting, ...]
    others: tuple[Waiting, ...]
    stranger: str | None
    is_empty: bool
    status: Status
    last_run: str | None
    next_run: str | None
    loop: tuple[Course, ...]
    week: Period
    titles: Titles


def read_today(sight: Sight) -> Today:
    """How things are."""
    window, config = sight.window, sight.window.config
    waiting, known = agenda(window, sight.actor, sight.now), status(window.connection, config, sight.now)
    return Today(
        sight.now,
        tuple(one for one in waiting if sight.is_mine(one.role)),
        tuple(one for one in waiting if not sight.is_mine(one.role)),
        sight.actor if sight.roles == frozenset() else None,
        not any_customer(window),
        known,
        _on_the_wall(window, last_run_at(window.connection)),
        _on_the_wall(window, next_firing(config.schedule, sight.now, config.zone)),
        loop(window, known.active, sight.now),
        week(window, sight.now),
        window.titles,
    )


def _on_the_wall(window: Window, instant: int | None) -> str | None:
    return None if instant is None else window.zone.on_the_wall(instant)


_BESIDE, _TALL = 150, 45
"""From that width on the week stands beside the list; from that height on in full."""

_COLUMNS = (Column(elastic=True), Column(), Column(spare=True), Column(spare=True))


class TodayRoom(Room[Today]):
    """The room that one comes into."""

    ABOUT: ClassVar[str] = say(
        "What waits for you stands at the top, late things first. Enter leads to where it is dealt with.\n"
        "Then: what the last 7 days brought, beside the 7 days before; whether all is well, and what the engine does; "
        "how many customers are under way, how that went in 30 days, who came in and ended in the last 7."
    )
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_BESIDE, "-wide")]  # noqa: RUF012  # as Textual declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "read_on(1)", say("scroll the text"), show=False, key_display="Space"),
        Binding("b", "read_on(-1)", say("scroll the text back"), show=False),
    ]

    def lays_out(self) -> Iterable[Widget]:
        """What waits, and below or beside it the week, the engine and the loop."""
        house = (Static(id="week"), Static(id="engine"), Static(id="journeys"))
        yield Container(
            Rows(_COLUMNS, identity="waiting", opens=True),
            VerticalScroll(*house, id="house", can_focus=False),
            id="board",
        )

    def reads(self) -> Callable[[Sight], Today]:
        """All of it at once."""
        return read_today

    def show(self, snapshot: Today) -> None:
        """Everything anew."""
        self.query_one(Rows).put(list(_rows(snapshot)))
        self.query_one("#engine", Static).update(_engine(snapshot))
        self._fit()

    def on_resize(self) -> None:
        """Another size."""
        self.call_after_refresh(self._fit)

    def action_read_on(self, step: int) -> None:
        """Scroll what is below the list."""
        read_on(self.query_one("#house", VerticalScroll), step)

    def _fit(self) -> None:
        """What is laid out by hand, for the room there is."""
        if self.snapshot is None:
            return
        width, found = self.query_one("#house").content_size.width, self.snapshot.week
        full = self.size.width >= _BESIDE and self.size.height >= _TALL
        shown = as_tables(found) if full else in_lines(found, self.house.actor, width)
        self.query_one("#week", Static).update(shown)
        self.query_one("#journeys", Static).update(told_of_loop(self.snapshot.loop, width))

    @on(Rows.Chosen)
    def go(self, event: Rows.Chosen) -> None:
        """To the room where it is dealt with."""
        mine = () if self.snapshot is None else self.snapshot.mine
        self.lead_to(event.key.partition(" ")[0], others=event.key not in map(_key, mine))


def _rows(today: Today) -> Iterator[Row]:
    yield Row(None, (told(_heading(today)),))
    if today.is_empty:
        yield Row(
            None, (told(say("There is no customer yet: `homing import customers FILE` takes them in.")),)
        )
    yield from (_row(one, today) for one in today.mine)
    if today.others:
        yield Row(None, ("",))
        yield Row(None, (told(say("For others")),))
        yield from (_row(one, today) for one in today.others)


def _heading(today: Today) -> Phrase:
    if today.stranger is not None:
        return say("{name} is not on the staff: you may look, and decide on nothing.", name=today.stranger)
    return say("For you") if today.mine else say("Nothing waits for you.")


def _row(one: Waiting, today: Today) -> Row:
    door = door_for(one.kind)
    late = say_number("! {n:,} overdue", "! {n:,} overdue", n=one.overdue) if one.overdue else ""
    cells = (
        _WHAT[one.kind](one.number),
        late or say("oldest: {age}", age=age(today.now - one.since)),
        _roles(one.role, today.titles),
        f"→ {door.key} {told(door.title)}",
    )
    return Row(_key(one), tuple(map(told, cells)), alarm=bool(one.overdue))


def _key(one: Waiting) -> str:
    return f"{one.kind} {one.role}"


def _roles(panel: str | None, titles: Titles) -> str:
    """Whose it is: of several roles the first, and how many more."""
    first, *more = (titles.of("role", role) for role in roles_in(panel) or ("",))
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
    colour = "$warning" if known.healthy else "$error"
    lines += [Content.styled(f"! {told(problem)}", colour) for problem in known.problems]
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
