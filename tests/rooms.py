"""The review room, opened on a project and driven by keys; what stands on its screen, as lines of text."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.app import App
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from engine.terminal import speak
from tests.projects import Homing
from tui.app import ReviewRoom
from tui.widgets.bars import Said

SMALL, LARGE = (80, 24), (200, 60)

_ROUNDS = 6
"""What nobody can see coming, such as an answer on its way to its queue, has come after so many rounds without any."""


@dataclass(frozen=True)
class Visitor:
    """Somebody in the room."""

    app: ReviewRoom
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, each once what the last one began is done."""
        for key in keys:
            name = key if key.isalnum() or len(key) > 1 else _character_to_key(key)
            self.app.post_message(events.Key(name, key_to_character(name)))
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way any more: not until the processor is idle, which others may be using."""
        await settled(self.pilot)

    async def look_around(self) -> None:
        """What the room does by itself each second."""
        self.app.screen_stack[0]._rest_until = 0.0
        self.app.look_around()
        await self.settle()

    @property
    def lines(self) -> list[str]:
        """The screen."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """The screen, in one."""
        return "\n".join(self.lines)

    @property
    def told(self) -> str:
        """The last that was told in passing."""
        return self.app.screen_stack[0].query_one(Said).lines[-1]


Play = Callable[[Visitor], Awaitable[None]]


async def settled(pilot: Pilot[Any]) -> None:
    """Until nothing waits in a queue or is under way, and all of it is drawn."""
    quiet = 0
    while quiet < _ROUNDS:
        await pilot._wait_for_screen()
        await pilot.app.animator.wait_until_complete()
        with suppress(WorkerCancelled):  # one whose place another look has taken
            await pilot.app.workers.wait_for_complete()
        pilot.app.screen._on_timer_update()  # what is to be laid out and drawn; else a timer does that
        quiet = 0 if _is_busy(pilot.app) else quiet + 1


def _is_busy(app: App[Any]) -> bool:
    screen = app.screen
    pumps = [app, *screen.walk_children(with_self=True)]
    waiting = any(pump.message_queue_size or pump._next_callbacks for pump in pumps)
    undrawn = app._batch_count or screen._layout_required or screen._dirty_widgets or screen._callbacks
    return waiting or bool(undrawn) or any(worker.is_running for worker in app.workers)


def visit(
    homing: Homing,
    actor: str,
    play: Play,
    size: tuple[int, int] = SMALL,
    language: Any = "en",
    **options: Any,
) -> None:
    """Open the room as somebody, let them play, and close it."""

    async def visited() -> None:
        async with visiting(homing, actor, size, **options) as visitor:
            await play(visitor)

    speak(language)
    try:
        asyncio.run(visited())
    finally:
        speak("en")


@asynccontextmanager
async def visiting(
    homing: Homing, actor: str, size: tuple[int, int] = SMALL, **options: Any
) -> AsyncIterator[Visitor]:
    """Somebody in a room, perhaps beside others."""
    project = homing.opened()
    try:
        app = ReviewRoom(project, actor, **{"every": 0.0, "attention": 0.0, **options})
        async with app.run_test(size=size, notifications=True) as pilot:
            visitor = Visitor(app, pilot)
            await visitor.settle()
            yield visitor
    finally:
        project.store.close()
