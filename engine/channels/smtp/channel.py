"""A channel of kind `smtp`: mails over a few connections at once, kept between sends. See table.py for its keys."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.channels.event_loop import new_loop
from engine.channels.protocol import (
    Capabilities,
    Exchange,
    InTime,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
)
from engine.channels.settings import Settings
from engine.channels.smtp.addresses import ascii_address
from engine.channels.smtp.answers import Reply
from engine.channels.smtp.connection import Connection, GoneError, Mail, connected
from engine.channels.smtp.table import Table, read_table
from engine.reasons import HALF_CHARACTER, LATE, NO_EMAIL

Heard = list[tuple[str, Reply]]

_IDLE = 60.0
"""Seconds after which a connection is not used again: nobody may be at its other end, and say nothing of it."""


@dataclass(slots=True)
class SmtpChannel:
    """Hands mails to one server."""

    table: Table = field(repr=False)
    _loop: asyncio.AbstractEventLoop | None = field(default=None, repr=False)
    _idle: list[tuple[float, Connection]] = field(default_factory=list, repr=False)

    @property
    def capabilities(self) -> Capabilities:
        """As the table says; the server knows no keys."""
        return Capabilities(self.table.room, self.table.rate)

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """Hand the mails over, on as many connections as the table allows."""
        sending = _Sending(self, in_time)
        self._run(sending.all(batch))
        return [sending.outcomes[place] for place in range(len(batch))]

    def exchange(self, message: Outgoing) -> Exchange:
        """Hand one mail over; what was said and heard, secrets masked."""
        heard: Heard = []
        sending = _Sending(self, lambda: True, heard)
        self._run(sending.all([message]))
        masked = self.table.secrets.masked
        said = masked("\n".join(said for said, _ in heard))
        return Exchange(said, masked("\n".join(str(reply) for _, reply in heard)), sending.outcomes[0])

    def close(self) -> None:
        """Take leave of the server."""
        if self._loop is None:
            return
        loop, self._loop = self._loop, None
        kept, self._idle = self._idle, []
        loop.run_until_complete(_leave(kept))
        loop.close()

    def kept(self) -> Connection | None:
        """A connection of an earlier send or mail."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            since, connection = self._idle.pop()
            if connection.is_open and now - since < _IDLE:
                return connection
            connection.abort()
        return None

    def keep(self, connection: Connection) -> None:
        """Keep a connection for later, if it can still be used."""
        if connection.is_open:
            self._idle.append((asyncio.get_running_loop().time(), connection))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        if self._loop is None:
            self._loop = new_loop()
        try:
            self._loop.run_until_complete(work)
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        """Close everything at once: something interrupts us."""
        if self._loop is not None:
            loop, self._loop = self._loop, None
            while self._idle:
                self._idle.pop()[1].abort()
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(_settle())
            loop.close()


def smtp_channel(settings: Settings) -> SmtpChannel:
    """The channel of a table."""
    return SmtpChannel(read_table(settings))


@dataclass(slots=True)
class _Sending:
    """One send. `trouble`: why there is no connection, once none could be made."""

    channel: SmtpChannel
    in_time: InTime
    heard: Heard | None = None
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    trouble: NotSent | None = None

    async def all(self, batch: Sequence[Outgoing]) -> None:
        """Hand a batch over; what nobody could take for want of a connection was not sent."""
        waiting = deque(enumerate(batch))
        hands = min(self.channel.table.connections, len(batch))
        await asyncio.gather(*(self._work(waiting) for _ in range(hands)))
        if waiting and self.trouble is not None:
            self.outcomes.update(dict.fromkeys((place for place, _ in waiting), self.trouble))

    async def _work(self, waiting: deque[tuple[int, Outgoing]]) -> None:
        while waiting:
            place, message = waiting.popleft()
            mail = self._mail(message)
            if not isinstance(mail, Mail):
                self.outcomes[place] = mail
                continue
            kept = self.channel.kept()
            connection = kept or await self._connected()
            if connection is None:
                waiting.appendleft((place, message))
                return
            connection.heard = self.heard
            on_time = kept is not None or self.in_time()  # to connect takes a while
            outcome = await _sent(connection, mail) if on_time else NotSent(LATE())
            if outcome is None:
                waiting.appendleft((place, message))
            else:
                self.outcomes[place] = outcome
            self.channel.keep(connection)

    def _mail(self, message: Outgoing) -> Mail | Outcome:
        """The mail, or why there is none."""
        if not self.in_time():
            return NotSent(LATE())
        writer, to = self.channel.table.writer, ascii_address(message.to)
        if to is None:
            return Rejected(NO_EMAIL())
        try:
            return Mail(writer.sender.address, to, writer.mail(message, to))
        except UnicodeError:
            return Rejected(HALF_CHARACTER())

    async def _connected(self) -> Connection | None:
        """A new connection; one that cannot be had is not asked for again in this send."""
        if self.trouble is None:
            made = await connected(self.channel.table.server)
            if isinstance(made, Connection):
                return made
            self.trouble = NotSent(self.channel.table.secrets.masked(made.because), made.after, made.slower)
        return None


async def _sent(connection: Connection, mail: Mail) -> Outcome | None:
    """What became of a mail; None: the connection was closed before anything was said of it."""
    try:
        return await connection.send(mail)
    except GoneError:
        return None


async def _settle() -> None:
    """A few turns of the loop, in which what was cancelled and closed ends."""
    for _ in range(10):
        await asyncio.sleep(0)


async def _leave(kept: Sequence[tuple[float, Connection]]) -> None:
    await asyncio.gather(*(connection.quit() for _, connection in kept))
    await _settle()
