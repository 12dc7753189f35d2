"""A channel of kind `http`: batches of messages as calls to a gateway, many at once. See table.py for its keys."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from engine.channels.http.calls import Asking, Sending
from engine.channels.http.client import Client
from engine.channels.http.fetching import Fetch
from engine.channels.http.table import Inquiry, Table, read_table
from engine.channels.protocol import (
    Capabilities,
    Channel,
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


@dataclass(slots=True)
class HttpChannel:
    """Sends to one gateway. Its connections live from send to send."""

    table: Table = field(repr=False)
    client: Client = field(repr=False)

    @property
    def capabilities(self) -> Capabilities:
        """As the table says; a send holds no more than the gateway allows in a second."""
        receipts = "receipts" in self.table.reports
        return Capabilities(self.table.room, self.table.rate, self.table.remembers, receipts)

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """Make the calls that the batch needs, as many at once as the table allows."""
        sending = Sending(self.table, self.client, batch, in_time)
        self.client.run(sending.all())
        return sending.outcomes

    def exchange(self, message: Outgoing) -> Exchange:
        """Send one message; what was said and heard, secrets masked."""
        sending = Sending(self.table, self.client, [message], lambda: True, [])
        self.client.run(sending.all())
        said, heard = next(iter(sending.heard or []), ("", ""))
        masked = self.table.secrets.masked
        return Exchange(masked(said), masked(heard), sending.outcomes[0])

    @property
    def reports(self) -> Collection[Kind]:
        """What the table describes."""
        return self.table.reports.keys()

    @property
    def fetched(self) -> Mapping[Kind, int]:
        """What it says how to fetch, and from how far back."""
        found = self.table.reports.items()
        return {kind: reports.back for kind, reports in found if reports.requests is not None}

    def heard(self, kind: Kind, body: bytes) -> Heard:
        """Read a body, fetched or pushed. UnreadableBodyError when it cannot be read."""
        return self.table.reports[kind].reader.heard(body)

    def fetch(self, kind: Kind, start: Fetching) -> Page | NotSent | Unknown:
        """Ask the gateway; why not, when there is no answer that can be used."""
        asking = Fetch(self.table.reports[kind], self.client, start)
        self.client.run(asking.all())
        return asking.found

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


@dataclass(slots=True)
class AskableHttpChannel(HttpChannel):
    """One whose gateway can be asked later what became of a message."""

    inquiry: Inquiry = field(kw_only=True, repr=False)

    def settled(self, keys: Collection[str]) -> Mapping[str, Outcome]:
        """Ask for each key; what the answers do not prove is left out."""
        asking = Asking(self.inquiry, self.client, list(keys), self.table.connections)
        self.client.run(asking.all())
        return asking.found


def http_channel(settings: Settings) -> Channel:
    """The channel of a table."""
    table = read_table(settings)
    client = Client(table.timeout, table.certificates)
    if table.inquiry is None:
        return HttpChannel(table, client)
    return AskableHttpChannel(table, client, inquiry=table.inquiry)
