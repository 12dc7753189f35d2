"""The bars around every room: which rooms there are and who works here, what was done or is wrong, which keys work."""

from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.style import Style
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from dsl.wording import Hint, Phrase
from tui.doors import DOORS
from tui.wording import told


def width_of(text: str) -> int:
    """Cells that a text takes on the screen."""
    return Content(text).cell_length


def padded(text: str, width: int) -> str:
    """A text in so many cells, cut off with a mark where it is longer."""
    room = width - width_of(text)
    return text + " " * room if room >= 0 else Content(text).truncate(width, ellipsis=True, pad=True).plain


NAMED = 40
"""Cells that a customer's name has where something else is told of them: long ones push nothing off the screen."""


def clipped(text: str, width: int) -> str:
    """A text in at most so many cells."""
    return text if width_of(text) <= width else padded(text, width)


class Tabs(Widget):
    """The rooms with their keys, the one that is open between marks, and who works here."""

    def __init__(self, actor: str) -> None:
        super().__init__()
        self._actor = told(actor)

    def render(self) -> Content:
        """One line."""
        rooms = Content("").join([self._tab(door.name, f"{door.key} {told(door.title)}") for door in DOORS])
        room = self.size.width - rooms.cell_length - 1
        return (
            Content.assemble(rooms, " " * (room - width_of(self._actor)), self._actor)
            if (room > width_of(self._actor))
            else rooms
        )

    def _tab(self, name: str, title: str) -> Content:
        if self.app.current_mode == name:
            return Content.assemble((f"[{title}]", "reverse bold"))
        return Content.assemble((f" {title} ", Style.from_meta({"@click": f"app.enter('{name}')"})))


class Said(Static):
    """What came of the last key, for a while, on a line of its own: nothing that somebody reads is covered by it."""

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.lines: tuple[str, ...] = ()
        self._until: Timer | None = None

    def say(self, *lines: str, wrong: str | None = None) -> None:
        """Say what was done, and of what was not done why. A sign before each tells one from the other."""
        if self._until is not None:
            self._until.stop()
        self.lines = (*lines, wrong) if wrong else lines
        parts = [Content(f"✓ {line}") for line in lines]
        if wrong:
            parts.append(Content.styled(f"! {wrong}", "$error"))
        self.update(Content("\n").join(parts))
        self._until = self.set_timer(_LONG if wrong else _SHORT, self._hush)

    def _hush(self) -> None:
        self.update("")


_SHORT, _LONG = 8.0, 20.0
"""Seconds for which something stands there."""


class Notice(Static):
    """What keeps the room from being shown, or from being up to date; not there while all is well."""

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.display = False

    def say(self, what: Phrase, hint: Hint) -> None:
        """Say what is wrong and what helps."""
        helps = f"\n{told(hint)}" if hint else ""
        self.update(f"! {told(what, lines=True)}{helps}")
        self.display = True

    def hide(self) -> None:
        """All is well."""
        self.display = False


class Standstill(Static):
    """In every room: that nothing leaves, for somebody has stopped all sending; not there while messages leave."""

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.display = False

    def show(self, why: str | None) -> None:
        """Why nothing leaves; None: it does."""
        self.update("" if why is None else f"‖ {told(why)}")
        self.display = why is not None


class Hints(Widget):
    """The keys that work now, as many as there is room for; help comes last, so that it is always there."""

    changed = reactive(0)

    def on_mount(self) -> None:
        """Follow what the room says of its keys."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def _follow(self, _screen: Screen[object]) -> None:
        self.changed += 1

    def render(self) -> Content:
        """One line."""
        known = [one for one in self.screen.active_bindings.values() if one.binding.show and one.enabled]
        found = {one.binding.action: one.binding for one in reversed(known)}
        shown = list(reversed(found.values()))
        shown.sort(key=lambda binding: binding.action in _LAST)
        parts = [
            Content.assemble(
                (self.app.get_key_display(one), "bold $primary"),
                (f" {told(one.description)}", Style.from_meta({"@click": one.action})),
            )
            for one in shown
        ]
        last = sum(one.action in _LAST for one in shown)
        return _fitting(parts, last, self.size.width - 2)


_LAST = ("app.command_palette", "help", "quit")


def _fitting(parts: list[Content], last: int, width: int) -> Content:
    """As many as fit; those that come before the last go first."""
    while len(parts) > last and sum(part.cell_length + 2 for part in parts) - 2 > width:
        del parts[-last - 1]
    return Content.assemble(" ", Content("  ").join(parts))
