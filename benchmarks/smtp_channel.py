"""Mails a second through a channel of kind `smtp` alone, against servers on loopback in processes of their own.

`python -m benchmarks.smtp_channel [MAILS]`: to one aiosmtpd, to two of them on one port, and to a server that only
counts commands: the first two show what aiosmtpd takes, the last what the channel gives.
"""

import asyncio
import multiprocessing
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvloop
from aiosmtpd.smtp import SMTP

from engine.channels.building import build_channel
from engine.channels.protocol import Accepted, Outgoing
from engine.config import ChannelConfig

SEND = 500
AT = "2026-11-23T10:00:00+08:00"


class _Taker:
    async def handle_DATA(self, *_: object) -> str:  # noqa: N802  # aiosmtpd's name
        return "250 2.0.0 Ok: queued as A1B2C3"


class _Bare(asyncio.Protocol):
    """Answers each command at once; knows as much of SMTP as this takes."""

    def connection_made(self, transport: Any) -> None:
        """Somebody calls."""
        self.transport, self.read = transport, b""
        transport.write(b"220 hi\r\n")

    def data_received(self, data: bytes) -> None:
        """Every command comes alone, and a mail ends with its dot."""
        self.read += data
        if self.read.endswith(b"\r\n.\r\n") or (self.read.endswith(b"\r\n") and self.read[4:5] in b" \r"):
            code = b"354 go on" if self.read.startswith(b"DATA") else b"250 OK"
            self.read = b""
            self.transport.write(code + b"\r\n")


def _serve(kind: str, port: int, told: Connection) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()

        def made() -> asyncio.Protocol:
            return _Bare() if kind == "bare" else SMTP(_Taker(), loop=loop, hostname="mail.example")

        server = await loop.create_server(made, "127.0.0.1", port, reuse_port=True)
        told.send(True)
        await server.serve_forever()

    uvloop.run(serve())


@contextmanager
def _servers(kind: str, count: int) -> Iterator[int]:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        processes = [
            context.Process(target=_serve, args=(kind, port, theirs), daemon=True) for _ in range(count)
        ]
        for process in processes:
            process.start()
            ours.recv()
        yield port
        for process in processes:
            process.kill()


def _measure(what: str, mails: int, kind: str, servers: int) -> None:
    messages = [
        Outgoing(
            f"{n:026}",
            f"{n:026}.1",
            "email",
            f"C{n}",
            f"c{n}@example.com",
            f"第{n}位您好,好久不见",
            "您好!" * 50,
            AT,
        )
        for n in range(SEND)
    ]
    with _servers(kind, servers) as port:
        settings = {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "毛毛家 <hi@shop.example>",
        }
        channel = build_channel(ChannelConfig("email", "smtp", settings=settings), Path())
        channel.send(messages, lambda: True)
        start, used, taken = time.perf_counter(), time.process_time(), 0
        for _ in range(mails // SEND):
            taken += sum(isinstance(outcome, Accepted) for outcome in channel.send(messages, lambda: True))
        seconds, used = time.perf_counter() - start, time.process_time() - used
        channel.close()
    print(f"{what:<16}{taken / seconds:>8,.0f} mails a second{used / taken * 1e6:>8.0f} µs of processor each")


def main() -> None:
    """One aiosmtpd, two, and one that only counts."""
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    _measure("one aiosmtpd", mails, "aiosmtpd", 1)
    _measure("two aiosmtpd", mails, "aiosmtpd", 2)
    _measure("a bare server", mails, "bare", 1)


if __name__ == "__main__":
    main()
