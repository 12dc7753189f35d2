"""What a delivery does between the mark and the wire: notes in the journal what is about to leave.

And before, in the transaction that marks: what the journal says has left already does not leave again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from engine.calendars.zone import Zone
from engine.channels.protocol import Capabilities, Unknown
from engine.delivery import sending, unseen
from engine.delivery.journal import Journal, next_batch, noted
from engine.delivery.marking import Posted
from engine.delivery.recording import record
from engine.errors import JournalError
from engine.reasons import LEFT


@dataclass(slots=True)
class Noting:
    """Notes what leaves. `failed`: it could not be noted, so nothing leaves any more. `batch`: the one marked last."""

    journal: Journal
    zone: Zone
    failed: JournalError | None = None
    batch: int = 0
    _any_unseen: bool = True

    def begin(self, connection: sa.Connection) -> None:
        """A delivery begins."""
        self._any_unseen = unseen.any_unseen(connection)
        if self._any_unseen:
            unseen.meet(connection, self.zone)

    def marked(
        self,
        connection: sa.Connection,
        posted: list[Posted],
        install_key: str,
        now: int,
        channels: Mapping[str, Capabilities],
    ) -> tuple[list[Posted], Counter[str]]:
        """A batch is marked in the transaction under way: what of it may leave, and what became of the others."""
        counts: Counter[str] = Counter()
        left = unseen.among(connection, install_key, posted) if self._any_unseen and posted else {}
        if left:
            gone = [one for one in posted if one.intent in left]
            posted = [one for one in posted if one.intent not in left]
            sending.change(connection, [({"begun_at": left[one.intent]}, one.intent) for one in gone])
            results = [
                (_begun(one, left[one.intent]), Unknown(self._because(left[one.intent]))) for one in gone
            ]
            counts = record(connection, results, now, channels)
        if posted:
            self.batch = next_batch(connection, self.journal.id)
        return posted, counts

    def on_disk(self, batch: int, posted: Sequence[Posted], install_key: str, now: int) -> bool:
        """Note a batch that was marked, so that it may leave. Of what comes after one that failed nothing is noted."""
        if self.failed is None:
            try:
                self.journal.append([noted(install_key, batch, now, one.outgoing) for one in posted])
            except JournalError as error:
                self.failed = error
        return self.failed is None

    def _because(self, at: int) -> str:
        return LEFT(at=self.zone.iso(at))


def _begun(one: Posted, at: int) -> Posted:
    return one._replace(tried=one.tried._replace(begun_at=at))
