"""The states of messages and tasks: their numbers in the store and their names outside. Nothing else."""

from enum import IntEnum


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


COUNTED = (MessageStatus.READY, MessageStatus.SENDING, MessageStatus.UNKNOWN, MessageStatus.SENT,
           MessageStatus.DELIVERED)  # fmt: skip
"""What counts against caps: sent, on its way, or perhaps arrived."""

TAKEN_BACK = (MessageStatus.WAITING, MessageStatus.HELD, MessageStatus.READY)
"""What is cancelled when its state is left or the customer opts out."""

SETTLED = tuple(status for status in MessageStatus if status >= MessageStatus.UNKNOWN)
"""What no longer keeps a state from being settled."""


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
