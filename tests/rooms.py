"""The review room, opened on a project and driven by keys; what stands on its screen, as lines of text."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from textual.pilot import Pilot

from engine.terminal import speak
from tests.projects import Homing
from tui.app import ReviewRoom
from tui.widgets.bars import Said

SMALL, LARGE = (80, 24), (200, 60)


@dataclass(frozen=True)
class Visitor:
    """Somebody in the room."""

    app: ReviewRoom
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, each once what the last one began is done."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

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
