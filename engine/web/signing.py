"""Signatures over what gateways push, byte by byte as it came. Knows neither how they are made nor the store."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl

TOLERANCE = 300_000
"""Milliseconds by which the time of a signed request may differ from ours."""

_NAMES = re.compile(r"\{\{\s*(body|form|url|timestamp|id)\s*\}\}")
_MOST_FIELDS = 1_000
_SECONDS = 10**11  # less counts seconds, more milliseconds


class Pushed(NamedTuple):
    """A request as it came. `url`: the whole address that was called."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Signing:
    """How a gateway signs. `header` holds after `prefix` what `check` compares with all that is signed.

    `over`: texts, and between them names: every second one. `timestamp`, `id`: headers with the
    time and the name of a delivery.
    """

    check: Callable[[bytes, str], bool]
    header: str
    prefix: str
    over: Sequence[str]
    timestamp: str | None = None
    id: str | None = None

    def holds(self, pushed: Pushed, now: int) -> bool:
        """Whether a request is signed as it should be, at about this time."""
        written = pushed.headers.get(self.header, "")
        if not written.startswith(self.prefix):
            return False
        parts = (
            self._part(part, pushed) if place % 2 else part.encode() for place, part in enumerate(self.over)
        )
        signed = self.check(b"".join(parts), written.removeprefix(self.prefix))
        return signed and (self.timestamp is None or _is_fresh(self._of(pushed.headers, self.timestamp), now))

    def _part(self, name: str, pushed: Pushed) -> bytes:
        match name:
            case "body":
                return pushed.body
            case "form":
                return _fields(pushed.body)
            case "url":
                return pushed.url.encode(errors="replace")
            case _:
                header = self.timestamp if name == "timestamp" else self.id
                return self._of(pushed.headers, header).encode(errors="replace")

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


def _fields(body: bytes) -> bytes:
    """The fields of a form, each name followed by its value, by name; nothing where the body is none."""
    try:
        found = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return b""
    return "".join(name + value for name, value in sorted(set(found))).encode(errors="replace")


def _is_fresh(written: str, now: int) -> bool:
    if not written.isascii() or not written.isdigit() or len(written) > 15:
        return False
    at = int(written) * (1 if int(written) >= _SECONDS else 1000)
    return abs(now - at) <= TOLERANCE
