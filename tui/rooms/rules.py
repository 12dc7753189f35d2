"""Rules: the files beside the release in force, what is found in them, what applying them would bring, and applying."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from dsl.diagnostics import has_errors
from engine.errors import EngineError
from engine.planning.aside import Drawn, plan_aside
from engine.planning.planning import Question
from engine.projects.applying import Applied, apply
from engine.scenarios.aside import Tried, try_aside
from tui.dialogs import AskWords
from tui.editing import edit, editing
from tui.errands import Errand, Work
from tui.house import House
from tui.room import Room, T
from tui.rooms.contents import COLUMNS, Asked, page, rows, standing
from tui.rooms.explaining import Explaining
from tui.rooms.horizon import AskSpan, Span
from tui.rooms.moving import AskMoves, Moves, moves_of
from tui.rooms.plan_page import in_short
from tui.rooms.rulebook import FILE, FOUND, PLAN, RELEASE, TRIAL, Rulebook, Spot, Wish, read_rulebook, spots
from tui.widgets.listing import Listing
from tui.widgets.reading import read_on
from tui.widgets.rows import Rows
from tui.wording import say

_DIALOG = 68
"""Cells that a table has in a dialog."""

_PADDING = 4
"""Cells beside a plan."""

_WIDE = 120
"""Cells from which on the list stands beside the text."""

_PAGES = (PLAN, TRIAL, FOUND)
"""What is told of in sentences and tables, not as a file."""


class RulesRoom(Room[Rulebook]):
    """Changes nothing but by `apply`, which wants a plan of these very files, and its number typed."""

    ABOUT: ClassVar[str] = say(
        "The rule files beside the release in force: what is new is marked +, what is gone -; what `homing check` "
        "finds stands under its line. `n` leads through all that is wrong, `c` through what has changed; `e` opens "
        "the file there in your editor.\n"
        "`p` tells what applying the files would bring, `t` plays their scenarios, while you go on working; `a` "
        "applies them once you have seen the plan. Below the files: every release there was, with what it changed."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "plan", say("plan")),
        Binding("t", "try", say("scenarios")),
        Binding("a", "apply", say("apply")),
        Binding("e", "edit", say("edit")),
        Binding("m", "move", say("where they go")),
        Binding("n", "finding(1)", say("next finding")),
        Binding("N", "finding(-1)", say("the finding before"), show=False, key_display="N"),
        Binding("x", "explain", say("explain it")),
        Binding("c", "change(1)", say("next change")),
        Binding("C", "change(-1)", say("the change before"), show=False, key_display="C"),
        Binding("d", "turn", say("side by side or not")),
        Binding("escape", "stop", say("stop"), key_display="Esc"),
        Binding("space", "read_on(1)", say("scroll the text"), show=False, key_display="Space"),
        Binding("b", "read_on(-1)", say("scroll the text back"), show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._asked, self._here, self._at_end = "", "", False
        self._plan, self._trial = Errand[Drawn](), Errand[Tried]()
        self._span, self._moves = Span(), Moves()
        self._timer: Timer | None = None

    def lays_out(self) -> Iterable[Widget]:
        """The list, and what one of it is about."""
        yield Static(id="standing", markup=False)
        with Container(id="desk"):
            yield Rows(COLUMNS, identity="book")
            yield Listing(identity="code")
            yield VerticalScroll(Static(id="plan", markup=False), id="page", can_focus=False)

    def looks(self) -> Callable[[], Rulebook]:
        """Files and releases, and what the cursor is on; also where no rules have been applied so far."""
        known = None if self.snapshot is None else self.snapshot.disk
        wish = Wish(self._asked, known, self._trial.made)
        return lambda: read_rulebook(self.house.project, self.house.who(), wish)

    def catch_up(self) -> None:
        """Files change without the database: look each second."""
        self.follow()

    def show(self, snapshot: Rulebook) -> None:
        """The list, and the text."""
        self._asked = self._asked or snapshot.asked
        self._list(snapshot)
        self.query_one("#standing", Static).update(standing(snapshot))
        self._show_asked(snapshot)

    def _list(self, book: Rulebook) -> None:
        self.query_one("#book", Rows).put(list(rows(book, self._all_asked)), self._asked)

    def _show_asked(self, book: Rulebook) -> None:
        is_page = self._asked in _PAGES
        self.query_one("#page").display = is_page
        self.query_one(Listing).display = not is_page
        if is_page:
            self._show_page(book)
        elif book.shown is not None and book.asked == self._asked:
            self.query_one(Listing).put(book.shown, self._here or None, at_end=self._at_end)
            self._at_end = False

    def _show_page(self, book: Rulebook) -> None:
        width = max(40, self.query_one("#page").scrollable_content_region.width - _PADDING)
        told_of = page(book, self._all_asked, self._asked, self.house.project.config.zone, width)
        self.query_one("#plan", Static).update(told_of)

    @property
    def _all_asked(self) -> Asked:
        return Asked(self._span, self._plan, self._trial)

    def on_resize(self) -> None:
        """Beside each other or below each other; tables are made for a width."""
        self.set_class(self.size.width >= _WIDE, "-wide")
        book = self.snapshot
        if book is not None and self._asked in _PAGES:
            self.call_after_refresh(self._show_page, book)

    @on(Rows.Moved)
    def look_at(self, event: Rows.Moved) -> None:
        """Show what the cursor is on."""
        if event.key is not None and event.key != self._asked:
            self._ask_for(event.key)

    def _ask_for(self, key: str) -> None:
        """Show what a row is about, at once where that is known."""
        self._asked, book = key, self.snapshot
        if book is None:
            return
        self._list(book)
        if key in _PAGES or book.asked == key:
            self._show_asked(book)
        if key not in _PAGES:
            self.reload()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is under way can be stopped; files can be edited where there is a terminal to do it in."""
        del parameters
        book = self.snapshot
        match action:
            case "stop":
                return self._plan.is_under_way or self._trial.is_under_way
            case "edit":
                return self._asked.startswith(FILE) and not self.app.is_web
            case "change" | "turn":
                return (
                    book is not None and book.shown is not None and (book.shown.differs or action == "change")
                )
            case "move":
                return bool(self._movable)
        return True

    def action_read_on(self, step: int) -> None:
        """Scroll the text."""
        page: Widget = self.query_one("#page") if self._asked in _PAGES else self.query_one(Listing)
        read_on(page, step)

    def action_turn(self) -> None:
        """Old and new beside each other, or one text."""
        self.query_one(Listing).turn()

    def action_change(self, step: int) -> None:
        """To the next change in this text, then in the next file that has changed."""
        book, self._here = self.snapshot, ""
        if book is None or (self._asked not in _PAGES and self.query_one(Listing).to_change(step)):
            return
        keys = [f"{FILE} {name}" for name in book.changed]
        if not keys:
            self.tell(say("The files say what the release in force says."))
            return
        place = (keys.index(self._asked) + step) % len(keys) if self._asked in keys else min(0, step)
        self._at_end = step < 0
        self._ask_for(keys[place])

    def action_finding(self, step: int) -> None:
        """To the next finding or failure, in whatever file it is."""
        book = self.snapshot
        found = [] if book is None else spots(book, self._trial.made)
        if not found:
            self.tell(say("Nothing is found in the rules: all well."))
            return
        keys = [one.key for one in found]
        place = (keys.index(self._here) + step) % len(keys) if self._here in keys else min(0, step)
        self._here = found[place].key
        self._ask_for(f"{FILE} {found[place].file}")

    @property
    def _spot(self) -> Spot | None:
        """The finding that one is at; before that, the first of the file."""
        mine = [one for one in self._spots if f"{FILE} {one.file}" == self._asked]
        return next((one for one in mine if one.key == self._here), mine[0] if mine else None)

    @property
    def _spots(self) -> list[Spot]:
        return [] if self.snapshot is None else spots(self.snapshot, self._trial.made)

    def action_explain(self) -> None:
        """The page on that kind of finding."""
        spot = self._spot
        if spot is None:
            self.tell(say("Nothing is found in this file."))
        elif spot.slug is None:
            self.tell(say("What happened instead stands below the step."))
        else:
            self.app.push_screen(Explaining(spot.slug))

    def action_edit(self) -> None:
        """Open the file where one is, in the editor of whoever works here; read it anew on return."""
        place, name = self.house.project.rules, self._asked.partition(" ")[2]
        spot = next((one for one in self._spots if one.key == self._here and one.file == name), None)
        line = self.query_one(Listing).line if spot is None else spot.line
        try:
            command = editing(place / name if place.is_dir() else place, line)
            with self.app.suspend():
                edit(command)
        except EngineError as error:
            self.tell_refusal(error)
        self.reload()

    def action_plan(self) -> None:
        """Ask how far, then have a plan made."""
        book = self.snapshot
        if book is None or not self._is_fit(book, self._plan):
            return
        asked = AskSpan(self._span, released=bool(book.releases))
        self.app.push_screen(asked, lambda span: None if span is None else self._plan_for(span))

    def _is_fit(self, book: Rulebook, errand: "Errand[T]") -> bool:
        """Whether something can begin that wants rules without errors."""
        if has_errors(book.disk.found):
            self.tell(wrong=say("The rules have errors: n leads to them."))
            return False
        return not errand.is_under_way

    def _plan_for(self, span: Span, moves: Moves | None = None) -> None:
        """Have a plan made, beside everything else. `moves` None: those asked for before, of the same files."""
        if self.snapshot is None:
            return
        kept = () if self._drawn is None else self._moves
        self._span, self._moves = span, kept if moves is None else moves
        question = Question(self.house.who().now, span.days, span.replay, self._moves)
        self._go_about(self._plan, partial(plan_aside, self.house.project.folder, question), PLAN)

    @property
    def _drawn(self) -> Drawn | None:
        """The plan, if it is one of the files as they are now."""
        book, drawn = self.snapshot, self._plan.made
        same = book is not None and drawn is not None and drawn.digest == book.disk.rules.digest
        return drawn if same else None

    def action_try(self) -> None:
        """Have the scenarios played, beside everything else."""
        book = self.snapshot
        if book is not None and self._is_fit(book, self._trial):
            self._go_about(self._trial, partial(try_aside, self.house.project.folder), TRIAL)

    @work(group="errand")
    async def _go_about(self, errand: "Errand[T]", do: Work[T], page: str) -> None:
        """Something long, with its page open."""
        if self._timer is None:
            self._timer = self.set_interval(0.5, self._tell_progress)
        try:
            going = errand.do(do)
            self.call_later(self._ask_for, page)
            await going
        except EngineError as error:
            self._moves = ()
            self.tell_refusal(error)
        if self.snapshot is not None and self.is_attached:
            self.refresh_bindings()
            self.show(self.snapshot)
            self.reload()

    def _tell_progress(self) -> None:
        if self.snapshot is not None and (self._plan.is_under_way or self._trial.is_under_way):
            self._list(self.snapshot)

    def action_stop(self) -> None:
        """Nobody wants it any more."""
        self._plan.stop()
        self._trial.stop()

    def on_unmount(self) -> None:
        """Nor when the room closes."""
        self.action_stop()

    @property
    def _movable(self) -> bool:
        """Whether the plan of these files moves anybody."""
        return self._drawn is not None and bool(moves_of(self._drawn.planned, self._moves))

    def action_move(self) -> None:
        """Ask where those go whose state is gone, then plan with that."""
        book, drawn = self.snapshot, self._plan.made
        if book is None or drawn is None or book.disk.rules.model is None:
            return
        asked = AskMoves(moves_of(drawn.planned, self._moves), book.disk.rules.model)
        self.app.push_screen(
            asked, lambda moves: None if moves is None else self._plan_for(self._span, moves)
        )

    def action_apply(self) -> None:
        """Make the files the release in force, once their plan has been seen and the number was typed."""
        book, drawn = self.snapshot, self._drawn
        if book is None or self._plan.is_under_way:
            return
        if book.refusal is not None:
            self.tell_refusal(book.refusal)
        elif book.same:
            self.tell(say("These rules are in force already."))
        elif drawn is None:
            if self._is_fit(book, self._plan):
                self.tell(
                    wrong=say("First see what it would bring: the plan is being made. Then press a again.")
                )
                self._plan_for(self._span)
        else:
            number = str(book.next_number)
            question = say("Apply these rules as release {number}? Type {number}.", number=number)
            asked = AskWords(question, in_short(drawn, _DIALOG), number)
            self.app.push_screen(asked, partial(self._apply, book, drawn))

    def _apply(self, book: Rulebook, drawn: Drawn, typed: str | None) -> None:
        if typed is not None:
            self._make_it_so(book, drawn)

    @work(group="decide")
    async def _make_it_so(self, book: Rulebook, drawn: Drawn) -> None:
        done = await self.try_to(partial(self._applied, book, drawn))
        if done is not None:
            self.tell(say("Release {number} is in force.", number=done.number))
            self._plan.made, self._moves = None, ()
            self._asked = f"{RELEASE} {done.number}"  # what it has changed
        self.reload()

    def _applied(self, book: Rulebook, drawn: Drawn) -> Applied:
        moves = (*self._moves, *drawn.planned.helpful.values())
        return apply(self.house.project, book.disk.rules, self.house.who(), moves)
