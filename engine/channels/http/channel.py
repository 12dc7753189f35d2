"""A channel of kind `http`: batches of messages as calls to a gateway, many at once. See table.py for its keys."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from engine.channels.http.calls import Asking, Sending
from engine.channels.http.client import Client
from engine.channels.http.table import Inquiry, Table, read_table
from engine.channels.protocol import Capabilities, Channel, Exchange, InTime, Outcome, Outgoing
from engine.channels.settings import Settings


@dataclass(slots=True)
class HttpChannel:
    """Sends to one gateway. Its connections live from send to send."""

    table: Table = field(repr=False)
    client: Client = field(repr=False)

    @property
    def capabilities(self) -> Capabilities:
        """As the table says; a send holds no more than the gateway allows in a second."""
        return Capabilities(self.table.room, self.table.rate, self.table.remembers)

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
