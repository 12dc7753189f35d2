"""An SMSC on loopback that does as a test says. It reads and writes PDUs with `smpplib`, not with what is tested."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue
from ssl import SSLContext
from typing import Any

from smpplib import command_codes
from smpplib.command import Command
from smpplib.smpp import make_pdu, parse_pdu

from tests.gateways import Gateway, reset, served

HANG = "hang"
"""What an SMSC may do instead of answering with a status. It may as well `reset` or `close` the connection, answer with
`garbage`, with a length that is `huge`, or with the answer to `other` commands.
"""

PATIENCE = 20.0
"""Seconds for which a test waits for what must come."""

Answer = int | str


class _Sequence:
    """What smpplib counts PDUs by."""

    sequence = 0

    def next_sequence(self) -> int:
        """The next number."""
        self.sequence += 1
        return self.sequence


@dataclass
class Smsc:
    """What it answers, and what it got. `to_submit`: a status or a misdeed for each submit_sm, the last for ever.

    `hold`: it keeps so many submits before it answers any. `nacks`: it says statuses by generic_nack. `ids`: the
    message ids that it gives. `said`: what it was told besides submits. `gone`: numbers of connections that ended.
    """

    to_bind: Answer = 0
    to_submit: list[Answer] = field(default_factory=lambda: [0])
    to_enquire: Answer = 0
    ids: list[str] = field(default_factory=list)
    gateway: Gateway = field(default_factory=Gateway)
    binds: list[Any] = field(default_factory=list)
    submitted: list[Any] = field(default_factory=list)
    most_under_way: int = 0
    hold: int = 0
    nacks: bool = False
    after_bind: list[bytes] = field(default_factory=list)
    said: "Queue[Any]" = field(default_factory=Queue)
    submits: "Queue[Any]" = field(default_factory=Queue)
    gone: "Queue[int]" = field(default_factory=Queue)
    _held: list[Any] = field(default_factory=list)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.gateway.port

    @property
    def texts(self) -> list[bytes]:
        """The text of each submit_sm, as it came."""
        return [one.short_message for one in self.submitted]

    def tell(self, name: str, sequence: int = 77, **fields: Any) -> None:
        """Say a command on the link that was bound last."""
        self.say_bytes(pdu(name, sequence, **fields))

    def say_bytes(self, data: bytes) -> None:
        """Say anything on it."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._writers[-1].write, data)

    def break_off(self) -> None:
        """Reset the link that was bound last."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(reset, self._writers[-1])

    def tell_and_settle(self, name: str, sequence: int = 77, **fields: Any) -> None:
        """The same, and wait until it has been read: what is said after it has been answered."""
        self.tell(name, sequence, **fields)
        self.tell("enquire_link", sequence + 1_000_000)
        self.next("enquire_link_resp")

    def next(self, name: str) -> Any:
        """What it is told next of that name."""
        while (found := self.said.get(timeout=PATIENCE)).command != name:
            pass
        return found

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self._loop = asyncio.get_running_loop()
        self.gateway.connections += 1
        number = self.gateway.connections
        self._writers.append(writer)
        try:
            while self._heard(await _read(reader), writer):
                await writer.drain()
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.gone.put(number)

    def _heard(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        """Answer; whether it goes on."""
        told = parse_pdu(data, client=_Sequence(), allow_unknown_opt_params=True)
        match told.command:
            case "bind_transceiver":
                self.binds.append(told)
                self.said.put(told)
                goes_on = self._answered(told, writer, self.to_bind, system_id="SMSC")
                writer.writelines(self.after_bind)
                return goes_on
            case "submit_sm":
                return self._submitted(told, writer)
            case "enquire_link":
                self.said.put(told)
                return self._answered(told, writer, self.to_enquire)
            case "unbind":
                self._answered(told, writer, 0)
        self.said.put(told)
        return told.command != "unbind"

    def _submitted(self, told: Any, writer: asyncio.StreamWriter) -> bool:
        """`hold`: so many are kept unanswered, and answered last first."""
        self.submitted.append(told)
        self.submits.put(told)
        self._held.append(told)
        self.most_under_way = max(self.most_under_way, len(self._held))
        if len(self._held) < self.hold:
            return True
        held, self._held = self._held[::-1], []
        goes_on = [self._answered(one, writer, self._next_answer(), message_id=self._id()) for one in held]
        return all(goes_on)

    def _next_answer(self) -> Answer:
        return self.to_submit.pop(0) if len(self.to_submit) > 1 else self.to_submit[0]

    def _id(self) -> str:
        return self.ids.pop(0) if self.ids else f"M{len(self.submitted)}"

    def _answered(self, told: Any, writer: asyncio.StreamWriter, answer: Answer, **fields: Any) -> bool:
        match answer:
            case "reset":
                reset(writer)
                return False
            case "close":
                return False
            case "garbage":
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            case "huge":
                writer.write(b"\x7f\xff\xff\xff" + pdu(f"{told.command}_resp", told.sequence)[4:])
            case "other":
                writer.write(pdu("enquire_link_resp", told.sequence))
            case int():
                body = fields if answer == 0 else {}
                name = "generic_nack" if self.nacks else f"{told.command}_resp"
                writer.write(pdu(name, told.sequence, status=answer, **body))
        return True


@contextmanager
def smsc(tls: SSLContext | None = None, made: Smsc | None = None, **how: Any) -> Iterator[Smsc]:
    """An SMSC that listens. `made`: one that a test has made itself."""
    made = made or Smsc(**how)

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)

    with served(made.gateway, serve()):
        yield made


def pdu(name: str, sequence: int, status: int = 0, **fields: Any) -> bytes:
    """A PDU as bytes."""
    made: Command = make_pdu(name, client=_Sequence(), status=status, **fields)
    made.sequence = sequence
    if status and name.endswith("_resp"):  # what refuses has no body
        return made_header(name, status, sequence)
    return bytes(made.generate())


def made_header(name: str, status: int, sequence: int) -> bytes:
    """A PDU without a body."""
    code = command_codes.get_command_code(name)
    return b"".join(number.to_bytes(4, "big") for number in (16, code, status, sequence))


def receipt(reference: str, state: str = "DELIVRD", err: str = "000", **fields: Any) -> dict[str, Any]:
    """The fields of a deliver_sm that is a receipt, in the form of the specification's appendix B."""
    text = (
        f"id:{reference} sub:001 dlvrd:001 submit date:2611231000 done date:2611231001 "
        f"stat:{state} err:{err} text:stat:REJECTD"
    )
    return {
        "esm_class": 4, "short_message": text.encode(), "sm_length": len(text), "source_addr": "8613800000001",
        "source_addr_ton": 1, "destination_addr": "MAOMAO",
    } | fields  # fmt: skip


def reply(text: bytes, coding: int = 0, **fields: Any) -> dict[str, Any]:
    """The fields of a deliver_sm that somebody has written."""
    return {
        "short_message": text, "sm_length": len(text), "data_coding": coding, "source_addr": "8613800000001",
        "source_addr_ton": 1, "destination_addr": "10690001",
    } | fields  # fmt: skip


async def _read(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(4)
    return head + await reader.readexactly(int.from_bytes(head, "big") - 4)
