"""Messages a second through a channel of kind `http` alone, against a fast gateway on loopback in a process of its own.

`python -m benchmarks.http_channel [MESSAGES]`: one by one, and a hundred at a time, in sends of 500.
"""

import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.servers import http_gateway
from engine.channels.building import build_channel
from engine.channels.protocol import Accepted, Outgoing
from engine.config import ChannelConfig

SEND = 500
TABLE = {
    "headers": {"X-Token": "abcdef", "Idempotency-Key": "{{ key }}"},
    "json": {"to": "{{ to }}", "text": "{{ text }}", "ref": "{{ ref }}"},
    "id": "$.id",
}
BATCH = {
    "json": TABLE["json"],
    "batch": 100,
    "list": "$.messages",
    "results": "$.results[*]",
    "id": "$.id",
}


def _measure(what: str, count: int, settings: dict[str, Any]) -> None:
    channel = build_channel(ChannelConfig("sms", "http", settings=settings), Path())
    at = "2026-11-23T10:00:00+08:00"
    messages = [
        Outgoing(
            f"{n:026}", f"{n:026}.1", "sms", f"C{n}", "+8613800000001", None, f"【毛毛家】第{n}位您好" * 3, at
        )
        for n in range(SEND)
    ]
    channel.send(messages, lambda: True)
    start, used, taken = time.perf_counter(), time.process_time(), 0
    for _ in range(count // SEND):
        taken += sum(isinstance(outcome, Accepted) for outcome in channel.send(messages, lambda: True))
    seconds, used = time.perf_counter() - start, time.process_time() - used
    channel.close()
    print(
        f"{what:<20}{taken / seconds:>10,.0f} messages a second{used / taken * 1e6:>10.1f} µs of processor each"
    )


def main() -> None:
    """Both ways."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with http_gateway() as url:
        _measure("one by one", count, {"url": f"{url}/send", **TABLE})
        _measure("a hundred at a time", count, {"url": f"{url}/batch", **BATCH})


if __name__ == "__main__":
    main()
