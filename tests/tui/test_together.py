"""Two rooms and an engine on one file at once: each goes on with its work, and all of it is done in the end."""

import asyncio
import sys
from pathlib import Path

from tests.projects import Homing
from tests.queues import hire, messages, tasks, with_held
from tests.rooms import LARGE, Visitor, visit, visiting

RUNS = 4


def test_a_manager_an_advisor_and_the_engine(tmp_path: Path) -> None:
    """While runs move customers and send, one approves and the other finishes calls; nobody waits, nothing is lost."""
    homing = with_held(tmp_path, 3)
    hire(homing)

    async def play(manager: Visitor) -> None:
        async with visiting(homing, "小李", LARGE) as advisor:
            engine = asyncio.create_task(_runs(homing))
            await manager.press("2")
            await advisor.press("3")
            for left in (2, 1, 0):
                await manager.press("a")
                await advisor.press("f", "3", "enter")
                assert ": later" in advisor.told
                assert left == 0 or f"1 of {left}" in advisor.text
            await engine
            await _run(homing, "2026-11-23 11:00")
            for room in (manager, advisor):
                await room.look_around()
        assert "Nothing waits" in manager.text or "Nothing to" in manager.text

    visit(homing, "王经理", play)
    assert {status for status, _ in messages(homing).values()} == {"sent"}
    assert {(task["status"], task["done_by"]) for task in tasks(homing)} == {("done", "小李")}
    assert homing.well("audit", "--verify")


async def _runs(homing: Homing) -> None:
    for minute in range(1, RUNS + 1):
        await _run(homing, f"2026-11-23 10:{minute:02}")


async def _run(homing: Homing, at: str) -> None:
    command = [sys.executable, "-m", "engine.cli", "--project", str(homing.folder), "run", "--at", at]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0
