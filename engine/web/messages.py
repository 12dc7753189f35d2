"""Messages in the shape of the Segment tracking API, from JSON to what they say. Knows neither rules nor the store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine.storage.bad_values import BadValueError
from engine.storage.values import Reader

Type = Literal["track", "identify"]

MOST = 2500
"""Messages in one body."""


class MalformedError(ValueError):
    """A body, or a message in it, that is none; why, for whoever wrote the client."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `identity`: the customer. `name`: of the event. `said`: traits or properties.

    `at`: when it happened, by our clock; None: its time cannot be read. `id`: the client's own. `raw`: as it came.
    """

    type: Type
    identity: str | None
    name: str
    said: Mapping[str, Any]
    at: int | None
    id: str | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Body:
    """What a request says. `passed_over`: messages that say nothing of customers."""

    messages: Sequence[Message]
    passed_over: int = 0


def read_one(document: object, kind: Type, received: int, time: Reader) -> Body:
    """The body of `/v1/track` or `/v1/identify`. MalformedError when it is none."""
    if not isinstance(document, dict):
        raise MalformedError("the body must be an object")
    message = _message(document | {"type": kind}, received, time, document.get("sentAt"))
    if message is None:
        raise MalformedError("`event` must name the event" if kind == "track" else "there is no user")
    if message.identity is None and not document.get("anonymousId"):
        raise MalformedError("`userId` or `anonymousId` must say whom it is about")
    return Body([message])


def read_batch(document: object, received: int, time: Reader) -> Body:
    """The body of `/v1/batch`. MalformedError when it is none; of its elements those that are none are passed over."""
    if not isinstance(document, dict) or not isinstance(document.get("batch"), list):
        raise MalformedError("the body must be an object with a list `batch`")
    elements: list[object] = document["batch"]
    if len(elements) > MOST:
        raise MalformedError(f"at most {MOST} messages in a batch")
    found = list(_messages(elements, received, time, document.get("sentAt")))
    return Body(found, len(elements) - len(found))


def again(raw: Mapping[str, Any], at: int | None) -> Message | None:
    """A message that was kept as it came; `at`: when it happened."""
    found = _message(raw, 0, lambda _: None, None)
    return None if found is None else replace(found, at=at)


def _messages(elements: Sequence[object], received: int, time: Reader, sent: object) -> Iterator[Message]:
    for element in elements:
        if isinstance(element, dict):
            message = _message(element, received, time, element.get("sentAt", sent))
            if message is not None:
                yield message


def _message(element: Mapping[str, Any], received: int, time: Reader, sent: object) -> Message | None:
    """None when it is of no type that says something here."""
    kind, name = element.get("type"), element.get("event")
    if kind == "track":
        said = element.get("properties")
    elif kind == "identify":
        said, name = element.get("traits"), ""
    else:
        return None
    if not isinstance(name, str) or (kind == "track" and not name.strip()):
        return None
    return Message(
        kind,
        _text(element.get("userId")),
        name.strip(),
        said if isinstance(said, dict) else {},
        _happened(element, received, time, sent),
        _text(element.get("messageId")),
        element,
    )


def _happened(element: Mapping[str, Any], received: int, time: Reader, sent: object) -> int | None:
    """When it happened: as long before it came as it was before it was sent, whatever the client's clock shows.

    Never after it came. None when its time cannot be read.
    """
    original = element.get("originalTimestamp", element.get("timestamp"))
    if original is None:
        return received
    at = _instant(original, time)
    if at is None:
        return None
    sent_at = None if sent is None else _instant(sent, time)
    return min(at if sent_at is None else received - (sent_at - at), received)


def _instant(written: object, time: Reader) -> int | None:
    try:
        at = time(written)
    except BadValueError:
        return None
    return at if isinstance(at, int) else None


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None
