"""The states of messages, tasks and grants: their numbers in the store and their names outside. Nothing else."""

from collections.abc import Mapping
from enum import IntEnum

from dsl.wording import Phrase
from engine.wording import say_as


class MessageStatus(IntEnum):
    """What becomes of a message. Those below FINAL are open: something may still happen by itself or by a person."""

    WAITING = 0
    HELD = 1
    READY = 2
    SENDING = 3
    UNKNOWN = 4
    SENT = 5
    DELIVERED = 6
    FAILED = 7
    DROPPED = 8
    CANCELLED = 9

    @property
    def word(self) -> str:
        """The name in commands and JSON."""
        return self.name.lower()

    @property
    def said(self) -> Phrase:
        """The name for people."""
        return _MESSAGE_WORDS[self]


COUNTED = (MessageStatus.READY, MessageStatus.SENDING, MessageStatus.UNKNOWN, MessageStatus.SENT,
           MessageStatus.DELIVERED)  # fmt: skip
"""What counts against caps: sent, on its way, or perhaps arrived."""

TAKEN_BACK = (MessageStatus.WAITING, MessageStatus.HELD, MessageStatus.READY)
"""What is cancelled when its state is left or the customer opts out."""

SETTLED = tuple(status for status in MessageStatus if status >= MessageStatus.UNKNOWN)
"""What no longer keeps a state from being settled."""


class Fate(IntEnum):
    """What came of a receipt. KNOWN: it told what was known. EARLIER: it told of an attempt that another followed.

    CONTRADICTS: something else had been told before, and stays. ORPHAN: nobody knows its message, so far.
    """

    ORPHAN = 0
    APPLIED = 1
    KNOWN = 2
    CONTRADICTS = 3
    EARLIER = 4


class TaskStatus(IntEnum):
    """What becomes of a task."""

    OPEN = 1
    DONE = 2
    EXPIRED = 3
    CANCELLED = 4

    @property
    def word(self) -> str:
        """The name in commands and JSON."""
        return self.name.lower()

    @property
    def said(self) -> Phrase:
        """The name for people."""
        return _TASK_WORDS[self]


class GrantStatus(IntEnum):
    """What becomes of a benefit that a state grants. Those below GRANTED are open.

    WAITING: for quota. HELD: reserved, and a person must approve it. SPENT: nothing was left.
    """

    WAITING = 0
    HELD = 1
    GRANTED = 2
    REFUSED = 3
    SPENT = 4
    CANCELLED = 5

    @property
    def word(self) -> str:
        """The name in commands and JSON."""
        return self.name.lower()

    @property
    def said(self) -> Phrase:
        """The name for people."""
        return _GRANT_WORDS[self]


LOST = (GrantStatus.REFUSED, GrantStatus.SPENT)
"""What leads along the `else` of a grant."""

_GRANT_WORDS: Mapping[GrantStatus, Phrase] = {
    GrantStatus.WAITING: say_as("status", "waiting"),
    GrantStatus.HELD: say_as("status", "held"),
    GrantStatus.GRANTED: say_as("status", "granted"),
    GrantStatus.REFUSED: say_as("status", "refused"),
    GrantStatus.SPENT: say_as("status", "spent"),
    GrantStatus.CANCELLED: say_as("status", "cancelled"),
}

_MESSAGE_WORDS: Mapping[MessageStatus, Phrase] = {
    MessageStatus.WAITING: say_as("status", "waiting"),
    MessageStatus.HELD: say_as("status", "held"),
    MessageStatus.READY: say_as("status", "ready"),
    MessageStatus.SENDING: say_as("status", "sending"),
    MessageStatus.UNKNOWN: say_as("status", "unknown"),
    MessageStatus.SENT: say_as("status", "sent"),
    MessageStatus.DELIVERED: say_as("status", "delivered"),
    MessageStatus.FAILED: say_as("status", "failed"),
    MessageStatus.DROPPED: say_as("status", "dropped"),
    MessageStatus.CANCELLED: say_as("status", "cancelled"),
}

_TASK_WORDS: Mapping[TaskStatus, Phrase] = {
    TaskStatus.OPEN: say_as("status", "open"),
    TaskStatus.DONE: say_as("status", "done"),
    TaskStatus.EXPIRED: say_as("status", "expired"),
    TaskStatus.CANCELLED: say_as("status", "cancelled"),
}
