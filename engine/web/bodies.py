"""The body of a request, as far as it is small, quick, shallow and JSON. All of that is known before it is parsed."""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import orjson

from engine.web.refusals import RefusalError

DEEPEST = 32
"""Lists and objects within one another."""

SLOWEST = 20.0
"""Seconds in which a body has to come."""

ALL = 32 * 1024 * 1024
"""Bytes of bodies that come in or wait to be written, of all requests together."""

_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_CLOSE = {"connection": "close"}


@dataclass(slots=True)
class Room:
    """The room that bodies under way take, in bytes."""

    taken: int = 0

    @contextmanager
    def of(self, body: bytes) -> Iterator[None]:
        """A body that has come takes room until it is written."""
        self.taken += len(body)
        try:
            yield
        finally:
            self.taken -= len(body)


async def read_body(chunks: AsyncIterator[bytes], headers: Mapping[str, str], most: int, room: Room) -> bytes:
    """A body, unpacked. RefusalError when it is too large, too slow, or packed in a way not known here."""
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length[:18]) > most:
        raise _too_large(most)
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip"}:
        raise RefusalError(415, "encoding", "the body may be packed with gzip alone", _CLOSE)
    try:
        async with asyncio.timeout(SLOWEST):
            body = await _gathered(chunks, most, room)
    except TimeoutError:
        raise RefusalError(408, "too_slow", f"the body did not come in {SLOWEST:g} seconds", _CLOSE) from None
    return body if encoding == "identity" else unpacked(body, most)


async def _gathered(chunks: AsyncIterator[bytes], most: int, room: Room) -> bytes:
    parts, size = [], 0
    try:
        async for chunk in chunks:
            size += len(chunk)
            room.taken += len(chunk)
            if size > most:
                raise _too_large(most)
            if room.taken > ALL:
                raise RefusalError(503, "busy", "too much comes in at once", {"retry-after": "1", **_CLOSE})
            parts.append(chunk)
    finally:
        room.taken -= size
    return parts[0] if len(parts) == 1 else b"".join(parts)


def unpacked(body: bytes, most: int) -> bytes:
    """What gzip packed. RefusalError when it is more than `most`, or no gzip."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(body, most + 1)
    except zlib.error:
        raise RefusalError(400, "malformed", "the body is no gzip") from None
    if len(content) > most:
        raise _too_large(most)
    if not unpacker.eof:
        raise RefusalError(400, "malformed", "the body is no whole gzip")
    return content


def parsed(body: bytes) -> object:
    """A body as JSON. RefusalError when it is none, or too deep."""
    if too_deep(body):
        raise RefusalError(400, "too_deep", f"more than {DEEPEST} lists and objects within one another")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RefusalError(400, "malformed", "the body is no JSON") from None


def too_deep(body: bytes) -> bool:
    """Whether lists and objects lie deeper within one another than anybody needs."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    depth = 0
    for bracket in _STRINGS.sub(b"", body).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            return True
    return False


def _too_large(most: int) -> RefusalError:
    return RefusalError(413, "too_large", f"at most {most:,} bytes", _CLOSE)
