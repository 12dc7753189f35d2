"""How fast the review room answers keys over a shop in which 50,000 messages and 50,000 tasks wait.

`python -m benchmarks.room [CUSTOMERS]` prints one JSON document, in milliseconds: from a key until all that it leads
to stands on the screen, of the clock and of the processor (the middle and the slowest of some, which other work on the
machine lengthens), and the memory that looking again many times adds.
"""

import asyncio
import json
import resource
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from textual.pilot import Pilot

from benchmarks.queue import make
from engine.projects.project import Project
from tui.app import ReviewRoom

KEYS = 20
LOOKS = 200


def main() -> None:
    """Measure and print."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=".") as name:
        project = make(Path(name), customers).project
        found = asyncio.run(_visit(project))
        project.store.close()
    print(json.dumps({"customers": customers} | found, indent=2))


async def _visit(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = {}
    app = ReviewRoom(project, "李明", every=0.0, attention=0.0)
    began = perf_counter()
    async with app.run_test(size=(120, 40)) as pilot:
        await _settled(pilot)
        found["opening"] = round(1000 * (perf_counter() - began))
        for door, room in (("2", "approve"), ("3", "calls")):
            found[f"{room}: entering"] = _told([await _timed(pilot, door)])
            found[f"{room}: the next"] = _told([await _timed(pilot, "down") for _ in range(KEYS)])
        await _looked(pilot)
        before = _memory()
        for _ in range(LOOKS):
            await _looked(pilot)
        found["MiB after 200 looks"] = round(_memory() - before, 1)
    return found


async def _settled(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def _timed(pilot: Pilot[None], key: str) -> tuple[float, float]:
    """Until all that it leads to is shown: by the clock, and of the processor."""
    began, busy = perf_counter(), process_time()
    await pilot.press(key)
    await _settled(pilot)
    return 1000 * (perf_counter() - began), 1000 * (process_time() - busy)


async def _looked(pilot: Pilot[None]) -> None:
    room: Any = pilot.app.screen_stack[0]
    room.reload()
    await _settled(pilot)


def _told(times: list[tuple[float, float]]) -> dict[str, dict[str, float]]:
    return {
        name: {"median": round(median(found), 1), "slowest": round(max(found), 1)}
        for name, found in zip(("clock", "processor"), zip(*times, strict=True), strict=True)
    }


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
