"""A message as the bodies of submit_sm that it takes: its address, its coding, its text whole or in parts.

A text of the GSM alphabet is written in it, a character in a byte; any other in UCS-2 (which surrogates make UTF-16).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import randrange
from typing import Literal

from dsl.texts import gsm
from dsl.texts.segments import cut
from engine.channels.protocol import Outgoing, Rejected
from engine.channels.smpp.pdus import PAYLOAD, Address, Short
from engine.reasons import HALF_CHARACTER, NO_NUMBER, TOO_MANY_PARTS

Long = Literal["parts", "payload"]
"""How a text goes that one segment does not hold: in parts with a header each, or whole, for the SMSC to cut."""

GSM, UCS_2 = 0x00, 0x08
"""Data codings."""

HEADED = 0x40
"""The bit of esm_class that says that the text begins with a header."""

MOST_PARTS = 255

_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_INTERNATIONAL, _ISDN, _OPEN = 1, 1, 0


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the messages of one channel. `receipts`: whether the SMSC is asked for them."""

    source: Address
    long: Long
    receipts: bool
    _names: "count[int]" = field(default_factory=lambda: count(randrange(256)))  # noqa: S311  # no secret

    def bodies(self, message: Outgoing) -> Sequence[bytes] | Rejected:
        """A body for each part, in order; why there is none, for an address or text that cannot go."""
        address = _address(message.to)
        if address is None:
            return Rejected(NO_NUMBER())
        pieces = cut(message.text) if self.long == "parts" else [message.text]
        if len(pieces) > MOST_PARTS:
            return Rejected(TOO_MANY_PARTS(most=MOST_PARTS))
        try:
            coding, contents = _coded(message.text, pieces)
        except UnicodeEncodeError:
            return Rejected(HALF_CHARACTER())
        return [self._short(address, coding, *one).written() for one in self._headed(contents)]

    def _headed(self, contents: Sequence[bytes]) -> list[tuple[bytes, int, bool]]:
        """Each content with its esm_class, and whether it is the last."""
        if len(contents) == 1:
            return [(contents[0], 0, True)]
        name, parts = next(self._names) % 256, len(contents)
        return [
            (bytes((5, 0, 3, name, parts, number)) + content, HEADED, number == parts)
            for number, content in enumerate(contents, 1)
        ]

    def _short(self, to: Address, coding: int, content: bytes, esm_class: int, last: bool) -> Short:  # noqa: FBT001
        """A receipt is wanted of the last part alone: a message has one fate, and one reference."""
        whole: Mapping[int, bytes] = {}
        if self.long == "payload" and is_long(coding, content):
            content, whole = b"", {PAYLOAD: content}
        return Short(self.source, to, esm_class, coding, content, int(self.receipts and last), whole)


def is_long(coding: int, content: bytes) -> bool:
    """Whether a text is more than one segment holds."""
    return len(content) > (160 if coding == GSM else 140)


def _address(to: str) -> Address | None:
    if not _NUMBER.fullmatch(to):
        return None
    ton = _INTERNATIONAL if to[0] == "+" else _OPEN
    return Address(ton, _ISDN, to.removeprefix("+"))


def _coded(text: str, pieces: Sequence[str]) -> tuple[int, list[bytes]]:
    if gsm.is_gsm(text):
        return GSM, [gsm.encoded(piece) for piece in pieces]
    return UCS_2, [piece.encode("utf-16-be") for piece in pieces]
