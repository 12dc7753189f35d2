"""What the SMSC has told by itself and nobody has confirmed yet: receipts and replies, each as the PDU that it came in.

The SMSC is answered once what it told is stored: whoever fetches a page names the page before it, which is stored by
then. What is never fetched is never answered, and the SMSC tells it again.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.channels.protocol import Kind, Page
from engine.channels.smpp.pdus import RECEIPTED_ID, Command, MalformedPduError, Pdu, read_short
from engine.channels.smpp.statuses import OK, QUEUE_FULL

QUIET = 0.3
"""Seconds for which an SMSC that may have more to tell is waited for."""

MOST = 10_000
"""PDUs that are kept; the SMSC is told to wait with more."""

_PAGE = 500  # PDUs
_RECEIPT_BITS = 0x3C  # of esm_class: none of them set: somebody has written


class _Arrived(NamedTuple):
    """`number`: which of all that came this is. `answer`: says something to whom it came from."""

    number: int
    pdu: Pdu
    answer: Callable[[Pdu], None]


@dataclass(slots=True)
class Arrivals:
    """What has come by the links of one channel. Used by the thread of its event loop alone, but for `waiting`.

    `expecting`: of which kinds more may come at any moment: a link has just been bound, a page confirmed.
    """

    expecting: set[Kind] = field(default_factory=set)
    _token: str = field(default_factory=lambda: secrets.token_hex(4))
    _count: int = 0
    _kept: dict[Kind, deque[_Arrived]] = field(
        default_factory=lambda: {"receipts": deque(), "replies": deque()}
    )
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def waiting(self) -> bool:
        """Whether there is anything to fetch."""
        return any(self._kept.values())

    def take(self, pdu: Pdu, answer: Callable[[Pdu], None]) -> None:
        """Keep a deliver_sm until it is confirmed."""
        kept = self._kept[kind_of(pdu.body)]
        if len(kept) >= MOST:
            answer(Pdu(Command.DELIVER_SM_RESP, QUEUE_FULL, pdu.sequence, b"\0"))
            return
        self._count += 1
        kept.append(_Arrived(self._count, pdu, answer))
        self._came.set()

    def confirm(self, kind: Kind, cursor: str | None) -> None:
        """Answer all up to the end of the page that had this cursor; it is stored."""
        token, _, number = (cursor or "").partition(":")
        if token != self._token:
            return
        kept = self._kept[kind]
        while kept and kept[0].number <= int(number):
            one = kept.popleft()
            one.answer(Pdu(Command.DELIVER_SM_RESP, OK, one.pdu.sequence, b"\0"))
            self.expecting.add(kind)

    async def page(self, kind: Kind, cursor: str | None) -> Page:
        """What has come and is not confirmed; after a moment, when something may just be coming."""
        kept = self._kept[kind]
        if not kept and kind in self.expecting:
            await self._wait_for(kept)
        self.expecting.discard(kind)
        found = [kept[place] for place in range(min(len(kept), _PAGE))]
        if not found:
            return Page(b"", cursor)
        body = b"".join(one.pdu.written() for one in found)
        return Page(body, f"{self._token}:{found[-1].number}", more=True)

    async def _wait_for(self, kept: deque[_Arrived]) -> None:
        try:
            async with asyncio.timeout(QUIET):
                while not kept:
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            return


def kind_of(body: bytes) -> Kind:
    """Whether a deliver_sm is a receipt or what somebody has written; what nobody can read is told as a receipt."""
    try:
        short = read_short(body)
    except MalformedPduError:
        return "receipts"
    is_receipt = short.esm_class & _RECEIPT_BITS or RECEIPTED_ID in short.extras
    return "receipts" if is_receipt else "replies"
