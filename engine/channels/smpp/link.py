"""One link to an SMSC: commands go out, many at once; answers find theirs by sequence number. Knows no message.

What was asked and not answered when the link breaks, or by its deadline, is in doubt: some of it may have been written.
"""

import asyncio
from typing import NamedTuple, cast

from engine.channels.protocol import Unknown
from engine.channels.smpp.arrivals import Arrivals
from engine.channels.smpp.pdus import ANSWER, Command, MalformedPduError, Pdu, take_pdus
from engine.channels.smpp.statuses import INVALID_COMMAND, INVALID_LENGTH, OK
from engine.channels.smpp.telling import Told
from engine.reasons import BROKEN_OFF, NO_ANSWER, NO_SMPP

IDLE = 180.0
"""Seconds after which a link that nobody has used is given up: receipts are to go where somebody fetches them."""

_TICK = 0.002
"""Seconds by which the loop's clock may be coarse: uvloop's counts milliseconds, so that 0.3 s may read 0.29999."""

_HIGHEST = 0x7FFF_FFFF  # sequence numbers
_NO_ANSWER = Unknown(NO_ANSWER())


class Beat(NamedTuple):
    """Seconds of silence after which the SMSC is asked whether it is there, and for how long its answer may take."""

    every: float
    patience: float


class _Asked(NamedTuple):
    """A command under way."""

    command: int
    answer: "asyncio.Future[Pdu | Unknown]"
    limit: asyncio.TimerHandle


class Link(asyncio.Protocol):
    """A link. `is_open`: as far as the loop knows, something can be asked on it. `told`: sees every PDU."""

    def __init__(self, arrivals: Arrivals, beat: Beat, told: Told | None) -> None:
        self.is_open = False
        self._arrivals, self._beat, self._told = arrivals, beat, told
        self._buffer = bytearray()
        self._asked: dict[int, _Asked] = {}
        self._sequence = 0
        self._heard_at = self._used = 0.0

    def ask(self, command: Command, body: bytes, deadline: float) -> "asyncio.Future[Pdu | Unknown]":
        """Say something; the answer, or Unknown when there is none by the deadline (the loop's time)."""
        loop = asyncio.get_running_loop()
        self._sequence = number = self._sequence % _HIGHEST + 1
        answer: asyncio.Future[Pdu | Unknown] = loop.create_future()
        limit = loop.call_at(deadline, self._give_up, number)
        self._asked[number] = _Asked(command, answer, limit)
        self._say(Pdu(command, OK, number, body))
        return answer

    def use(self) -> None:
        """Somebody still cares for it."""
        self._used = asyncio.get_running_loop().time()

    async def unbind(self, patience: float) -> None:
        """Take leave."""
        if self.is_open:
            self.is_open = False
            await self.ask(Command.UNBIND, b"", asyncio.get_running_loop().time() + patience)
        self.abort()

    def abort(self) -> None:
        """Close it at once."""
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to listen for silence."""
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True
        self.use()
        self._heard_at = self._used
        self._pulse = asyncio.get_running_loop().call_later(self._beat.every, self._listen)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._heard_at = asyncio.get_running_loop().time()
        self._buffer += data
        try:
            for pdu in take_pdus(self._buffer):
                self._hear(pdu)
        except MalformedPduError:
            self._say(Pdu(Command.GENERIC_NACK, INVALID_LENGTH, 0))
            self._end(Unknown(NO_SMPP()))

    def connection_lost(self, _: Exception | None) -> None:
        """Nobody answers any more."""
        self._end(Unknown(BROKEN_OFF()))

    def _hear(self, pdu: Pdu) -> None:
        if self._told is not None:
            self._told.see(pdu, ours=False)
        match pdu.command:
            case Command.DELIVER_SM:
                self._arrivals.take(pdu, self._say)
            case Command.ENQUIRE_LINK:
                self._say(Pdu(Command.ENQUIRE_LINK_RESP, OK, pdu.sequence))
            case Command.UNBIND:
                self._say(Pdu(Command.UNBIND_RESP, OK, pdu.sequence))
                self.is_open = False
                self._close_if_done()
            case command if command & ANSWER:
                self._answered(pdu)
            case _:
                self._say(Pdu(Command.GENERIC_NACK, INVALID_COMMAND, pdu.sequence))

    def _answered(self, pdu: Pdu) -> None:
        """What answers nothing that is under way says nothing: it may have come too late."""
        asked = self._asked.get(pdu.sequence)
        if asked is not None:
            fits = pdu.command in (asked.command | ANSWER, Command.GENERIC_NACK)
            self._settle(pdu.sequence, pdu if fits else Unknown(NO_SMPP()))

    def _settle(self, number: int, answer: Pdu | Unknown) -> None:
        asked = self._asked.pop(number)
        asked.limit.cancel()
        if not asked.answer.done():
            asked.answer.set_result(answer)
        self._close_if_done()

    def _give_up(self, number: int) -> None:
        """Wait for an answer no longer; an SMSC that has said nothing at all for so long is given nothing more."""
        self.is_open = self.is_open and not self._silent_for(self._beat.patience)
        self._settle(number, _NO_ANSWER)

    def _close_if_done(self) -> None:
        """A link on which nothing more is asked, and nothing waits, is closed."""
        if not (self.is_open or self._asked):
            self._transport.close()

    def _end(self, because: Unknown) -> None:
        self.is_open = False
        self._pulse.cancel()
        for number in list(self._asked):
            self._settle(number, because)
        self._transport.abort()

    def _say(self, pdu: Pdu) -> None:
        if not self._transport.is_closing():
            if self._told is not None:
                self._told.see(pdu, ours=True)
            self._transport.write(pdu.written())

    def _listen(self) -> None:
        """After a silence ask whether somebody is there; give up a link that nobody uses."""
        loop = asyncio.get_running_loop()
        self._pulse = loop.call_later(self._beat.every, self._listen)
        if not self.is_open:
            return
        if loop.time() - self._used > IDLE and not self._asked:
            self.is_open = False
            leave = self.ask(Command.UNBIND, b"", loop.time() + self._beat.patience)
            leave.add_done_callback(lambda _: self.abort())
        elif self._silent_for(self._beat.every):
            alive = self.ask(Command.ENQUIRE_LINK, b"", loop.time() + self._beat.patience)
            alive.add_done_callback(self._judge_pulse)

    def _silent_for(self, seconds: float) -> bool:
        return asyncio.get_running_loop().time() - self._heard_at > seconds - _TICK

    def _judge_pulse(self, answer: "asyncio.Future[Pdu | Unknown]") -> None:
        if not answer.cancelled() and isinstance(answer.result(), Unknown):
            self.abort()
