"""The names of intents outside the store: idempotency keys for gateways, ids for people.

Neither is stored: both follow from the intent, and an intent exists once.
"""

import hashlib
from functools import lru_cache
from hashlib import sha256
from itertools import product
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.errors import UnknownNameError
from engine.storage.schema import meta
from engine.wording import say

_VERSION = "1"
_BLOCK = 64  # bytes of SHA-256
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # of base 32
_ANEW = "-"
_DIGITS = 18  # what fits a column of 64 bits


def install_key(connection: sa.Connection) -> str:
    """The secret of this installation, of which keys are made."""
    return str(connection.scalar(sa.select(meta.c.value).where(meta.c.key == "install_key")))


class Intent(NamedTuple):
    """The key of a message or task: numbers of the store."""

    customer: int
    journey: int
    record: int
    occurrence: int
    visit: int
    action: int

    @property
    def id(self) -> str:
        """The id that people and commands use."""
        return ".".join(map(str, self))


def intent_in(row: Any) -> Intent:
    """The intent of a row that has its columns by name."""
    return Intent(row.customer, row.journey, row.record, row.occurrence, row.visit, row.action)


def intent_of(text: str) -> Intent:
    """The intent of an id; UnknownNameError when it is none."""
    parts = text.strip().split(".")
    if len(parts) != len(Intent._fields) or not all(map(_is_number, parts)):
        raise UnknownNameError(
            say("{text!r} is no id of a message or task", text=text),
            say("`homing queue`, `homing messages` and `homing tasks` list them"),
        )
    return Intent(*map(int, parts))


def intent_key(install_key: str, journey: str, customer: str, intent: Intent) -> str:
    """What a gateway that de-duplicates is given: the same for every attempt, and it tells nothing.

    Made of names that outlive the store's numbers, so that a rebuilt store does not send twice; not of text,
    time or address, so that a corrected address makes no second message.
    """
    _, _, record, occurrence, visit, action = intent
    subject = f"{_VERSION}|{journey}|{customer}|{record}|{occurrence}|{visit}|{action}"
    return _base32(_hmac_of(install_key, subject.encode()))


def _base32(digest: bytes) -> str:
    """The first 26 characters in base 32 (RFC 4648), three at a time: the library takes six times as long."""
    three, number = _threes(), int.from_bytes(digest[:17]) >> 1  # 135 bits: 27 characters
    return (
        three[number >> 120]
        + three[number >> 105 & 32767]
        + three[number >> 90 & 32767]
        + three[number >> 75 & 32767]
        + three[number >> 60 & 32767]
        + three[number >> 45 & 32767]
        + three[number >> 30 & 32767]
        + three[number >> 15 & 32767]
        + three[number & 32767]
    )[:26]


@lru_cache(maxsize=1)
def _threes() -> list[str]:
    """All that three characters can be."""
    return ["".join(some) for some in product(_ALPHABET, repeat=3)]


def _hmac_of(install_key: str, content: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104), with what depends on the key alone done once: a third of the library's time."""
    inner, outer = _padded(install_key)
    first, second = inner.copy(), outer.copy()
    first.update(content)
    second.update(first.digest())
    return second.digest()


@lru_cache(maxsize=8)
def _padded(install_key: str) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    key = install_key.encode()
    block = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return sha256(bytes(byte ^ 0x36 for byte in block)), sha256(bytes(byte ^ 0x5C for byte in block))


def resent_key(key: str, resend: int) -> str:
    """The key of a message that a person has had sent anew: to the gateway it is another one."""
    return f"{key}{_ANEW}{resend}" if resend else key


def first_key(key: str) -> str:
    """The key of a message before anybody had it sent anew."""
    return key.partition(_ANEW)[0]


class Named(NamedTuple):
    """What a name for a message that a gateway was given says. `attempt` 0: it names no attempt."""

    key: str
    resend: int
    attempt: int


def named(text: str) -> Named:
    """A key, or the ref of an attempt, taken apart again."""
    whole, _, attempt = text.strip().partition(".")
    key, _, resend = whole.partition(_ANEW)
    return Named(key, int(resend) if _is_number(resend) else 0, int(attempt) if _is_number(attempt) else 0)


def attempt_ref(key: str, attempt: int) -> str:
    """What the gateway is told of one attempt at a message, to be named in its receipts."""
    return f"{key}.{attempt}"


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdecimal() and len(part) <= _DIGITS
