"""The body of a request: JSON, a form, or any text. From the table to a function from rows to bytes."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import orjson

from engine.channels.http.paths import steps_of
from engine.channels.http.targets import plain_text
from engine.channels.settings import Settings
from engine.channels.templates import Row, Templates
from engine.wording import say

_JSON, _FORM, _TEXT = (
    "application/json; charset=utf-8",
    "application/x-www-form-urlencoded",
    "text/plain; charset=utf-8",
)
_PLACES = re.compile(r"\$(?:\.[^\W\d][\w-]*)*")

Write = Callable[[Sequence[Row], Row], bytes]
"""A body from the rows of its messages and the row of the whole call."""

Value = Callable[[Row], Any]


class Body(NamedTuple):
    """How a body is written, and its type; no type: there is none."""

    write: Write
    content_type: str | None


def read_body(settings: Settings, templates: Templates) -> Body:
    """The body that the table says: `json`, `form`, or `body` with `content_type`; at most one of them."""
    kinds = [key for key in ("json", "form", "body") if key in settings.values]
    if len(kinds) > 1:
        raise settings.error(
            say("`{one}` and `{other}` exclude each other", one=kinds[0], other=kinds[1]),
            say("write one of them"),
        )
    kind = kinds[0] if kinds else ""
    if kind == "json":
        value = json_value(settings, "json", templates)
        return Body(lambda rows, _: orjson.dumps(value(rows[0])), _JSON)
    if kind == "form":
        return Body(_form(settings.table("form"), templates), _FORM)
    if kind == "body":
        fill = templates.compiled(f"{settings.within}body", settings.text("body", "")).fill
        content_type = settings.text("content_type", _TEXT)
        return Body(lambda rows, _: fill(rows[0]).encode(), content_type)
    return Body(lambda _rows, _row: b"", None)


def read_batch(settings: Settings, each: Templates, whole: Templates) -> Body:
    """The body of many messages at once: `json` for each, in the list that `list` names, within `json_batch`."""
    if "json" not in settings.values:
        raise settings.error(
            say("`batch` needs `json`"),
            say("`json` stands for one message, and `list` names the list of them"),
        )
    element = json_value(settings, "json", each)
    place = settings.text("list", "$")
    names = steps_of(place) if _PLACES.fullmatch(place) else None
    if names is None:
        raise settings.wrong("list", place, say('write a path of names, such as "$.messages"'))
    around = json_value(settings, "json_batch", whole) if "json_batch" in settings.values else _empty
    return Body(
        lambda rows, row: orjson.dumps(_placed(around(row), names, [element(one) for one in rows])), _JSON
    )


def json_value(settings: Settings, key: str, templates: Templates) -> Value:
    """A value as it will be written as JSON: every text in it is a template, everything else as it stands."""
    return _value(settings, f"{settings.within}{key}", settings.values[key], templates)


def _value(settings: Settings, key: str, value: object, templates: Templates) -> Value:
    if isinstance(value, str):
        return templates.compiled(key, value).fill
    if isinstance(value, dict):
        items = [(name, _value(settings, f"{key}.{name}", one, templates)) for name, one in value.items()]
        return lambda row: {name: make(row) for name, make in items}
    if isinstance(value, list):
        makes = [_value(settings, key, one, templates) for one in value]
        return lambda row: [make(row) for make in makes]
    if isinstance(value, bool | int | float):
        return lambda _: value
    raise settings.wrong(key, value, say("JSON has texts, numbers, true, false, lists and tables"))


def _form(fields: Settings, templates: Templates) -> Write:
    pairs = [
        (f"{quote_plus(name)}=", templates.compiled(f"{fields.within}{name}", plain_text(fields, name)).fill)
        for name in fields.values
    ]
    return lambda rows, _: "&".join([start + quote_plus(fill(rows[0])) for start, fill in pairs]).encode()


def _empty(_: Row) -> Any:
    return {}


def _placed(document: Any, names: Sequence[Any], elements: list[Any]) -> Any:
    """The document with the elements at that place; tables on the way are made."""
    if not names:
        return elements
    place = document
    for name in names[:-1]:
        place = place.setdefault(name, {})
    place[names[-1]] = elements
    return document
