"""How soon the review room shows what waits, and how soon a command has answered, each in a process of its own.

`python -m benchmarks.opening [--customers N] [--in FOLDER]` prints one JSON document, in milliseconds: the best, the
median and how many times as long as the libraries alone, without which there is no room and no database. The room has
a terminal, as it has with people; all take turns, so that other work on the machine strikes all of them.
"""

import argparse
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from benchmarks.queue import make

ROUNDS = 10
HOMING = [sys.executable, "-c", "from engine.cli import main; main()", "--project"]
SIZE = struct.pack("HHHH", 40, 120, 0, 0)
READS_ON = 2  # seconds that somebody looks at Today before the first key

DATABASE_ALONE = [sys.executable, "-c", "import click, sqlalchemy"]
BARE = """
import click, sqlalchemy
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("all is there")
Bare().run()
"""
ROOM_ALONE = [sys.executable, "-c", BARE]

DATABASE, ROOM, FIRST_KEY = (
    "click, SQLAlchemy",
    "a bare Textual app with them",
    "review: `2`, for the first time",
)
UNCOMPARED = frozenset({DATABASE, ROOM, FIRST_KEY})

Measure = Callable[[], float]


def answered(command: list[str]) -> float:
    """Milliseconds until a command has ended."""
    began = perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    taken = 1000 * (perf_counter() - began)
    if b"Traceback" in done.stderr:
        raise RuntimeError(done.stderr.decode())
    return taken


def shown(command: list[str], *texts: str, key: str = "") -> float:
    """Milliseconds until a program on a terminal shows a text; with `key`, from then until it shows another."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, SIZE)
    began = perf_counter()
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env=os.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    os.close(theirs)
    try:
        _read_until(ours, texts[0])
        if key:
            sleep(READS_ON)
            began = perf_counter()
            os.write(ours, key.encode())
            _read_until(ours, texts[1])
        return 1000 * (perf_counter() - began)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read_until(terminal: int, text: str) -> None:
    seen = b""
    while text.encode() not in seen:
        seen += os.read(terminal, 65_536)


def told(times: Mapping[str, list[float]], alone: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """The best, the median, and how many times as long as what `alone` names."""
    found = {name: {"best": round(min(some)), "median": round(median(some))} for name, some in times.items()}
    for name, reference in alone.items():
        found[name]["times as long"] = round(median(times[name]) / median(times[reference]), 2)
    return found


def measures(large: str, small: str) -> dict[str, Measure]:
    """What is measured, by name."""
    review, waits = [*HOMING, large, "review", "--as", "李明"], "messages to approve"
    return {
        DATABASE: lambda: answered(DATABASE_ALONE),
        ROOM: lambda: shown(ROOM_ALONE, "all is there"),
        "review: the frame": lambda: shown(review, "Deliveries"),
        "review: what waits": lambda: shown(review, waits),
        FIRST_KEY: lambda: shown(review, waits, "What is known", key="2"),
        "review of the demonstration: what waits": lambda: shown(
            [*HOMING, small, "review", "--as", "李明"], "rules: release"
        ),
        "queue --limit 20": lambda: answered([*HOMING, large, "queue", "--limit", "20"]),
        "customer": lambda: answered([*HOMING, large, "customer", "C00000020"]),
        "status of the demonstration": lambda: answered([*HOMING, small, "status"]),
        "status, which reads the whole file": lambda: answered([*HOMING, large, "status"]),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument(
        "--in", dest="folder", type=Path, help="keep the projects here, or take those that are here"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as temporary:
        found = measured(*projects(asked.folder or Path(temporary), asked.customers))
    print(json.dumps({"customers": asked.customers, "milliseconds": found}, indent=2))


def projects(folder: Path, customers: int) -> tuple[str, str]:
    """A shop with so many customers, and the demonstration; made unless they are there."""
    large, small = folder / "large", folder / "small"
    if not large.exists():
        make(large, customers).project.store.close()
    if not small.exists():
        subprocess.run([*HOMING, ".", "demo", small], check=True, capture_output=True)
    return str(large), str(small)


def measured(large: str, small: str) -> dict[str, dict[str, float]]:
    """All of it, in turn, and as often."""
    these = measures(large, small)
    for measure in these.values():
        measure()  # what is kept for the next command is made now
    times: dict[str, list[float]] = {name: [] for name in these}
    for _ in range(ROUNDS):
        for name, measure in these.items():
            times[name].append(measure())
    return told(times, {name: _alone(name) for name in these if name not in UNCOMPARED})


def _alone(name: str) -> str:
    return ROOM if name.startswith("review") else DATABASE


if __name__ == "__main__":
    main()
