"""Messages a second through a channel of kind `http` alone, against a fast gateway on loopback in a process of its own.

`python -m benchmarks.http_channel [MESSAGES]`: one by one, and a hundred at a time, in sends of 500.
"""

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvloop

from engine.channels.building import build_channel
from engine.channels.protocol import Accepted, Outgoing
from engine.config import ChannelConfig

SEND = 500
TABLE = {
    "headers": {"Authorization": "Bearer abcdef", "Idempotency-Key": "{{ key }}"},
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
ONE = b'{"id":"1234567890"}'
MANY = b'{"results":[' + b",".join([ONE] * 100) + b"]}"


class _Gateway(asyncio.Protocol):
    """Answers every request at once; knows as much of HTTP as this takes."""

    def connection_made(self, transport: Any) -> None:
        """Somebody calls."""
        self.transport, self.read = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self.read += data
        while (end := self.read.find(b"\r\n\r\n")) >= 0:
            head = self.read[:end]
            place = head.index(b"Content-Length:") + 15
            whole = end + 4 + int(head[place : place + 10].split(b"\r\n", 1)[0])
            if len(self.read) < whole:
                return
            self.read = self.read[whole:]
            body = MANY if head.startswith(b"POST /batch") else ONE
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


def _serve(told: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Gateway, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(serve())


@contextmanager
def _gateway() -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{ours.recv()}"
    process.kill()


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
    with _gateway() as url:
        _measure("one by one", count, {"url": f"{url}/send", **TABLE})
        _measure("a hundred at a time", count, {"url": f"{url}/batch", **BATCH})


if __name__ == "__main__":
    main()
