"""Connections to gateways, many at once, kept between sends; an event loop of its own that lives as long as the client.

Tells three things apart: an answer, Unknown (something was written and no answer can be read), and NotSent (nothing
was written). Takes no proxy from the environment, sends nothing twice, follows no redirect.
"""

import asyncio
import ssl
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from engine.channels.event_loop import new_loop
from engine.channels.http.connection import Answer, Connection
from engine.channels.network_errors import why_unreached
from engine.channels.protocol import InTime, NotSent, Unknown
from engine.reasons import LATE, NOT_REACHED, TOO_SLOW

CONNECT = 3.0
"""Seconds at most until a connection stands, TLS included."""

_IDLE = 4.0
"""Seconds after which a connection is not used again: many gateways close theirs after five."""

_READ_IN_TIME = 0.75
"""How much of a short time limit connecting may take."""


class Address(NamedTuple):
    """Where a gateway is. `host` as in its certificate."""

    host: str
    port: int
    tls: bool


@dataclass(slots=True)
class Client:
    """Calls gateways. `timeout`: seconds for a call, all in all. `certificates`: a file of authorities to trust."""

    timeout: float
    certificates: Path | None = None
    _loop: asyncio.AbstractEventLoop | None = field(default=None, repr=False)
    _context: ssl.SSLContext | None = field(default=None, repr=False)
    _idle: dict[Address, list[tuple[float, Connection]]] = field(default_factory=dict, repr=False)
    _busy: set[Connection] = field(default_factory=set, repr=False)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that calls; whatever interrupts it closes all connections."""
        loop = self._loop = self._loop or new_loop()
        try:
            loop.run_until_complete(work)
        except BaseException:
            self.close()
            raise
        if self._loop is not loop:  # closed meanwhile, from elsewhere
            self._end(loop)

    @property
    def connected(self) -> bool:
        """Whether any connection stands."""
        return bool(self._busy) or any(self._idle.values())

    async def call(self, address: Address, request: bytes, in_time: InTime) -> Answer | NotSent | Unknown:
        """One request and what came of it. Asks `in_time` once more when it took a while to connect."""
        deadline = asyncio.get_running_loop().time() + self.timeout
        connection = self._kept(address)
        if connection is None:
            made = await self._connected(address)
            if isinstance(made, NotSent):
                return made
            if not in_time():
                self._keep(address, made)
                return NotSent(LATE())
            connection = made
        self._busy.add(connection)
        try:
            return await connection.ask(request, deadline)
        finally:
            self._busy.discard(connection)
            self._keep(address, connection)

    def close(self) -> None:
        """Close all connections and the loop. A run under way in another thread ends: what it wrote is unknown."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        if loop.is_running():
            loop.call_soon_threadsafe(self._drop)
        else:
            self._end(loop)

    def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        self._drop()
        loop.run_until_complete(_settled())
        loop.close()

    def _drop(self) -> None:
        for connection in (*self._busy, *(one for kept in self._idle.values() for _, one in kept)):
            connection.close()
        self._busy.clear()
        self._idle.clear()

    def _kept(self, address: Address) -> Connection | None:
        """The connection used last, when it can still be used."""
        kept, now = self._idle.get(address, []), asyncio.get_running_loop().time()
        while kept:
            since, connection = kept.pop()
            if connection.reusable and now - since < _IDLE and connection.is_open():
                return connection
            connection.close()
        return None

    def _keep(self, address: Address, connection: Connection) -> None:
        if connection.reusable:
            now = asyncio.get_running_loop().time()
            self._idle.setdefault(address, []).append((now, connection))

    async def _connected(self, address: Address) -> Connection | NotSent:
        limit = min(CONNECT, self.timeout * _READ_IN_TIME)
        loop, context = asyncio.get_running_loop(), self._tls() if address.tls else None
        try:
            async with asyncio.timeout(limit):
                _, connection = await loop.create_connection(
                    Connection, address.host, address.port, ssl=context
                )
        except TimeoutError:
            return NotSent(NOT_REACHED(why=TOO_SLOW(seconds=f"{limit:g}")))
        except Exception as error:  # noqa: BLE001  # whatever went wrong, no request has been written
            return NotSent(NOT_REACHED(why=why_unreached(error)))
        return connection

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context(cafile=self.certificates)
        return self._context


async def _settled() -> None:
    """A few turns of the loop, in which what was cancelled and closed ends."""
    for _ in range(4):
        await asyncio.sleep(0)
