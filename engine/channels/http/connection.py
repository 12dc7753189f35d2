"""One connection to a gateway: a request goes out, its answer comes in. Knows no URL and no meaning of answers.

It knows for sure whether a byte of a request was written, which is why it is written here (see the note on channels).
The reading of HTTP is llhttp's. No redirect is followed, nothing is sent twice, and an answer that nobody asked for
ends the connection.
"""

import asyncio
import select
from typing import NamedTuple, cast

import httptools

from engine.channels.protocol import Unknown
from engine.reasons import ANSWER_TOO_LONG, BROKEN_OFF, NO_ANSWER, NO_HTTP

LONGEST = 1 << 20
"""Bytes of an answer's body that are read."""

_MOST_HEADERS = 200


class Answer(NamedTuple):
    """What a gateway said; headers as they came."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name (in lower case), else nothing."""
        wanted = name.encode()
        return next((value.decode("latin-1") for one, value in self.headers if one.lower() == wanted), "")


_NO_ANSWER = Unknown(NO_ANSWER())


class Connection(asyncio.Protocol):
    """One connection, used for one request at a time. `reusable`: as far as the loop knows, for another one too."""

    def __init__(self) -> None:
        self.reusable = True
        self._parser = httptools.HttpResponseParser(self)
        self._waiting: asyncio.Future[Answer | Unknown] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._chunks: list[bytes] = []
        self._length = 0
        self._in_body = False

    def ask(self, request: bytes, deadline: float) -> "asyncio.Future[Answer | Unknown]":
        """Write the request; the answer, or Unknown when none can be read whole by the deadline (the loop's time)."""
        loop = asyncio.get_running_loop()
        self._waiting = waiting = loop.create_future()
        self.reusable = False
        self._limit = loop.call_at(deadline, self._settle, _NO_ANSWER)
        self._transport.write(request)
        return waiting

    def is_open(self) -> bool:
        """Whether the gateway has neither closed it nor said anything. The system knows, the loop may not yet."""
        return not (self._transport.is_closing() or self._poll.poll(0))

    def close(self) -> None:
        """Close it at once."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open, its TLS agreed on."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by name
        self._poll = select.poll()
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._waiting is None:
            self.reusable = False
            self._transport.abort()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._settle(Unknown(NO_HTTP()))

    def eof_received(self) -> None:
        """The gateway says no more: the connection closes."""
        self.reusable = False

    def connection_lost(self, _: Exception | None) -> None:
        """Without a length, the end of the connection is the end of the answer; else it is no answer."""
        self.reusable = False
        if self._waiting is None:
            return
        lengths = (b"content-length", b"transfer-encoding")
        if self._in_body and not any(name.lower() in lengths for name, _ in self._headers):
            self._settle(self._answer())
        else:
            self._settle(Unknown(BROKEN_OFF()))

    def on_message_begin(self) -> None:
        """An answer begins; one that nobody asked for is none, and nothing after it can be trusted."""
        if self._waiting is None:
            self.reusable = False
            self._transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._headers.append((name, value))
        if len(self._headers) > _MOST_HEADERS:
            self._settle(Unknown(ANSWER_TOO_LONG()))

    def on_headers_complete(self) -> None:
        """The body begins."""
        self._in_body = True

    def on_body(self, chunk: bytes) -> None:
        """A piece of the body."""
        self._length += len(chunk)
        if self._length > LONGEST:
            self._settle(Unknown(ANSWER_TOO_LONG()))
        else:
            self._chunks.append(chunk)

    def on_message_complete(self) -> None:
        """The answer is whole; what came before it (such as 103) is none."""
        if self._waiting is not None and self._parser.get_status_code() >= 200:
            self.reusable = self._parser.should_keep_alive()
            self._settle(self._answer())
        self._headers, self._chunks, self._length, self._in_body = [], [], 0, False

    def _answer(self) -> Answer:
        chunks = self._chunks
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return Answer(self._parser.get_status_code(), self._headers, body)

    def _settle(self, result: Answer | Unknown) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._limit.cancel()
            if not waiting.done():
                waiting.set_result(result)
        if not self.reusable:
            self._transport.abort()
