"""Gateways, mail servers and an SMSC on loopback, in processes of their own: fast, knowing no more than they must."""

import asyncio
import multiprocessing
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import uvloop
from aiosmtpd.smtp import SMTP

ONE = b'{"id":"1234567890"}'
MANY = b'{"results":[' + b",".join([ONE] * 100) + b"]}"


class _Gateway(asyncio.Protocol):
    """Answers every request at once; knows as much of HTTP as this takes. A call of `/batch` brings a hundred."""

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


class _Taker:
    async def handle_DATA(self, *_: object) -> str:  # noqa: N802  # aiosmtpd's name
        return "250 2.0.0 Ok: queued as A1B2C3"


def _mail_server() -> asyncio.Protocol:
    return SMTP(_Taker(), loop=asyncio.get_running_loop(), hostname="mail.example")


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


class _Smsc(asyncio.Protocol):
    """Says yes to whatever it is told, so many seconds later; knows as much of SMPP as this takes."""

    def __init__(self, after: float) -> None:
        self.after, self.count, self.read = after, 0, b""

    def connection_made(self, transport: Any) -> None:
        """Somebody calls."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every PDU that is whole, by its number."""
        self.read += data
        answers = []
        while len(self.read) >= 16 and len(self.read) >= (length := int.from_bytes(self.read[:4])):
            self.count += 1
            answers.append(
                b"\0\0\0\x19\x80%b\0\0\0\0%b%08x\0" % (self.read[5:8], self.read[12:16], self.count)
            )
            self.read = self.read[length:]
        asyncio.get_running_loop().call_later(self.after, self.transport.write, b"".join(answers))


def _serve(made: Callable[[], asyncio.Protocol], port: int, told: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", port, reuse_port=True)
        told.send(True)
        await server.serve_forever()

    uvloop.run(serve())


@contextmanager
def _serving(made: Sequence[Callable[[], asyncio.Protocol]]) -> Iterator[int]:
    """Processes on one port, which is yielded."""
    with socket.socket() as holder, ExitStack() as stack:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        port = int(holder.getsockname()[1])
        for one in made:
            ours, theirs = multiprocessing.Pipe()
            context = multiprocessing.get_context("spawn")
            process = context.Process(target=_serve, args=(one, port, theirs), daemon=True)
            process.start()
            stack.callback(process.kill)
            ours.recv()
        yield port


@contextmanager
def http_gateway() -> Iterator[str]:
    """Its address."""
    with _serving([_Gateway]) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def smsc_server(after: float = 0.0) -> Iterator[int]:
    """The port of an SMSC that answers so many seconds later."""
    with _serving([partial(_Smsc, after)]) as port:
        yield port


@contextmanager
def mail_servers(*, bare: bool = False, processes: int = 1) -> Iterator[int]:
    """The port of as many aiosmtpd, or of servers that only count commands."""
    with _serving([_Bare if bare else _mail_server] * processes) as port:
        yield port
