"""Messages a second through a channel of kind `smpp` alone, over one link to an SMSC in a process of its own.

`python -m benchmarks.smpp_channel [MESSAGES]`: by SMSCs that answer at once and after 50 ms, by windows of 10 and 100,
of one part and of three. Prints JSON: messages a second, and µs of our processor for each.
"""

import json
import os
import sys
import time
from pathlib import Path

from benchmarks.servers import smsc_server
from engine.channels.building import build_channel
from engine.channels.protocol import Accepted, Outgoing
from engine.config import ChannelConfig

SEND = 500
AT = "2026-11-23T10:00:00+08:00"
SHORT, LONG = "【毛毛家】您好,好久不见。回T退订", "【毛毛家】您好,好久不见。" * 12 + "回T退订"
CASES = {
    "at once, window 10": (0.0, 10, SHORT),
    "at once, window 100": (0.0, 100, SHORT),
    "at once, window 100, three parts": (0.0, 100, LONG),
    "after 50 ms, window 10": (0.05, 10, SHORT),
    "after 50 ms, window 100": (0.05, 100, SHORT),
}


def measure(count: int, after: float, window: int, text: str) -> dict[str, int]:
    """Messages in sends of 500, the first of which does not count."""
    messages = [
        Outgoing(f"{n:026}", f"{n:026}.1", "sms", f"C{n}", f"+86138{n:08}", None, text, AT)
        for n in range(SEND)
    ]
    with smsc_server(after) as port:
        settings = {
            "host": "127.0.0.1", "port": port, "security": "none", "system_id": "maomao", "window": window,
            "password": "{{ secret('SMPP_PASSWORD') }}", "sender": "10690001",
        }  # fmt: skip
        channel = build_channel(ChannelConfig("sms", "smpp", settings=settings), Path())
        channel.send(messages, lambda: True)
        start, used, taken = time.perf_counter(), time.process_time(), 0
        for _ in range(max(count // SEND, 1)):
            taken += sum(isinstance(outcome, Accepted) for outcome in channel.send(messages, lambda: True))
        seconds, used = time.perf_counter() - start, time.process_time() - used
        channel.close()
    return {"a second": round(taken / seconds), "processor µs": round(used / taken * 1e6)}


def main() -> None:
    """Every case; where answers take a while, fewer messages."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    os.environ["SMPP_PASSWORD"] = "none"  # noqa: S105  # it takes everybody
    found = {
        name: measure(count // 10 if after else count, after, window, text)
        for name, (after, window, text) in CASES.items()
    }
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
