"""The event kinds that exist without being declared (language contract, section 2)."""

from dsl.model.conditions import TEXT
from dsl.model.model import EventKind, Field

_MESSAGE_FIELDS = (Field("message", TEXT), Field("channel", TEXT), Field("journey", TEXT))

BUILTIN_EVENTS: tuple[EventKind, ...] = (
    EventKind("sent", "sent", _MESSAGE_FIELDS, builtin=True),
    EventKind("delivered", "delivered", _MESSAGE_FIELDS, builtin=True),
    EventKind("failed", "failed", _MESSAGE_FIELDS, builtin=True),
    EventKind("opened", "opened", _MESSAGE_FIELDS, builtin=True),
    EventKind("clicked", "clicked", _MESSAGE_FIELDS, builtin=True),
    EventKind("replied", "replied", (Field("text", TEXT), *_MESSAGE_FIELDS), builtin=True),
    EventKind("optout", "optout", (Field("channel", TEXT),), builtin=True),
    EventKind("redeemed", "redeemed", (Field("benefit", TEXT),), builtin=True),
    EventKind("task_done", "task_done", (Field("task", TEXT), Field("outcome", TEXT)), builtin=True),
)
"""`sent`, `delivered` and `failed` are read from the message log; the others have tables of their own."""

RECORDED_BY_ENGINE = frozenset({"sent", "delivered", "failed"})
