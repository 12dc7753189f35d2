"""What is said of a gateway whose receipts or replies could not be fetched."""

from dsl.wording import Phrase
from engine.reasons import read_back
from engine.wording import say


def cannot_fetch(channel: str, kind: str, because: str) -> Phrase:
    """That something could not be fetched, and why, in words."""
    why = read_back(because)
    if kind == "receipts":
        return say("receipts of `{name}` could not be fetched: {because}", name=channel, because=why)
    return say("replies by `{name}` could not be fetched: {because}", name=channel, because=why)
