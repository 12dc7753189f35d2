"""The calls of one send, or of one look at what became of messages: as many at once as the table allows.

A gateway that cannot be reached is not tried for the rest of the send: nothing of it has left.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.channels.http.client import Client
from engine.channels.http.connection import Answer
from engine.channels.http.requests import UnfitMessageError
from engine.channels.http.table import Inquiry, Table
from engine.channels.protocol import InTime, NotSent, Outcome, Outgoing, Rejected, Unknown
from engine.reasons import LATE, LOST, UNREADABLE_ANSWER


@dataclass(slots=True)
class Sending:
    """One send. `outcomes`: what became of each message, in order; `heard`: requests and answers, when wanted."""

    table: Table
    client: Client
    batch: Sequence[Outgoing]
    in_time: InTime
    heard: list[tuple[str, str]] | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    _out_of_reach: NotSent | None = None

    async def all(self) -> None:
        """Make all calls."""
        self.outcomes = [Unknown(LOST())] * len(self.batch)
        size = self.table.batch
        starts = range(0, len(self.batch), size)
        todo = iter(starts)
        await asyncio.gather(*(self._some(todo) for _ in range(min(self.table.connections, len(starts)))))

    async def _some(self, todo: Iterator[int]) -> None:
        for start in todo:
            messages = self.batch[start : start + self.table.batch]
            self.outcomes[start : start + len(messages)] = await self._sent(messages)

    async def _sent(self, messages: Sequence[Outgoing]) -> list[Outcome]:
        if self._out_of_reach is not None:
            return [self._out_of_reach] * len(messages)
        if not self.in_time():
            return [NotSent(LATE())] * len(messages)
        try:
            request = self.table.requests.written(messages)
        except UnfitMessageError as error:
            return await self._without_unfit(messages, error)
        result = await self.client.call(self.table.requests.target.address, request, self.in_time)
        if self.heard is not None:
            self.heard.append((_text(request), _shown(result)))
        if isinstance(result, Answer):
            return self._judged(result, messages)
        if isinstance(result, NotSent) and not self.client.connected:
            self._out_of_reach = result
        return [result] * len(messages)

    def _judged(self, answer: Answer, messages: Sequence[Outgoing]) -> list[Outcome]:
        try:
            return self.table.judge.outcomes(answer, messages)
        except Exception:  # noqa: BLE001  # whatever an answer can hold, the other calls of this send go on
            return [Unknown(UNREADABLE_ANSWER(status=answer.status))] * len(messages)

    async def _without_unfit(self, messages: Sequence[Outgoing], error: UnfitMessageError) -> list[Outcome]:
        """The others of a batch go without those that cannot be written."""
        if len(messages) == 1:
            return [Rejected(str(error.args[0]))]
        unfit = {place: found for place, one in enumerate(messages) if (found := self._unfit(one))}
        others = [one for place, one in enumerate(messages) if place not in unfit]
        sent = iter(await self._sent(others) if others else [])
        return [unfit[place] if place in unfit else next(sent) for place in range(len(messages))]

    def _unfit(self, message: Outgoing) -> Rejected | None:
        try:
            self.table.requests.written([message])
        except UnfitMessageError as error:
            return Rejected(str(error.args[0]))
        return None


@dataclass(slots=True)
class Asking:
    """A look at what became of messages. `found`: what is known for sure, by key."""

    inquiry: Inquiry
    client: Client
    keys: Sequence[str]
    connections: int
    found: dict[str, Outcome] = field(default_factory=dict)
    _no_answer: bool = False

    async def all(self) -> None:
        """Ask for all keys, until the gateway does not answer."""
        todo = iter(self.keys)
        await asyncio.gather(*(self._some(todo) for _ in range(min(self.connections, len(self.keys)))))

    async def _some(self, todo: Iterator[str]) -> None:
        requests, judge = self.inquiry.requests, self.inquiry.judge
        for key in todo:
            if self._no_answer:
                return
            answer = await self.client.call(requests.target.address, requests.written([(key,)]), lambda: True)
            if not isinstance(answer, Answer):
                self._no_answer = True
                return
            (outcome,) = judge.outcomes(answer, [Outgoing(key, key, "", "", "", None, "", "")])
            if not isinstance(outcome, Unknown):
                self.found[key] = outcome


def _shown(result: Answer | NotSent | Unknown) -> str:
    if not isinstance(result, Answer):
        return ""
    headers = "".join(f"{_text(name)}: {_text(value)}\n" for name, value in result.headers)
    return f"HTTP {result.status}\n{headers}\n{_text(result.body)}"


def _text(content: bytes) -> str:
    return content.decode(errors="replace").replace("\r\n", "\n")
