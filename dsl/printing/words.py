"""The smallest things that the printer writes: names, strings, numbers, durations, windows, targets."""

import re
from decimal import Decimal

from dsl.printing.layout import Doc, Fragment, Raw, doc, has_source
from dsl.tree.expressions import Name, Text
from dsl.units import Clock, Duration, Window

_QUOTES = re.compile(r'"(?="")')
"""A quote that could be read as one of the closing three."""
_BACKSLASHED = r"\\\g<0>"
_LAST_QUOTES = re.compile(r'"(?="?$)')
"""The same, just before the closing three."""


_JOINING = frozenset({"and", "or", "not"})
"""Words that hold lines together: a name like that is marked wherever it stands."""

CONSTANTS = frozenset({"now", "today", "true", "false"})
"""Words that are values themselves, where a value stands."""

AFTER_VALUES = frozenset(
    {
        "after",
        "at",
        "before",
        "between",
        "contains",
        "ever",
        "for",
        "in",
        "is",
        "since",
        "starts",
        "where",
        "within",
    }
)
"""Words that tell that the one before them is a name: `no where` means something called `no`."""


def spelled(name: Name, keywords: frozenset[str] = frozenset()) -> str:
    """A name as it is written where `keywords` would be taken for words of the language."""
    return f"`{name.text}`" if name.text in keywords or name.text in _JOINING else name.text


def dotted(parts: tuple[Name, ...], keywords: frozenset[str] = frozenset()) -> str:
    """`a.b`; only the first can be taken for a keyword."""
    return ".".join([spelled(parts[0], keywords), *(spelled(part) for part in parts[1:])])


def decimal(value: Decimal) -> str:
    """Digits without an exponent."""
    return f"{value:f}"


def quoted(text: str) -> str:
    """A string on one line."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def title(text: str | None) -> str:
    """The title after a name, with the space before it."""
    return "" if text is None else f" {quoted(text)}"


def span_of(window: Window) -> str:
    """`friday, saturday 13:00 to 18:00`."""
    days = f"{', '.join(window.days)} " if window.days else ""
    return f"{days}{window.start} to {window.end}"


@doc.register
def _(node: Name) -> Doc:
    return (spelled(node),)


@doc.register
def _(node: Text) -> Doc:
    return (string(node),)


def string(node: Text) -> Fragment:
    """A string as it was written: in one line, or over lines when its text can stand so."""
    if not node.block or "\r" in node.value:
        return quoted(node.value)
    if has_source(node) and "\n" not in node.span.text and "\n" not in node.value:
        return f'"""{_LAST_QUOTES.sub(_BACKSLASHED, _escaped(node.value))}"""'
    lines = node.value.split("\n")
    if not _keeps_indentation(lines):
        return quoted(node.value)
    return Raw(tuple(map(_escaped, lines)), quoted(node.value))


def _keeps_indentation(lines: list[str]) -> bool:
    """Whether these lines, indented, are read as they are: what all share is taken for indentation."""
    full = [line for line in lines if line]
    blank = any(not line.strip(" \t") for line in full)
    return not blank and (not full or any(line[0] not in " \t" for line in full))


def _escaped(line: str) -> str:
    """A line between triple quotes, where single ones may stand."""
    return _QUOTES.sub(_BACKSLASHED, line.replace("\\", "\\\\"))


def per(period: str | Duration) -> str:
    """`month`, `30 days`."""
    return str(period)


def at_clock(clock: Clock | None) -> str:
    """` at 10:00`, or nothing."""
    return "" if clock is None else f" at {clock}"
