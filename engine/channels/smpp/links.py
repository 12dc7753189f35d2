"""The one link that a channel has at a time: bound when it is needed, kept, and bound anew when it has gone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.channels.network_errors import why_unreached
from engine.channels.protocol import NotSent, Unknown
from engine.channels.smpp.arrivals import Arrivals
from engine.channels.smpp.link import Beat, Link
from engine.channels.smpp.pdus import Command, bind_body
from engine.channels.smpp.statuses import OK, not_taken
from engine.channels.smpp.table import Server
from engine.channels.smpp.telling import Told
from engine.reasons import LOST, NOT_REACHED, TOO_SLOW

CONNECT = 3.0
"""Seconds at most until a connection stands, TLS included; to bind has as long as any answer."""

_LEAVE = 1.0  # seconds that taking leave may take


@dataclass(slots=True)
class Links:
    """The link of one channel. Used by the thread of its event loop alone. `told`: sees every PDU."""

    server: Server
    arrivals: Arrivals
    told: Told | None = None
    _link: Link | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def open_one(self) -> Link | None:
        """The link, if there is one."""
        link = self._link
        if link is None or not link.is_open:
            return None
        link.use()
        return link

    async def link(self, trouble: Callable[[], NotSent | None] = lambda: None) -> Link | NotSent:
        """The link, bound if need be; why there is none. `trouble`: what somebody has found out meanwhile."""
        async with self._lock:
            found = self.open_one() or trouble() or await self._bound()
            if isinstance(found, Link):
                self._link = found
            return found

    async def leave(self) -> None:
        """Unbind."""
        link, self._link = self._link, None
        if link is not None:
            await link.unbind(min(self.server.timeout, _LEAVE))

    async def _bound(self) -> Link | NotSent:
        try:
            link = await self._connected()
        except TimeoutError:
            patience = min(CONNECT, self.server.timeout)
            return NotSent(NOT_REACHED(why=TOO_SLOW(seconds=f"{patience:g}")))
        except Exception as error:  # noqa: BLE001  # whatever went wrong, nothing has been submitted
            return NotSent(NOT_REACHED(why=why_unreached(error)))
        refused: NotSent | None = NotSent(LOST())
        try:
            refused = await self._let_in(link)
        finally:
            if refused is not None:
                link.abort()
        return refused or link

    async def _let_in(self, link: Link) -> NotSent | None:
        """Bind; why the SMSC does not let us in."""
        server, deadline = self.server, asyncio.get_running_loop().time() + self.server.timeout
        body = bind_body(server.system_id, server.password, server.system_type)
        answer = await link.ask(Command.BIND_TRANSCEIVER, body, deadline)
        if isinstance(answer, Unknown):
            return NotSent(answer.because)
        if answer.status != OK:
            return not_taken(answer.status)
        self.arrivals.expecting |= {"receipts", "replies"}
        return None

    async def _connected(self) -> Link:
        server, loop = self.server, asyncio.get_running_loop()
        beat = Beat(server.enquire, server.timeout)
        async with asyncio.timeout(min(CONNECT, server.timeout)):
            _, link = await loop.create_connection(
                lambda: Link(self.arrivals, beat, self.told),
                server.host,
                server.port,
                ssl=server.context,
                server_hostname=server.host if server.context else None,
            )
        return link
