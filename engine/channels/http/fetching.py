"""One request for what a gateway reports."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from engine.channels.http.answers import first_text
from engine.channels.http.client import Client
from engine.channels.http.connection import Answer
from engine.channels.http.report_tables import Reports
from engine.channels.http.reports import LONGEST_REASON, parsed
from engine.channels.http.requests import UnfitMessageError
from engine.channels.protocol import Fetching, NotSent, Page, Unknown, UnreadableBodyError
from engine.reasons import HTTP_STATUS, LOST, SAID


@dataclass(slots=True)
class Fetch:
    """Fetches one page. `found`: it, or why not."""

    reports: Reports
    client: Client
    start: Fetching
    found: Page | NotSent | Unknown = field(default_factory=lambda: Unknown(LOST()))

    async def all(self) -> None:
        """Ask."""
        requests = self.reports.requests
        if requests is None:
            return
        try:
            request = requests.written([_row(self.start)])
        except UnfitMessageError as error:
            self.found = NotSent(str(error.args[0]))
            return
        answer = await self.client.call(requests.target.address, request, lambda: True)
        self.found = self._page(answer) if isinstance(answer, Answer) else answer

    def _page(self, answer: Answer) -> Page | Unknown:
        if answer.status // 100 != 2:
            return Unknown(HTTP_STATUS(status=answer.status))
        try:
            document = parsed(answer.body or b"[]")
            if (said := first_text(self.reports.error, document)) is not None:
                return Unknown(SAID(said=self.reports.reader.common.masked(said)[:LONGEST_REASON]))
            count = len(self.reports.reader.common.lists.elements(document))
        except UnreadableBodyError as error:
            return Unknown(str(error.args[0]))
        cursor = first_text([self.reports.cursor], document) if self.reports.cursor else None
        goes_on = cursor is not None and cursor != self.start.cursor and count > 0
        fills = 0 < self.reports.page <= count
        return Page(answer.body or b"[]", cursor or self.start.cursor, goes_on or fills)


def _row(start: Fetching) -> tuple[str, ...]:
    """The values of FETCHING_NAMES."""
    since = datetime.fromtimestamp(start.since / 1000, UTC)
    return (
        start.cursor or "",
        str(start.since // 1000),
        str(start.since),
        since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        since.strftime("%Y-%m-%d"),
    )
