"""The kinds of what waits for people, by the words that queues and agendas have for them."""

from engine.storage.states import MessageStatus

KINDS = {MessageStatus.HELD: "message", MessageStatus.UNKNOWN: "unknown"}
"""Messages, by their status."""

BENEFIT = "benefit"
"""Benefits that somebody must approve."""

REPLY = "reply"
"""Replies that somebody must read."""

TASK = "task"
"""The work that rules give people."""
