"""How fast the review room is with a million customers, 50,000 held messages and 50,000 tasks, and what a day costs.

`python -m benchmarks.rooms [CUSTOMERS] [LOOKS]` prints one JSON document: milliseconds until a room is shown, and until
what a key asks for is on the screen; the memory of Today on a `homing demo` while it looks as often as in a busy day.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter, process_time
from typing import Any

from textual import events
from textual.pilot import Pilot

from benchmarks.queue import make
from engine.projects.project import open_project
from tui.app import ReviewRoom
from tui.doors import DOORS

HOMING = Path(sys.executable).with_name("homing")
SAMPLES = 20
_ROUNDS = 6
"""A message that leads to another, and so on, has come to its end after so many rounds."""

DAY = 28_800
"""Looks of a room in eight hours, if the database changes every second."""

OPENS = """
import asyncio, sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from benchmarks.rooms import opened
async def open_it():
    async with opened(Path(sys.argv[1])):
        pass
asyncio.run(open_it())
"""


@asynccontextmanager
async def opened(folder: Path) -> Any:
    """A room on a project, once it shows what waits."""
    project = open_project(folder)
    try:
        app = ReviewRoom(project, "李明", every=0.0, attention=0.0)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            yield pilot
    finally:
        project.store.close()


async def settled(pilot: Pilot[None]) -> None:
    """Until nothing is under way, and all of it is drawn; not by `pause`, which waits for an idle processor."""
    quiet = 0
    while quiet < _ROUNDS:
        await pilot._wait_for_screen()  # noqa: SLF001
        quiet += 1
        if any(worker.is_running for worker in pilot.app.workers):
            await pilot.app.workers.wait_for_complete()
            quiet = 0


async def keys(folder: Path) -> dict[str, Any]:
    """Entering each room, and walking through its list."""
    found: dict[str, Any] = {}
    async with opened(folder) as pilot:
        for door in DOORS:
            found[f"enter {door.name}"] = await _timed(lambda key=door.key: _press(pilot, key), 1)
            found[f"enter {door.name} again"] = await _timed(lambda key=door.key: _again(pilot, key), 5)
            found[f"a key in {door.name}"] = await _timed(lambda: _press(pilot, "down"), SAMPLES)
        await _press(pilot, "2")
        found["approve one"] = await _timed(lambda: _press(pilot, "a"), SAMPLES)
    return found


async def _again(pilot: Pilot[None], key: str) -> None:
    await _press(pilot, "1")
    await _press(pilot, key)


async def _press(pilot: Pilot[None], key: str) -> None:
    pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await settled(pilot)


async def _timed(act: Callable[[], Awaitable[None]], times: int) -> dict[str, float]:
    """`processor`: what of it the program itself was at work; beside other programs it takes longer."""
    taken, worked = [], []
    for _ in range(times):
        began, before = perf_counter(), process_time()
        await act()
        taken.append(1000 * (perf_counter() - began))
        worked.append(1000 * (process_time() - before))
    return {name: round(one, 1) for name, one in _summed(taken, worked)}


def _summed(taken: list[float], worked: list[float]) -> list[tuple[str, float]]:
    return [("median", median(taken)), ("slowest", max(taken)), ("processor", median(worked))]


async def a_day(folder: Path, looks: int) -> dict[str, Any]:
    """The memory of a room, in MiB, while it looks so many times and draws what it sees."""
    found = {}
    async with opened(folder) as pilot:
        room = pilot.app.screen
        for look in range(1, looks + 1):
            room.reload()
            await pilot.app.workers.wait_for_complete()
            if look % (looks // 8) == 0:
                await pilot.pause()
                found[f"after {look:,} looks"] = _memory()
    return found


def _memory() -> float:
    """What this process has in memory, in MiB."""
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(resident * 4096 / 2**20, 1)


def cold(folder: Path) -> dict[str, float]:
    """From the call of a new process until the room shows what waits and has closed again."""
    taken, worked = [], []
    for _ in range(5):
        began, before = perf_counter(), _children()
        subprocess.run([sys.executable, "-c", OPENS, folder], check=True)
        taken.append(1000 * (perf_counter() - began))
        worked.append(1000 * (_children() - before))
    return {name: round(one) for name, one in _summed(taken, worked)}


def _children() -> float:
    """Seconds that processes begun here were at work."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    looks = int(sys.argv[2]) if len(sys.argv) > 2 else DAY
    with tempfile.TemporaryDirectory(dir=".") as name:
        large, small = Path(name, "large"), Path(name, "small")
        make(large, customers).project.store.close()
        found: dict[str, Any] = {"customers": customers, "a new process, opened and closed": cold(large)}
        found |= asyncio.run(keys(large))
        subprocess.run([HOMING, "demo", small], check=True, capture_output=True)
        found["memory of a day, MiB"] = asyncio.run(a_day(small, looks))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
