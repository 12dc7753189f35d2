"""Signatures over the bytes of what gateways push, as they came. Knows neither requests nor the store."""

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

TOLERANCE = 300_000
"""Milliseconds by which the time of a signed request may differ from ours."""

_NAMES = re.compile(r"\{\{\s*(body|timestamp|id)\s*\}\}")
_SECONDS = 10**11  # less counts seconds, more milliseconds


@dataclass(frozen=True, slots=True)
class Signing:
    """How a gateway signs. `header` holds the signature after `prefix`.

    `over`: texts, and between them names: every second one. `timestamp`, `id`: headers with the
    time and the name of a delivery.
    """

    digest: Callable[[bytes], bytes]
    encode: Callable[[bytes], str]
    header: str
    prefix: str
    over: Sequence[str]
    timestamp: str | None = None
    id: str | None = None

    def holds(self, headers: Mapping[str, str], body: bytes, now: int) -> bool:
        """Whether a request is signed as it should be, at about this time."""
        given = {"timestamp": self._of(headers, self.timestamp), "id": self._of(headers, self.id)}
        parts = [
            body
            if part == "body" and place % 2
            else (given[part] if place % 2 else part).encode(errors="replace")
            for place, part in enumerate(self.over)
        ]
        expected = self.prefix + self.encode(self.digest(b"".join(parts)))
        signed = hmac.compare_digest(expected.encode(), headers.get(self.header, "").encode(errors="replace"))
        return signed and (self.timestamp is None or _is_fresh(given["timestamp"], now))

    def name(self, headers: Mapping[str, str]) -> str:
        """What a delivery is known by when it comes again: its id, else its signature."""
        return self._of(headers, self.id) or headers.get(self.header, "")

    @staticmethod
    def _of(headers: Mapping[str, str], name: str | None) -> str:
        return "" if name is None else headers.get(name, "")


def split_signed(over: str) -> tuple[str, ...] | None:
    """A template as texts and names in turn; None when it holds other braces."""
    parts = tuple(_NAMES.split(over))
    return None if any("{{" in part for part in parts) else parts


def _is_fresh(written: str, now: int) -> bool:
    if not written.isascii() or not written.isdigit() or len(written) > 15:
        return False
    at = int(written) * (1 if int(written) >= _SECONDS else 1000)
    return abs(now - at) <= TOLERANCE
