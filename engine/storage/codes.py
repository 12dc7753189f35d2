"""The codes of benefits: unguessable, easy to read out, and read back however somebody has written them."""

import hmac
import unicodedata
from hashlib import sha256

from engine.storage.keys import Intent

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What codes are made of: no 0 and O, no 1 and I, which people mistake for each other."""

LENGTH = 12
_BITS = 5  # of a character


def code_of(install_key: str, intent: Intent, attempt: int = 0) -> str:
    """The code of a grant: 60 bits that nobody knows who has not the key. `attempt`: another, should one be taken."""
    subject = f"benefit|{intent.id}|{attempt}"
    digest = hmac.digest(install_key.encode(), subject.encode(), sha256)
    number = int.from_bytes(digest[:8])
    return "".join(ALPHABET[number >> place * _BITS & 31] for place in range(LENGTH))


def read_code(text: str) -> str:
    """A code as it is stored: whatever case or width it was written in, with spaces or hyphens or without."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in plain if character.isalnum())
