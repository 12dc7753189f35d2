"""Links in the texts of messages. Knows what one looks like, and nothing of where it leads."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from dsl.texts.static_text import FILLED

_LINK = re.compile(rf"https?:/*[{FILLED}\w.~:/?#\[\]@!$&'()*+,;=%-]+", re.ASCII | re.IGNORECASE)
_AFTER = ".,;:!?'()[]"  # of the sentence, not of the link
_PARTS = re.compile(r"(?i)(https?)://(?:[^/?#@]*@)?([^/?#:]*)(:\d+)?(?:[/?#].*)?", re.DOTALL)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link and where it stands. What is filled in stands in `text` as FILLED."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    @property
    def is_whole(self) -> bool:
        """Whether it is the same for everybody."""
        return FILLED not in self.text

    @property
    def is_safe(self) -> bool:
        """Whether it is `https`."""
        return self.text.lower().startswith("https:")

    @property
    def host(self) -> str | None:
        """Where it leads; empty where it is misspelt, None where that is filled in."""
        found = _PARTS.fullmatch(self.text)
        if found is None:
            return ""
        if FILLED in found[2]:
            return None
        return found[2].lower() if _HOST.fullmatch(found[2]) else ""


def links(words: str) -> Iterator[Link]:
    """The links in a text whose values are masked."""
    for found in _LINK.finditer(words):
        yield Link(found[0].rstrip(_AFTER), found.start())


def belongs(host: str, domains: Collection[str]) -> bool:
    """Whether a host is one of these domains, or in one."""
    return any(host == one or host.endswith(f".{one}") for one in (domain.lower() for domain in domains))
