"""What all requests share, and how each shows who it is and what it brings."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request

from engine.channels.protocol import Channel
from engine.storage.values import Reader
from engine.web.bodies import Room, read_body
from engine.web.callers import Callers
from engine.web.commits import Commits
from engine.web.figures import Figures
from engine.web.health import Health
from engine.web.refusals import RefusalError
from engine.web.settings import Site, Source


@dataclass(frozen=True, slots=True)
class Desk:
    """What all requests share. `wall`: the clock, in milliseconds; `time`: how times in messages are read."""

    site: Site
    commits: Commits
    callers: Callers
    figures: Figures
    health: Health
    channels: Mapping[str, Channel]
    time: Reader
    wall: Callable[[], int]
    room: Room = field(default_factory=Room)

    async def body(self, request: Request) -> bytes:
        """The body of a request, within limits."""
        try:
            return await read_body(request.stream(), request.headers, self.site.body, self.room)
        except ClientDisconnect:
            raise RefusalError(400, "gone", "the body did not come to its end") from None

    def source(self, request: Request) -> Source:
        """The source that calls. RefusalError when there is none."""
        query = request.query_params.get("key")
        return self.callers.named(request.headers, query, self.address(request), time.monotonic())

    def refused(self, request: Request) -> RefusalError:
        """What is said to who only seems to be somebody; too much of it is not even looked at."""
        return self.callers.fail(self.address(request), time.monotonic())

    @staticmethod
    def address(request: Request) -> str:
        """From where it calls."""
        return request.client.host if request.client else ""
