"""One send: so many messages under way at once as the window allows, the parts of each one after the other.

What was not submitted has not been taken. From the first part on only answers tell.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.channels.protocol import Accepted, InTime, NotSent, Outcome, Outgoing, Rejected, Unknown
from engine.channels.smpp.link import Link
from engine.channels.smpp.links import Links
from engine.channels.smpp.pdus import Command, Pdu
from engine.channels.smpp.statuses import judged
from engine.channels.smpp.table import Table
from engine.reasons import BROKEN_OFF, LATE, LOST, PARTLY

_AGAIN = 0.5
"""Seconds after which a part is given again that was too much just then, when parts before it were taken."""


@dataclass(slots=True)
class Sending:
    """One send. `trouble`: why the rest of it does not leave: there is no link, or the SMSC has too much to do."""

    table: Table
    links: Links
    batch: Sequence[Outgoing]
    in_time: InTime
    outcomes: list[Outcome] = field(init=False)
    trouble: NotSent | None = None

    def __post_init__(self) -> None:
        self.outcomes = [Unknown(LOST())] * len(self.batch)

    async def all(self) -> None:
        """Send all of them."""
        waiting = deque(enumerate(self.batch))
        hands = min(self.table.window, len(self.batch))
        await asyncio.gather(*(self._work(waiting) for _ in range(hands)))

    async def _work(self, waiting: deque[tuple[int, Outgoing]]) -> None:
        while waiting:
            place, message = waiting.popleft()
            self.outcomes[place] = await self._sent(message)

    async def _sent(self, message: Outgoing) -> Outcome:
        if self.trouble is not None:
            return self.trouble
        if not self.in_time():
            return NotSent(LATE())
        bodies = self.table.writer.bodies(message)
        if isinstance(bodies, Rejected):
            return bodies
        link = self.links.open_one() or await self._new_link()
        outcome = link if isinstance(link, NotSent) else await self._submitted(link, bodies)
        if isinstance(outcome, NotSent) and outcome.slower:
            self.trouble = outcome
        return outcome

    async def _new_link(self) -> Link | NotSent:
        """A link that cannot be had is not asked for again in this send; to bind takes a while."""
        found = await self.links.link(lambda: self.trouble)
        if isinstance(found, NotSent):
            self.trouble = found
            return found
        return found if self.in_time() else NotSent(LATE())

    async def _submitted(self, link: Link, bodies: Sequence[bytes]) -> Outcome:
        deadline = asyncio.get_running_loop().time() + self.table.server.timeout
        outcome: Outcome = Unknown(LOST())
        for taken, body in enumerate(bodies):
            outcome = await self._part(link, body, deadline, follows=taken > 0)
            if not isinstance(outcome, Accepted):
                doubt = PARTLY(taken=taken, parts=len(bodies), because=outcome.because)
                return Unknown(doubt) if taken else outcome
        return outcome

    async def _part(self, link: Link, body: bytes, deadline: float, *, follows: bool) -> Outcome:
        """Submit a part; one that follows others that were taken again and again while it is only too much."""
        while link.is_open:
            answer = await link.ask(Command.SUBMIT_SM, body, deadline)
            outcome = answer if isinstance(answer, Unknown) else self._judged(answer)
            too_much = isinstance(outcome, NotSent) and outcome.slower
            if not (follows and too_much) or asyncio.get_running_loop().time() + _AGAIN > deadline:
                return outcome
            await asyncio.sleep(_AGAIN)
        return NotSent(BROKEN_OFF())

    def _judged(self, answer: Pdu) -> Outcome:
        outcome = judged(answer, self.table.verdicts)
        if isinstance(outcome, Accepted) and outcome.reference is not None:
            return Accepted(self.table.reader.ids.of_answer(outcome.reference))
        return outcome
