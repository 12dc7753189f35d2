"""Rules: the files beside the release in force, what is found in them, what applying them would bring, and applying."""

from asyncio import to_thread
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from dsl.diagnostics import has_errors
from dsl.slugs import Severity
from engine.errors import EngineError
from engine.planning.aside import Drawn, plan_aside
from engine.planning.planning import Question
from engine.projects.applying import Applied, apply
from tui.dialogs import AskWords
from tui.house import House, Sight
from tui.room import Room
from tui.rooms.explaining import Explaining
from tui.rooms.plan_page import in_short, page_of
from tui.rooms.rulebook import FILE, PLAN, RELEASE, SIGNS, Rulebook, found_in, key_of, read_rulebook
from tui.widgets.listing import Listing
from tui.widgets.rows import Column, Row, Rows
from tui.wording import say, say_number, told

DAYS = 7
"""So far a plan looks ahead."""

_DIALOG = 68
"""Cells that a table has in a dialog."""

_PADDING = 4
"""Cells beside a plan."""

_WIDE = 120
"""Cells from which on the list stands beside the text."""

_COLUMNS = (Column(elastic=True), Column())


class RulesRoom(Room[Rulebook]):
    """Changes nothing but by `apply`, which wants a plan of these very files, and its number typed."""

    ABOUT: ClassVar[str] = say(
        "The rule files beside the release in force: what is new is marked +, what is gone -; what `homing check` "
        "finds stands under its line.\n"
        "`p` tells what applying them would bring, while you go on working; `a` applies them once you have seen that. "
        "Below the files: every release there was, with what it changed."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "plan", say("plan")),
        Binding("a", "apply", say("apply")),
        Binding("n", "finding(1)", say("next finding")),
        Binding("N", "finding(-1)", say("the finding before"), show=False, key_display="N"),
        Binding("x", "explain", say("explain it")),
        Binding("escape", "stop", say("stop the plan"), key_display="Esc"),
        Binding("space", "read_on(1)", say("scroll the text"), show=False, key_display="Space"),
        Binding("b", "read_on(-1)", say("scroll the text back"), show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._asked, self._here = "", ""
        self._drawn: Drawn | None = None
        self._planning = False
        self._done = 0.0
        self._timer: Timer | None = None

    def lays_out(self) -> Iterable[Widget]:
        """The list, and what one of it is about."""
        yield Static(id="standing", markup=False)
        with Container(id="desk"):
            yield Rows(_COLUMNS, identity="book")
            yield Listing(identity="code")
            yield VerticalScroll(Static(id="plan"), id="page", can_focus=False)

    def reads(self) -> Callable[[Sight], Rulebook]:
        """Files and releases, and what the cursor is on."""
        known = None if self.snapshot is None else self.snapshot.disk
        return partial(read_rulebook, self.house.project, known, self._asked)

    def catch_up(self) -> None:
        """Files change without the database: look each second."""
        self.follow()

    def show(self, snapshot: Rulebook) -> None:
        """The list, and the text."""
        rows = list(_rows(snapshot, self._plan_said()))
        self._asked = self._asked or snapshot.asked
        self.query_one("#book", Rows).put(rows, self._asked)
        self.query_one("#standing", Static).update(told(_standing(snapshot)))
        self._show_asked(snapshot)

    def _show_asked(self, snapshot: Rulebook) -> None:
        is_plan = self._asked == PLAN
        self.query_one("#page").display = is_plan
        self.query_one(Listing).display = not is_plan
        if is_plan:
            self._show_plan()
        elif snapshot.shown is not None and snapshot.asked == self._asked:
            self.query_one(Listing).put(snapshot.shown, self._here or None)

    def _show_plan(self) -> None:
        page, drawn = self.query_one("#plan", Static), self._drawn
        if drawn is None:
            page.update(told(_NO_PLAN if not self._planning else _UNDER_WAY))
        else:
            width = max(40, self.query_one("#page").scrollable_content_region.width - _PADDING)
            page.update(page_of(drawn.planned, self.house.project.config.zone, width))

    def on_resize(self) -> None:
        """Beside each other or below each other; tables are made for a width."""
        self.set_class(self.size.width >= _WIDE, "-wide")
        if self._asked == PLAN:
            self.call_after_refresh(self._show_plan)

    @on(Rows.Moved)
    def look_at(self, event: Rows.Moved) -> None:
        """Show what the cursor is on."""
        if event.key is not None and event.key != self._asked:
            self._asked = event.key
            if self.snapshot is not None and event.key == PLAN:
                self._show_asked(self.snapshot)
            else:
                self.reload()

    def action_read_on(self, step: int) -> None:
        """Scroll the text."""
        page: Widget = self.query_one("#page") if self._asked == PLAN else self.query_one(Listing)
        page.scroll_relative(y=step * max(1, page.size.height - 1), animate=False)

    def action_finding(self, step: int) -> None:
        """To the next finding, in whatever file it is."""
        book = self.snapshot
        if book is None or not book.disk.found:
            self.tell(say("Nothing is found in the rules: all well."))
            return
        keys = [key_of(one) for one in book.disk.found]
        place = (keys.index(self._here) + step) % len(keys) if self._here in keys else min(0, step)
        self._here, self._asked = keys[place], f"{FILE} {book.disk.found[place].span.source.name}"
        self.query_one("#book", Rows).put(list(_rows(book, self._plan_said())), self._asked)
        self.reload()
        if book.asked == self._asked:
            self._show_asked(book)

    def action_explain(self) -> None:
        """The page on the finding that one is at; before that, on the first of the file."""
        book = self.snapshot
        found = [] if book is None else found_in(book.disk, self._asked.partition(" ")[2])
        one = next((one for one in found if key_of(one) == self._here), found[0] if found else None)
        if one is None:
            self.tell(say("Nothing is found in this file."))
        else:
            self.app.push_screen(Explaining(one.slug))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A plan can be stopped while one is made."""
        del parameters
        return self._planning if action == "stop" else True

    def action_plan(self) -> None:
        """Have a plan made, beside everything else."""
        book = self.snapshot
        if book is None or self._planning:
            return
        if has_errors(book.disk.found):
            self.tell(say("The rules have errors: n leads to them."))
            return
        self._planning, self._done, self._drawn = True, 0.0, None
        self._timer = self.set_interval(0.5, self._tell_progress)
        self.refresh_bindings()
        self._asked = PLAN
        self.show(book)
        self._plan()

    @work(group="plan")
    async def _plan(self) -> None:
        question = Question(self.house.who().now, DAYS)
        folder = self.house.project.folder
        try:
            self._drawn = await to_thread(
                plan_aside, folder, question, self._note_progress, lambda: self._planning
            )
        except EngineError as error:
            self.tell_refusal(error)
        self._planning = False
        if self._timer is not None:
            self._timer.stop()
        if self.snapshot is not None and self.is_attached:
            self.refresh_bindings()
            self.show(self.snapshot)

    def _note_progress(self, done: int, total: int) -> None:
        self._done = done / total if total else 0.0

    def _tell_progress(self) -> None:
        if self.snapshot is not None:
            self.query_one("#book", Rows).put(list(_rows(self.snapshot, self._plan_said())), self._asked)

    def action_stop(self) -> None:
        """Nobody wants the plan any more."""
        self._planning = False

    def on_unmount(self) -> None:
        """Nor when the room closes."""
        self._planning = False

    def _plan_said(self) -> str:
        if self._planning:
            return f"{self._done:.0%}"
        book, drawn = self.snapshot, self._drawn
        if drawn is None or book is None:
            return ""
        return told(say("made") if drawn.digest == book.disk.rules.digest else say("of other files"))

    def action_apply(self) -> None:
        """Make the files the release in force, once their plan has been seen and the number was typed."""
        book, drawn = self.snapshot, self._drawn
        if book is None or self._planning:
            return
        if book.same:
            self.tell(say("These rules are in force already."))
        elif has_errors(book.disk.found):
            self.tell(say("The rules have errors: n leads to them."))
        elif drawn is None or drawn.digest != book.disk.rules.digest:
            self.tell(say("First see what it would bring: the plan is being made. Then press a again."))
            self.action_plan()
        else:
            number = str(book.releases[0].number + 1)
            question = say("Apply these rules as release {number}? Type {number}.", number=number)
            self.app.push_screen(
                AskWords(question, in_short(drawn, _DIALOG), number), partial(self._apply, book, drawn)
            )

    def _apply(self, book: Rulebook, drawn: Drawn, typed: str | None) -> None:
        if typed is not None:
            self._make_it_so(book, drawn)

    @work(group="decide")
    async def _make_it_so(self, book: Rulebook, drawn: Drawn) -> None:
        done = await self.try_to(partial(self._applied, book, drawn))
        if done is not None:
            self.tell(say("Release {number} is in force.", number=done.number))
            self._drawn = None
        self.reload()

    def _applied(self, book: Rulebook, drawn: Drawn) -> Applied:
        moves = tuple(drawn.planned.helpful.values())
        return apply(self.house.project, book.disk.rules, self.house.who(), moves)


_NO_PLAN = say("`p` tells what applying the files would change, and what the next days would bring.")
_UNDER_WAY = say("The plan is being made; you can go on working. Esc stops it.")


def _standing(book: Rulebook) -> str:
    """What is in force, and how the files stand to it."""
    now = book.releases[0]
    files = say("the files are the same") if book.same else say("the files say something else")
    return say(
        "Release {number} since {at}, by {by} · {files}",
        number=now.number,
        at=now.at,
        by=now.by or say("somebody"),
        files=files,
    )


def _rows(book: Rulebook, plan: str) -> Iterator[Row]:
    yield Row(None, (told(say("Files")),))
    for name in book.names:
        alarm = has_errors(found_in(book.disk, name))
        yield Row(f"{FILE} {name}", (told(name), _state(book, name)), alarm)
    yield Row(None, ("",))
    yield Row(None, (told(say("What applying them would bring")),))
    yield Row(PLAN, (told(say_number("the next {n} day", "the next {n} days", n=DAYS)), plan))
    yield Row(None, ("",))
    yield Row(None, (told(say("Releases")),))
    for place, one in enumerate(book.releases):
        name = f"{one.number}  {told(one.at)}  {told(one.by)}"
        yield Row(f"{RELEASE} {one.number}", (name, "" if place else told(say("in force"))))


def _state(book: Rulebook, name: str) -> str:
    """Whether a file is what is in force, and what is found in it."""
    found = [one.severity for one in found_in(book.disk, name)]
    kinds: tuple[Severity, ...] = ("error", "warning", "info")
    counts = [f"{SIGNS[kind]}{found.count(kind)}" for kind in kinds if kind in found]
    old, new = book.applied.get(name), book.disk.rules.texts.get(name)
    changed = ""
    if old != new:
        changed = told(say("gone") if new is None else say("new") if old is None else say("changed"))
    return " ".join(filter(None, (*counts, changed)))
