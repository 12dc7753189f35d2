"""Events over HTTP into a real `homing serve`, on the disk before each answer: how many a second, how long each takes.

    python -m benchmarks.web [--events 20000] [--connections 64]

One event a request over connections kept alive, then batches of 100 as Segment's libraries send them. The client runs
on the same machine and takes its share of it.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

CONFIG = """\
[project]
brand = "毛毛家"

[http]
runs = "schedule"

[http.sources.shop]
key = "{{ secret('SHOP_KEY') }}"
scopes = ["events", "customers"]
rate = 1000000
"""
RULES = """\
customer { name: text }
event visit { store: text, amount: money }
"""
HEAD = "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer secret\r\ncontent-length: {size}\r\n\r\n"


def event(number: int) -> dict[str, object]:
    """A track message."""
    return {
        "type": "track",
        "event": "visit",
        "userId": f"C{number % 5000}",
        "messageId": f"m{number}",
        "timestamp": "2026-11-01T10:00:00.000Z",
        "properties": {"store": f"S{number % 40}", "amount": number % 1000 + 0.5},
    }


def request(path: str, document: object) -> bytes:
    """A request as bytes."""
    body = json.dumps(document).encode()
    return HEAD.format(path=path, size=len(body)).encode() + body


async def send(port: int, requests: Sequence[bytes], took: list[float]) -> None:
    """Requests one after the other by one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for one in requests:
        began = time.perf_counter()
        writer.write(one)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"it answers {head!r}")
        size = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(size[1]) if size else 0)
        took.append(time.perf_counter() - began)
    writer.close()


async def load(port: int, requests: Sequence[bytes], connections: int) -> list[float]:
    """All requests, by some connections at once; what each took."""
    took: list[float] = []
    await asyncio.gather(*(send(port, requests[start::connections], took) for start in range(connections)))
    return took


def processor_seconds(process: int) -> float:
    """Seconds that a process has had of the processors so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(
    where: tuple[int, int], name: str, requests: Sequence[bytes], connections: int, events: int
) -> None:
    """Send to a port of a process, and tell how it went."""
    port, process = where
    began, used = time.perf_counter(), processor_seconds(process)
    took = sorted(uvloop.run(load(port, requests, connections)))
    seconds = time.perf_counter() - began
    middle, late = took[len(took) // 2] * 1000, took[len(took) * 99 // 100] * 1000
    each = (processor_seconds(process) - used) / events * 1_000_000
    print(
        f"{name:24} {events / seconds:8,.0f} events/s, {each:5.0f} µs of the processor each; "
        f"answered half within {middle:.1f} ms, 99 % within {late:.1f} ms"
    )


def homing(folder: Path, *args: str) -> list[str]:
    """A command line."""
    return [sys.executable, "-m", "engine.cli", "--project", str(folder), *args]


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="homing-web-", dir=Path.cwd()))
    (folder / "rules").mkdir()
    (folder / "homing.toml").write_text(CONFIG)
    (folder / "rules/all.rules").write_text(RULES)
    subprocess.run(homing(folder, "apply"), check=True, capture_output=True)
    serve = homing(folder, "serve", "--http", "127.0.0.1:0", "--log-format", "json")
    environment = {**os.environ, "SHOP_KEY": "secret"}
    process = subprocess.Popen(serve, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None  # noqa: S101  # it was asked for
    try:
        line = next(line for line in process.stderr if '"listening"' in line)
        port = int(json.loads(line)["address"].rpartition(":")[2])
        where, count = (port, process.pid), options.events
        single = [request("/v1/track", event(number)) for number in range(count)]
        measure(where, "one event a request", single, options.connections, count)
        again = [request("/v1/track", event(number)) for number in range(count)]
        measure(where, "the same once more", again, options.connections, count)
        batches = [
            request("/v1/batch", {"batch": [event(count + number + place) for place in range(100)]})
            for number in range(0, count, 100)
        ]
        measure(where, "batches of 100", batches, min(options.connections, 8), count)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stderr.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
