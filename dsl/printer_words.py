"""The smallest things that the printer writes: names, strings, numbers, durations, windows, targets."""

from decimal import Decimal

from dsl.expressions import Name, Text
from dsl.printer_layout import Doc, Fragment, Raw, doc, has_source
from dsl.units import Clock, Duration, Window


def spelled(name: Name, keywords: frozenset[str] = frozenset()) -> str:
    """A name as it is written where `keywords` would be taken for words of the language."""
    return f"`{name.text}`" if name.text in keywords else name.text


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
    return f"{', '.join(window.days)} {window.start} to {window.end}"


@doc.register
def _(node: Name) -> Doc:
    return (spelled(node),)


@doc.register
def _(node: Text) -> Doc:
    return (string(node),)


def string(node: Text) -> Fragment:
    """A string as it was written: in one line, or over lines when its text can stand so."""
    if not node.block or not _can_be_block(node.value):
        return quoted(node.value)
    if has_source(node) and "\n" not in node.span.text:
        return f'"""{node.value}"""' if _can_be_inline(node.value) else quoted(node.value)
    return Raw(tuple(node.value.split("\n")), quoted(node.value))


def _can_be_block(value: str) -> bool:
    return '"""' not in value


def _can_be_inline(value: str) -> bool:
    return "\n" not in value


def per(period: str | Duration) -> str:
    """`month`, `30 days`."""
    return str(period)


def at_clock(clock: Clock | None) -> str:
    """` at 10:00`, or nothing."""
    return "" if clock is None else f" at {clock}"
