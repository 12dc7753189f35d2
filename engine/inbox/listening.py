"""What gateways report, fetched: receipts and replies of every channel that says where they are.

How far was fetched is noted in the transaction that takes the last of a page: after a crash the page is fetched again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.channels.protocol import Fetching, Kind, Page, Reporter, UnreadableBodyError
from engine.inbox.receipts import any_to_look_at, tell_silence
from engine.inbox.taking import Inbox, Taken, look_again, take_piecewise
from engine.inbox.unheard import cannot_fetch
from engine.storage.inbox_tables import poll

FIRST_BACK = 72 * 3_600_000
"""Milliseconds back from which on is asked the first time."""

MOST_PAGES = 1_000
"""Pages of one channel that are fetched at once; the rest is left to the next time."""


@dataclass(slots=True)
class Listened:
    """What came of it. `silent`: messages about which no receipt came for so long. `problems`: what was not fetched."""

    taken: Taken = field(default_factory=Taken)
    silent: int = 0
    problems: list[Phrase] = field(default_factory=list)


def listen(inbox: Inbox, now: int, fetched: Callable[[], None] = lambda: None) -> Listened:
    """Fetch and take what is new, look again for messages of receipts that had none, tell whose receipt never came.

    `fetched` is called after each request, before what it brought is taken: whoever has other things to do does them
    there, and tests stop there.
    """
    heard = Listened()
    for name, channel in inbox.channels.items():
        if isinstance(channel, Reporter) and channel.reports:
            for kind in sorted(channel.fetched):
                _Line(inbox, name, channel, kind, fetched).listen(heard, now)
            with inbox.store.read() as connection:
                looks = any_to_look_at(connection, name, now)
            if looks:
                with inbox.store.write() as connection:
                    heard.taken.add(look_again(connection, inbox, name, now))
                    heard.silent += tell_silence(connection, name, now, always="receipts" in channel.fetched)
    return heard


@dataclass(frozen=True, slots=True)
class _Line:
    """What one channel reports of one kind."""

    inbox: Inbox
    channel: str
    reporter: Reporter
    kind: Kind
    fetched: Callable[[], None]

    def listen(self, heard: Listened, now: int) -> None:
        """Fetch and take page after page."""
        start = self._start(now)
        for _ in range(MOST_PAGES):
            page = self.reporter.fetch(self.kind, start)
            self.fetched()
            if not isinstance(page, Page):
                heard.problems.append(self._fails(page.because, now))
                return
            try:
                heard.taken.add(self._take(page, now))
            except UnreadableBodyError as error:
                heard.problems.append(self._fails(str(error.args[0]), now))
                return
            if not page.more:
                return
            start = start._replace(cursor=page.cursor)

    def _start(self, now: int) -> Fetching:
        with self.inbox.store.read() as connection:
            row = connection.execute(sa.select(poll.c.at, poll.c.cursor).where(*self._own())).first()
        if row is None or row.at is None:
            return Fetching(None, now - FIRST_BACK)
        return Fetching(row.cursor, min(row.at, now) - self.reporter.fetched[self.kind])

    def _take(self, page: Page, now: int) -> Taken:
        noted: dict[str, int | str | None] = {
            "at": now,
            "cursor": page.cursor,
            "failed_at": None,
            "because": None,
        }
        heard = self.reporter.heard(self.kind, page.body)
        return take_piecewise(
            self.inbox, self.channel, heard, now, lambda connection: self._note(connection, noted)
        )

    def _fails(self, because: str, now: int) -> Phrase:
        with self.inbox.store.write() as connection:
            known = connection.scalar(sa.select(poll.c.failed_at).where(*self._own()))
            self._note(connection, {"failed_at": now if known is None else known, "because": str(because)})
        return cannot_fetch(self.channel, self.kind, str(because))

    def _note(self, connection: sa.Connection, values: dict[str, int | str | None]) -> None:
        if not connection.execute(poll.update().where(*self._own()).values(values)).rowcount:
            own: dict[str, int | str | None] = {"channel": self.channel, "what": self.kind}
            connection.execute(poll.insert().values(own | values))

    def _own(self) -> tuple[sa.ColumnElement[bool], ...]:
        return poll.c.channel == self.channel, poll.c.what == self.kind
