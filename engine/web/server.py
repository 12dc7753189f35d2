"""The server: uvicorn in a thread of its own, with limits that it does not have by itself, from start to stop."""

import contextlib
import socket
import threading
from asyncio import TimerHandle, Transport
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from engine.errors import UsageError
from engine.wording import say

HEADERS = 32 * 1024
"""Bytes of the first line and the headers of a request."""

IDLE = 10.0
"""Seconds that a connection may be silent before its request begins to make sense."""

CONNECTIONS = 1000
"""At once; more are told to come back."""

GRACE = 10
"""Seconds in which requests under way are finished when it stops."""


class Guarded(HttpToolsProtocol):
    """HTTP/1.1 whose headers have to come, soon and short."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: int | None = 0
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Somebody connects: a request has to come."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(IDLE, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        self._at_rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes; those before the body are counted."""
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > HEADERS:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A request begins, perhaps the next one of a connection."""
        self._head = self._head or 0
        if self._timer is None:
            self._timer = self.loop.call_later(IDLE, self.transport.abort)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """What follows is the body, which the application limits."""
        self._head = None
        self._at_rest()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next bytes are a request's again."""
        self._head = 0
        self._at_rest()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Answered before all of the body has come: the rest has to come soon."""
        if self.cycle.more_body and self._timer is None:
            self._timer = self.loop.call_later(IDLE, self.transport.abort)
        super().on_response_complete()

    def _at_rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


@contextlib.contextmanager
def listening(app: Starlette, listener: socket.socket) -> Iterator[None]:
    """Serve as long as this lasts; at its end requests under way are finished first."""
    config = uvicorn.Config(
        app, http=Guarded, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
        limit_concurrency=CONNECTIONS, timeout_keep_alive=30, timeout_graceful_shutdown=GRACE,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="http", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def bound(address: str) -> socket.socket:
    """A socket at `HOST:PORT`, listening. UsageError when that is none, or somebody else is there."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise UsageError(say("--http {address!r} is not HOST:PORT", address=address))
    host = host.removeprefix("[").removesuffix("]")
    try:
        return _bound(host, int(port))
    except OSError as error:
        raise UsageError(
            say("--http {address}: {error}", address=address, error=error.strerror or str(error)),
            say("is it free, and an address of this machine?"),
        ) from None


def _bound(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    made = socket.socket(found[0][0], socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(found[0][4])
        made.listen(2048)
    except OSError:
        made.close()
        raise
    return made
