"""Gateways on loopback that do as a test says: well-behaved ones, and ones that misbehave on the wire."""

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Hit:
    """A request as the gateway got it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Gateway:
    """Where it listens and what it got. `connections`: how many were opened; `callers`: from where it was asked."""

    port: int = 0
    scheme: str = "http"
    hits: list[Hit] = field(default_factory=list)
    connections: int = 0
    callers: set[Any] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self.scheme}://127.0.0.1:{self.port}/send"


def says(document: object = None, status: int = 200, **headers: str) -> Callable[[Hit], web.Response]:
    """Answers everything with this."""
    text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: web.Response(text=text, status=status, headers=named, content_type="application/json")


@contextmanager
def web_gateway(
    answer: Callable[[Hit], web.Response], tls: ssl.SSLContext | None = None
) -> Iterator[Gateway]:
    """A gateway that reads requests properly and answers them."""
    gateway = Gateway(scheme="https" if tls else "http")

    async def handle(request: web.BaseRequest) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        hit = Hit(request.method, request.path_qs, headers, await request.read())
        gateway.hits.append(hit)
        gateway.callers.add(request.transport and request.transport.get_extra_info("peername"))
        return answer(hit)

    async def serve() -> asyncio.Server:
        server = web.Server(handle, access_log=None)
        return await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0, ssl=tls)

    with served(gateway, serve()):
        yield gateway


@contextmanager
def raw_gateway(behave: Behaviour) -> Iterator[Gateway]:
    """A gateway that does on each connection what it is told to, whatever HTTP says."""
    gateway = Gateway()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gateway.connections += 1
        try:
            await behave(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(connected, "127.0.0.1", 0)

    with served(gateway, serve()):
        yield gateway


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One request, its body included."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    return head + await reader.readexactly(length)


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off with a RST."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


def refusing_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def served(gateway: Gateway, serve: Coroutine[Any, Any, asyncio.Server]) -> Iterator[None]:
    """A server in a thread of its own, on a port of the system's choice."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(serve, loop).result()
        gateway.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(_closed(server), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _closed(server: asyncio.Server) -> None:
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}  # type: ignore[arg-type]  # a coroutine has a task
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)
