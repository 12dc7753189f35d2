"""How the rows of a trail are chained: each has a keyed hash of itself and of the one before it.

A note is in it by a salted digest of its own, so that it can be struck and the chain still holds. Pure.
"""

import hmac
import json
from hashlib import sha256
from typing import NamedTuple

NO_MAC = ""
"""What stands before the first row."""


class Link(NamedTuple):
    """What is chained of a row. `digest`: that of its note, if it has one."""

    seq: int
    at: int
    actor: str
    verb: str
    customer: int | None
    what: str | None
    digest: str | None


def mac_of(key: bytes, before: str, link: Link) -> str:
    """The keyed hash of a row and of all before it."""
    return keyed(key, f"{before}\n{json.dumps(link)}")


def digest_of_note(key: bytes, salt: str, note: str) -> str:
    """Tells whether a note is as it was. Without its salt nobody can find it by trying."""
    return keyed(key, json.dumps(["note", salt, note]))


def keyed(key: bytes, text: str) -> str:
    """HMAC-SHA256, in hexadecimal digits."""
    return hmac.new(key, text.encode(), sha256).hexdigest()


def same(one: str | None, other: str | None) -> bool:
    """Whether two hashes are equal, in constant time."""
    return hmac.compare_digest(one or "", other or "")
