"""A channel of kind `smpp`: short messages over one link to an SMSC, many under way at once. See table.py for its keys.

The link lives in a thread of its own, since the SMSC speaks by itself: it asks whether we are there, and tells what
became of messages.
"""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field

from engine.channels.loop_thread import LoopThread
from engine.channels.protocol import (
    Capabilities,
    Exchange,
    Fetching,
    Heard,
    InTime,
    Kind,
    NotSent,
    Outcome,
    Outgoing,
    Page,
    Unknown,
)
from engine.channels.settings import Settings
from engine.channels.smpp.arrivals import Arrivals
from engine.channels.smpp.links import Links
from engine.channels.smpp.sending import Sending
from engine.channels.smpp.table import Table, read_table
from engine.channels.smpp.telling import Told
from engine.reasons import BROKEN_OFF

_KINDS: Mapping[Kind, int] = {"receipts": 0, "replies": 0}


@dataclass(slots=True)
class SmppChannel:
    """Hands messages to one SMSC, and keeps what it tells until somebody fetches that."""

    table: Table = field(repr=False)
    arrivals: Arrivals = field(repr=False)
    links: Links = field(repr=False)
    thread: LoopThread = field(repr=False)

    @property
    def capabilities(self) -> Capabilities:
        """As the table says; the SMSC knows no keys."""
        return Capabilities(self.table.room, self.table.rate, receipts=self.table.writer.receipts)

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """Submit the messages, as many at once as the window allows."""
        sending = Sending(self.table, self.links, batch, in_time)
        self.thread.run(sending.all())
        return sending.outcomes

    def exchange(self, message: Outgoing) -> Exchange:
        """Submit one message; what was said and heard, secrets masked."""
        told = Told()
        self.links.told = told
        (outcome,) = self.send([message], lambda: True)
        masked = self.table.secrets.masked
        return Exchange(masked("\n".join(told.said)), masked("\n".join(told.heard)), outcome)

    @property
    def reports(self) -> Collection[Kind]:
        """What SMSCs tell."""
        return _KINDS.keys()

    @property
    def fetched(self) -> Mapping[Kind, int]:
        """All of it is fetched from what has come; nothing need be asked for twice."""
        return _KINDS

    @property
    def waiting(self) -> bool:
        """Whether something has come that nobody has fetched."""
        return self.arrivals.waiting

    def heard(self, kind: Kind, body: bytes) -> Heard:
        """Read what was fetched. UnreadableBodyError when it cannot be read."""
        return self.table.reader.heard(kind, body)

    def fetch(self, kind: Kind, start: Fetching) -> Page | NotSent | Unknown:
        """What has come; why there is no link, when there is none and nothing has come. `start` says what is stored."""
        try:
            return self.thread.run(self._fetched(kind, start.cursor))
        except CancelledError:
            return NotSent(BROKEN_OFF())

    def close(self) -> None:
        """Take leave of the SMSC."""
        self.thread.close(self.links.leave)

    async def _fetched(self, kind: Kind, cursor: str | None) -> Page | NotSent:
        self.arrivals.confirm(kind, cursor)
        link = await self.links.link()
        page = await self.arrivals.page(kind, cursor)
        return link if isinstance(link, NotSent) and not page.body else page


def smpp_channel(settings: Settings) -> SmppChannel:
    """The channel of a table."""
    table, arrivals = read_table(settings), Arrivals()
    return SmppChannel(table, arrivals, Links(table.server, arrivals), LoopThread(f"smpp-{settings.name}"))
