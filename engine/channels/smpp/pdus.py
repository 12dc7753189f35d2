"""What SMPP 3.4 says on the wire, as bytes and back: the header of every PDU, and the bodies that this channel needs.

Knows no connection, and no meaning of what it reads.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

LONGEST = 70_000
"""Bytes of a PDU that is read: a text of 65,535 and what stands around it."""

SHORT = 254
"""Bytes of a text in the field of its own; a longer one needs `message_payload`."""

ANSWER = 0x8000_0000
"""The bit by which an answer differs from the command that it answers."""

RECEIPTED_ID, PAYLOAD, STATE = 0x001E, 0x0424, 0x0427
"""Optional parameters: `receipted_message_id`, `message_payload`, `message_state`."""

HEADER = struct.Struct(">IIII")
_VERSION = 0x34
_TWO = struct.Struct(">HH")


class Command(IntEnum):
    """The commands that are said or understood here, by the names of the specification."""

    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    BIND_TRANSCEIVER_RESP = 0x8000_0009
    SUBMIT_SM_RESP = 0x8000_0004
    DELIVER_SM_RESP = 0x8000_0005
    UNBIND_RESP = 0x8000_0006
    ENQUIRE_LINK_RESP = 0x8000_0015
    GENERIC_NACK = 0x8000_0000


class MalformedPduError(ValueError):
    """Bytes that are no PDU, or none of its kind."""


class Pdu(NamedTuple):
    """One PDU. `sequence` pairs a command with its answer; `status` is 0 in commands."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def written(self) -> bytes:
        """As bytes."""
        length = HEADER.size + len(self.body)
        return HEADER.pack(length, self.command, self.status, self.sequence) + self.body


class Address(NamedTuple):
    """A number or name with its type (`ton`) and numbering plan (`npi`)."""

    ton: int
    npi: int
    digits: str


@dataclass(frozen=True, slots=True)
class Short:
    """The body of a submit_sm or deliver_sm. `registered`: what receipts are wanted; `content`: the text, coded."""

    source: Address
    destination: Address
    esm_class: int
    coding: int
    content: bytes = field(repr=False)
    registered: int = 0
    extras: Mapping[int, bytes] = field(default_factory=dict, repr=False)

    def written(self) -> bytes:
        """As bytes."""
        ends = (self.source, self.destination)
        return b"".join(
            (
                b"\0",  # service_type: the SMSC's own
                *(bytes((end.ton, end.npi)) + c_string(end.digits) for end in ends),
                bytes((self.esm_class, 0, 0)),  # protocol_id, priority_flag
                b"\0\0",  # at once, and valid for as long as the SMSC likes
                bytes((self.registered, 0, self.coding, 0, len(self.content))),
                self.content,
                *(_TWO.pack(tag, len(value)) + value for tag, value in self.extras.items()),
            )
        )


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """The body of a bind_transceiver."""
    names = b"".join(map(c_string, (system_id, password, system_type)))
    return names + bytes((_VERSION, 0, 0, 0))


def c_string(text: str) -> bytes:
    """A text in ASCII with the zero that ends it."""
    return text.encode("ascii") + b"\0"


def take_pdus(buffer: bytearray) -> Iterator[Pdu]:
    """Take every whole PDU off the front; MalformedPduError when what follows can be none."""
    while len(buffer) >= HEADER.size:
        length, command, status, sequence = HEADER.unpack_from(buffer)
        if not HEADER.size <= length <= LONGEST:
            raise MalformedPduError
        if len(buffer) < length:
            return
        body = bytes(buffer[HEADER.size : length])
        del buffer[:length]
        yield Pdu(command, status, sequence, body)


def read_short(body: bytes) -> Short:
    """The body of a submit_sm or deliver_sm; MalformedPduError when it is none."""
    reading = _Reading(body)
    reading.text()
    source, destination = reading.address(), reading.address()
    esm_class, _, _ = reading.numbers(3)
    reading.text()
    reading.text()
    registered, _, coding, _, length = reading.numbers(5)
    content = reading.taken(length)
    return Short(source, destination, esm_class, coding, content, registered, dict(reading.extras()))


def read_text(body: bytes) -> str:
    """The text that the body of an answer begins with, such as `message_id`; empty when there is none."""
    return body.partition(b"\0")[0].decode("latin-1")


@dataclass(slots=True)
class _Reading:
    """A body being read, from its front."""

    body: bytes
    at: int = 0

    def taken(self, length: int) -> bytes:
        """So many bytes."""
        start, self.at = self.at, self.at + length
        if self.at > len(self.body):
            raise MalformedPduError
        return self.body[start : self.at]

    def numbers(self, count: int) -> bytes:
        """So many numbers of a byte each."""
        return self.taken(count)

    def text(self) -> str:
        """A text up to its zero."""
        end = self.body.find(b"\0", self.at)
        if end < 0:
            raise MalformedPduError
        text = self.taken(end - self.at).decode("latin-1")
        self.at += 1
        return text

    def address(self) -> Address:
        """Type, plan and digits."""
        ton, npi = self.numbers(2)
        return Address(ton, npi, self.text())

    def extras(self) -> Iterator[tuple[int, bytes]]:
        """The optional parameters, up to the end."""
        while self.at < len(self.body):
            tag, length = _TWO.unpack(self.taken(_TWO.size))
            yield tag, self.taken(length)
