"""What a reply means for whether a customer may be written to, and keeping to it.

The one place for that, whichever way a reply came in: by file, or from a gateway.
"""

import unicodedata
from typing import Literal

import sqlalchemy as sa

from engine.people.optouts import OptOut, opt_out
from engine.storage.audit import By
from engine.storage.symbols import Symbols

Meaning = Literal["optout", "unclear", "none"]

_WORDS = frozenset(
    {
        "t",
        "td",
        "退订",
        "回t",
        "回td",
        "回t退订",
        "回td退订",
        "取消订阅",
        "拒收",
        "stop",
        "stopall",
        "unsubscribe",
    }
)
"""What alone, in any width and case and with any punctuation, is an opt-out."""

_HINTS = (
    "退订",
    "别再发",
    "不要再发",
    "不要发",
    "别发了",
    "拒收",
    "骚扰",
    "unsubscribe",
    "stop sending",
    "投诉",
)
"""What within a longer text may be one: a person must look."""


def meaning_of_reply(text: str) -> Meaning:
    """`optout` for the agreed words alone; `unclear` when a person must look; a mere letter inside is neither."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(character for character in folded if unicodedata.category(character)[0] in "LN")
    if bare in _WORDS:
        return "optout"
    return "unclear" if any(hint in folded for hint in _HINTS) else "none"


def keep_to(connection: sa.Connection, symbols: Symbols, text: str, said: OptOut, by: By) -> bool:
    """Keep to what a reply says; whether it was an opt-out. `said`: what it is then."""
    if meaning_of_reply(text) != "optout":
        return False
    opt_out(connection, symbols, said, by, because="reply")
    return True
