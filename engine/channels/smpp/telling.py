"""What was said and heard on a link, for whoever sets it up: each PDU in a line, then its fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.channels.smpp.pdus import ANSWER, Address, Command, MalformedPduError, Pdu, read_short
from engine.channels.smpp.reports import text_of
from engine.channels.smpp.statuses import name_of


@dataclass(frozen=True, slots=True)
class Told:
    """PDUs as text, ours and theirs: a command of ours and its answer have the same number."""

    said: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def see(self, pdu: Pdu, *, ours: bool) -> None:
        """Put a PDU down."""
        (self.said if ours else self.heard).append("\n".join(_lines(pdu)))


def _lines(pdu: Pdu) -> Iterator[str]:
    name = Command(pdu.command).name.lower() if pdu.command in set(Command) else f"0x{pdu.command:08X}"
    yield f"{name} {pdu.sequence}" + (f": {name_of(pdu.status)}" if pdu.command & ANSWER else "")
    match pdu.command:
        case Command.SUBMIT_SM | Command.DELIVER_SM:
            yield from _fields(pdu.body)
        case Command.BIND_TRANSCEIVER:
            system_id, password, system_type, *_ = pdu.body.decode("latin-1").split("\0")
            yield f"  system_id={system_id} password={password} system_type={system_type}"
        case Command.SUBMIT_SM_RESP | Command.BIND_TRANSCEIVER_RESP if pdu.body:
            yield f"  {pdu.body.partition(bytes(1))[0].decode('latin-1')}"


def _fields(body: bytes) -> Iterator[str]:
    try:
        short = read_short(body)
    except MalformedPduError:
        return
    yield f"  from {_address(short.source)} to {_address(short.destination)}"
    yield f"  esm_class=0x{short.esm_class:02X} data_coding=0x{short.coding:02X} registered_delivery={short.registered}"
    yield f"  {text_of(short)}"


def _address(address: Address) -> str:
    return f"{address.digits or '-'} (ton {address.ton}, npi {address.npi})"
