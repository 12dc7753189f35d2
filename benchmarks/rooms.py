"""How fast the review room is with a million customers, 50,000 held messages and 50,000 tasks, and what a day costs.

`python -m benchmarks.rooms [CUSTOMERS] [LOOKS]` prints one JSON document: milliseconds until a room is shown, and until
what a key asks for is on the screen, and which was the slowest; the memory of Today on a `homing demo` while it looks
as often as in a busy day.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

from textual import events
from textual.pilot import Pilot

from benchmarks.queue import make
from engine.projects.project import open_project
from engine.storage.search_index import catch_up
from tests.rooms import settled
from tui.app import ReviewRoom
from tui.doors import DOORS

HOMING = Path(sys.executable).with_name("homing")
SAMPLES = 20
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
        app = ReviewRoom(project, "李明", every=60.0, attention=0.0)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            yield pilot
    finally:
        project.store.close()


async def keys(folder: Path) -> dict[str, Any]:
    """Entering each room, and every key there that changes nothing; then approving. After the first second."""
    found: dict[str, Any] = {}
    async with opened(folder) as pilot:
        pilot.app.look_around()  # type: ignore[attr-defined]
        await settled(pilot)
        for door in DOORS:
            enter = partial(_press, pilot, door.key)
            found[f"enter {door.name}"] = _summed([await _timed(enter)])
            found[f"enter {door.name} again"] = _summed([await _again(pilot, enter) for _ in range(5)])
            walked = [(key, await _timed(partial(_press, pilot, key))) for key in _walk(door.name)]
            slowest, most = max(walked, key=lambda one: one[1].worked)
            worst = {"most work": round(most.worked, 1), "of the key": slowest}
            found[f"keys in {door.name}"] = _summed([one for _, one in walked]) | worst
        await _press(pilot, "2")
        found["approve one"] = _summed([await _timed(partial(_press, pilot, "a")) for _ in range(SAMPLES)])
    return found


_OWN = {
    "approve": ("space", "b", "s", "s", "o", "o", "e", "escape", "r", "escape"),
    "calls": ("space", "b", "o", "o", "f", "1", "escape", "n", "escape", "p", "escape", "h", "escape"),
}
"""Keys of a room besides those of its list."""


def _walk(room: str) -> tuple[str, ...]:
    """The keys that are tried in a room, one after the other."""
    ends = ("pagedown", "pageup", "end", "up", "home")
    return (*["down"] * SAMPLES, *ends * 3, *_OWN.get(room, ()) * 3, "question_mark", "escape")


class _Time(NamedTuple):
    """Milliseconds by the clock; `worked`: what of it the program itself was at work."""

    taken: float
    worked: float


async def _again(pilot: Pilot[None], enter: Callable[[], Awaitable[None]]) -> _Time:
    await _press(pilot, "1")
    return await _timed(enter)


async def _press(pilot: Pilot[None], key: str) -> None:
    pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await settled(pilot)


async def _timed(act: Callable[[], Awaitable[None]]) -> _Time:
    began, before = perf_counter(), process_time()
    await act()
    return _Time(1000 * (perf_counter() - began), 1000 * (process_time() - before))


def _summed(times: list[_Time]) -> dict[str, Any]:
    """`processor`: what of it the program itself was at work; beside other programs it takes longer."""
    taken = [one.taken for one in times]
    worked = median(one.worked for one in times)
    return {"median": round(median(taken), 1), "slowest": round(max(taken), 1), "processor": round(worked, 1)}


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


def cold(folder: Path) -> dict[str, Any]:
    """From the call of a new process until the room shows what waits and has closed again."""
    times = []
    for _ in range(5):
        began, before = perf_counter(), _children()
        subprocess.run([sys.executable, "-c", OPENS, folder], check=True)
        times.append(_Time(1000 * (perf_counter() - began), 1000 * (_children() - before)))
    return _summed(times)


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
        shop = make(large, customers)
        catch_up(shop.project.store, customers)  # as the daemon does, some time after an import
        shop.project.store.close()
        found: dict[str, Any] = {"customers": customers, "a new process, opened and closed": cold(large)}
        found |= asyncio.run(keys(large))
        subprocess.run([HOMING, "demo", small], check=True, capture_output=True)
        found["memory of a day, MiB"] = asyncio.run(a_day(small, looks))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
