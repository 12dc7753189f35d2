"""Daemons on one file: one alone, then two, of which the leader is killed again and again. Nothing twice, nothing lost.

`python -m benchmarks.daemons [MESSAGES]` prints one JSON document: seconds until everything has left through a gateway
on loopback, by one daemon, by two, and by two with a kill of the leader every so many messages; how many messages the
gateway had twice (none), and how many were left in doubt by the kills.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.projects import Homing
from tests.serving import Door, customers, door, http_channel, make_ready, served_project, statuses

KILLS = 3


def started(homing: Homing) -> subprocess.Popen[bytes]:
    """A daemon, silent."""
    command = [sys.executable, "-m", "engine.cli", "--project", str(homing.folder), "serve"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def until(web: Door, count: int, patience: float) -> None:
    """Wait until the gateway has had so many messages, or no more come."""
    last, since = len(web.keys), time.monotonic()
    while len(web.keys) < count and time.monotonic() - since < patience:
        time.sleep(0.02)
        if len(web.keys) != last:
            last, since = len(web.keys), time.monotonic()


def leader_of(homing: Homing) -> int:
    """The process that leads; 0 while nobody does."""
    daemon = homing("status", "--json").json.get("daemon") or {"leads": False}
    return int(daemon["owner"].rpartition(" ")[2]) if daemon["leads"] else 0


def measured(messages: int, daemons: int, kills: int) -> dict[str, Any]:
    """One way to get them out."""
    with tempfile.TemporaryDirectory() as folder, door() as web:
        homing = served_project(Path(folder), http_channel(web.gateway), lease=2, schedule='"0 0 1 1 *"')
        customers(homing, messages)
        make_ready(homing, time.time_ns() // 1_000_000)
        running = {one.pid: one for one in (started(homing) for _ in range(daemons))}
        try:
            until(web, 1, 30.0)
            began = time.monotonic()
            for kill in range(kills):
                until(web, messages * (kill + 1) // (kills + 1), 10.0)
                found = leader_of(homing)
                if found in running:
                    os.kill(found, signal.SIGKILL)
                    running.pop(found).wait()
                    again = started(homing)
                    running[again.pid] = again
            until(web, messages, 15.0)
            seconds = time.monotonic() - began
        finally:
            for one in running.values():
                one.terminate()
            for one in running.values():
                one.wait()
        twice = sum(count > 1 for count in Counter(web.keys).values())
        return {
            "daemons": daemons, "kills": kills, "messages": messages, "had": len(web.keys), "twice": twice,
            "seconds": round(seconds, 2), "statuses": dict(statuses(homing)),
        }  # fmt: skip


def main() -> None:
    """All ways, one after the other."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    found = [measured(messages, *way) for way in ((1, 0), (2, 0), (2, KILLS))]
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
