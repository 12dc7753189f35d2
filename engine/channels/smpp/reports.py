"""What an SMSC tells by itself, read from the deliver_sm that it came in: receipts of messages, and replies.

A receipt tells what became of its message in a text that has no standard, but a form that everybody keeps to
(`id:… stat:… err:…`, appendix B of the specification), or in optional parameters.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TypeVar

from dsl.texts import gsm
from engine.channels.protocol import Heard, Kind, Receipt, Reply, Says, UnreadableBodyError
from engine.channels.smpp.parts import HEADED, UCS_2
from engine.channels.smpp.pdus import (
    PAYLOAD,
    RECEIPTED_ID,
    STATE,
    Address,
    MalformedPduError,
    Pdu,
    Short,
    read_short,
    read_text,
    take_pdus,
)
from engine.reasons import NO_SMPP, SAID

_Item = TypeVar("_Item")

_SAYS: Mapping[str, Says] = {
    "DELIVRD": "delivered",
    "EXPIRED": "failed",
    "DELETED": "failed",
    "UNDELIV": "failed",
    "REJECTD": "failed",
    "ENROUTE": "taken",
    "ACCEPTD": "taken",
}
_STATES = ("", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD")
"""The words for the numbers of `message_state`."""

_FIELD = re.compile(r"\b(id|stat|err):(\S+)", re.IGNORECASE)
_INTERNATIONAL = 1
_ASCII, _LATIN_1 = 0x01, 0x03
_ALPHABET_BITS = 0x0C  # of data_coding; the others say how the handset is to show it


class Ids(StrEnum):
    """How receipts write the ids that answers write: the same, or the same number in another base."""

    SAME = "same"
    DECIMAL = "decimal"
    HEXADECIMAL = "hexadecimal"

    def of_answer(self, text: str) -> str:
        """An id as an answer writes it, as it is stored."""
        return _number(text, {Ids.DECIMAL: 16, Ids.HEXADECIMAL: 10}.get(self))

    def of_receipt(self, text: str) -> str:
        """An id as a receipt writes it, as it is stored."""
        return _number(text, {Ids.DECIMAL: 10, Ids.HEXADECIMAL: 16}.get(self))


def _number(text: str, base: int | None) -> str:
    try:
        return text if base is None else str(int(text, base))
    except ValueError:
        return text


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what came in."""

    ids: Ids

    def heard(self, kind: Kind, body: bytes) -> Heard:
        """Read a page: one PDU after the other. UnreadableBodyError when it is none."""
        try:
            pdus = list(take_pdus(buffer := bytearray(body)))
        except MalformedPduError:
            raise UnreadableBodyError(NO_SMPP()) from None
        if buffer:
            raise UnreadableBodyError(NO_SMPP())
        if kind == "receipts":
            receipts = list(_read(pdus, self._receipt))
            return Heard(receipts=receipts, passed_over=len(pdus) - len(receipts))
        replies = list(_read(pdus, _reply))
        return Heard(replies=replies, passed_over=len(pdus) - len(replies))

    def _receipt(self, identity: str, short: Short) -> Receipt | None:
        """None when it says nothing, or about nothing. Its text may quote the message: it is not kept."""
        found = {
            name.lower(): value for name, value in reversed(_FIELD.findall(_content(short).decode("latin-1")))
        }
        state = found.get("stat", "").upper() or _state(short)
        reference = read_text(short.extras.get(RECEIPTED_ID, b"")) or found.get("id")
        says = _SAYS.get(state)
        if says is None or not reference:
            return None
        because = f"{state} err:{found['err']}" if "err" in found else state
        return Receipt(identity, None, self.ids.of_receipt(reference), says, str(SAID(said=because)))


def _read(pdus: list[Pdu], read: Callable[[str, Short], _Item | None]) -> Iterator[_Item]:
    """What can be read of some PDUs. An equal one is the same one, told again."""
    for pdu in pdus:
        try:
            found = read(sha256(pdu.body).hexdigest(), read_short(pdu.body))
        except MalformedPduError:
            continue
        if found is not None:
            yield found


def _reply(identity: str, short: Short) -> Reply | None:
    """What somebody has written. It has no time and no id: an equal one may be another one."""
    sender, text = _number_of(short.source), text_of(short)
    return Reply(identity, sender, text, dated=False) if sender and text else None


def _number_of(address: Address) -> str:
    """The number as people write it."""
    is_bare = address.ton == _INTERNATIONAL and address.digits.isdecimal()
    return f"+{address.digits}" if is_bare else address.digits


def _state(short: Short) -> str:
    value = short.extras.get(STATE, b"")
    return _STATES[value[0]] if len(value) == 1 and value[0] < len(_STATES) else ""


def _content(short: Short) -> bytes:
    """The text as it came, without the header that a part of a longer one has."""
    content = short.content or short.extras.get(PAYLOAD, b"")
    return content[1 + content[0] :] if short.esm_class & HEADED and content else content


def text_of(short: Short) -> str:
    """The text, whatever it is coded in."""
    content = _content(short)
    if short.coding in (_ASCII, _LATIN_1):
        return content.decode("latin-1")
    if short.coding & _ALPHABET_BITS == UCS_2:
        return content.decode("utf-16-be", "replace")
    return gsm.decoded(content)
