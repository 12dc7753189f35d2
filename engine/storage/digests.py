"""What tells one event from another: the same event by file or by wire, twice, renamed or reordered, is one.

An event with an id of its own is that id. Without one it is its content, and the n-th equal row of one file is another
event than the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

from engine.storage.values import Stored

_MASK = (1 << 63) - 1
_SEPARATOR = "\x1f"


def digest(content: str) -> int:
    """63 bits of a text, never 0."""
    hashed = blake2b(content.encode(errors="surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(hashed) & _MASK) or 1


def identity_digest(kind: str, identity: str) -> int:
    """The digest of an event that has an id in the system it comes from."""
    return digest(f"{kind}{_SEPARATOR}id={identity}")


def reply_digest(channel: str, identity: str) -> int:
    """The digest of a reply that came back by a channel, whose gateway, or its content, names it so."""
    return identity_digest("replied", f"{channel}{_SEPARATOR}{identity}")


def event_digest(kind: str, customer: str, at: int, values: Mapping[str, Stored], twin: int = 0) -> int:
    """The digest of an event without an id; missing values do not count."""
    columns: dict[str, Sequence[Stored]] = {name: [value] for name, value in values.items()}
    content = contents(kind, columns | {"customer": [customer], "at": [at]})[0]
    return digest(twin_content(content, twin))


def contents(kind: str, values: Mapping[str, Sequence[Stored]]) -> list[str]:
    """The texts that are hashed, for many events at once; their ids are not part of them."""
    customers, ats = values["customer"], values["at"]
    start = kind + _SEPARATOR
    parts: list[Iterable[str]] = [
        (f"{start}{customer}{_SEPARATOR}{at}" for customer, at in zip(customers, ats, strict=True))
    ]
    for name in sorted(values.keys() - {"customer", "at", "id"}):
        before = f"{_SEPARATOR}{name}="
        parts.append("" if value is None else f"{before}{value!r}" for value in values[name])
    return ["".join(row) for row in zip(*parts, strict=True)]


def twin_content(content: str, twin: int) -> str:
    """The text of the n-th equal event of one file, counted from 0."""
    return f"{content}{_SEPARATOR}#{twin}" if twin else content
