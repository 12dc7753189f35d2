"""The app: rooms behind their doors, light and dark, the palette, and the look around that keeps rooms up to date."""

import gc
import os
from asyncio import to_thread
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import ClassVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import CommandPalette

from engine.errors import StoreError
from engine.projects.project import Project
from tui.doors import DOORS
from tui.house import House
from tui.palette import palette
from tui.room import Room
from tui.themes import DARK, LIGHT
from tui.wording import say

_AGES = 30
"""After so many looks a room is read again in any case: time has passed."""


class ReviewRoom(App[None]):
    """All rooms on one project, for one person.

    `every`: seconds after which the store is asked whether it has changed, which costs microseconds; 0: never.
    `attention`: see `House`.
    """

    TITLE = "Homing"
    CSS_PATH = "styles.tcss"
    DEFAULT_MODE = DOORS[0].name  # at once: an empty screen before it takes as long
    ENABLE_COMMAND_PALETTE = False  # its own key has no name in other languages; ours opens the same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", say("quit")),
        Binding("ctrl+p", "command_palette", say("all commands"), show=False),
        Binding("ctrl+t", "shade", say("light or dark"), show=False),
    ]

    def __init__(
        self,
        project: Project,
        actor: str,
        *,
        light: bool = False,
        every: float = 1.0,
        attention: float = 0.25,
    ) -> None:
        super().__init__()
        self.house = House(project, actor, attention)
        self._every = every
        self._open = ExitStack()
        self._changed: Callable[[], bool] = lambda: False
        self._looks, self._server = 0, os.getppid()
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = LIGHT.name if light else DARK.name
        for door in DOORS:
            self.add_mode(door.name, partial(door.open, self.house))
            keys, shown = (
                f"{door.key},f{door.key}",
                f"{door.key} F{door.key}",
            )  # digits may be typed, F keys never
            self.bind(keys, f"enter('{door.name}')", description=door.title, show=False, key_display=shown)

    def on_mount(self) -> None:
        """Begin to follow the store."""
        self._changed = self._open.enter_context(self.house.project.store.watch())
        if self._every:
            self.set_interval(self._every, self.look_around)

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._changed = lambda: False
        self._open.close()
        gc.unfreeze()

    def look_around(self) -> None:
        """Let the room that is open follow the store."""
        if self.is_web and os.getppid() != self._server:
            self.exit()  # whoever brought it to a browser is gone
        changed, self._looks = self._changed() or self._is_lost(), self._looks + 1
        if self._looks == 1:
            self._foresee()
        room = self.screen_stack[0]
        if not isinstance(room, Room):
            return
        if changed or self._looks % _AGES == 0:
            room.follow()
        else:
            room.catch_up()

    def _is_lost(self) -> bool:
        try:
            self.house.project.store.check_place()
        except StoreError:
            return True  # the room that is open tells, when it looks
        return False

    @work
    async def _foresee(self) -> None:
        """Look behind the other doors while nobody waits for it: each opens at once then."""
        for door in DOORS:
            await to_thread(door.foresee, self.house)

    def action_enter(self, name: str) -> None:
        """Go to a room."""
        self.switch_mode(name)

    def action_help_quit(self) -> None:
        """Whoever wants out by Ctrl+C is told how, in our words and where everything else is told."""
        room = self.screen_stack[0]
        if isinstance(room, Room):
            room.tell(wrong=say("Ctrl+C copies what is marked. q quits, Ctrl+Q from everywhere."))

    def action_shade(self) -> None:
        """From dark to light, or back."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_command_palette(self) -> None:
        """Everything that can be done here, and every customer, by typing a part of the name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(palette())
