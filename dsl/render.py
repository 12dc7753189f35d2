"""Diagnostics for people and for programs: text with the source line and a caret under it, or plain values.

What stands in rule files is shown, never obeyed: control characters, escapes and marks that turn the direction of
writing appear as visible signs.
"""

from collections.abc import Iterable, Mapping
from unicodedata import category, combining, east_asian_width

from dsl.diagnostics import Diagnostic
from dsl.slugs import Severity
from dsl.source import Span
from dsl.translation import Language, in_language
from dsl.wording import Phrase, say

_TAB = 4  # columns from one tab stop to the next
_WIDEST = 160  # columns of a source line that are shown
_BEFORE = 60  # columns shown before the place in a longer one
_INDENT = "    "
_SEVERITIES: Mapping[Severity, Phrase] = {
    "error": say("error"),
    "warning": say("warning"),
    "info": say("info"),
}


def render(diagnostics: Iterable[Diagnostic], language: Language = "en") -> str:
    """One paragraph for each, ending in a line end; nothing for none."""
    return "".join(_paragraph(item, language) for item in diagnostics)


def as_json(diagnostics: Iterable[Diagnostic]) -> list[dict[str, object]]:
    """The `diagnostics` of `homing check --json`: lines and columns from 1, the end without the last character.

    In English whoever asks: a program that looks for words finds the same ones everywhere.
    """
    return [_record(item) for item in diagnostics]


def visible(text: str) -> str:
    """Text that a terminal shows as it is: what would steer it is replaced by a sign."""
    return text if text.isprintable() else "".join(map(_sign, text)).replace("\t", "␉")


def _record(item: Diagnostic) -> dict[str, object]:
    source = item.span.source
    line, column = source.place(item.span.start)
    end_line, end_column = source.place(item.span.end)
    return {
        "slug": item.slug,
        "severity": item.severity,
        "file": source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "message": str(item.message),
        "hint": str(item.hint),
    }


def _paragraph(item: Diagnostic, language: Language) -> str:
    place = _place(item.span)
    severity = in_language(_SEVERITIES[item.severity], language)
    message = in_language(item.message, language)
    lines = [f"{place}{': ' if place else ''}{severity}[{item.slug}]: {visible(message)}"]
    lines += _pointed(item.span)
    after = [say("hint: {hint}", hint=item.hint)] if item.hint else []
    after += [say("also: {place}", place=_place(span)) for span in item.also]
    lines += [_INDENT + visible(in_language(line, language)) for line in after]
    return "\n".join(lines) + "\n"


def _place(span: Span) -> str:
    """`file:line:column`; the file alone when nothing of it could be read."""
    name = visible(span.source.name)
    if not span.source.text:
        return name
    line, column = span.source.place(span.start)
    return f"{name}:{line}:{column}"


def _pointed(span: Span) -> list[str]:
    """The first line of the span with a caret under each of its columns."""
    if not span.source.text:
        return []
    number, column = span.source.place(span.start)
    line = span.source.line(number)
    skipped = max(column - _WIDEST, 0)
    cells = ["…"] * (skipped > 0) + _cells(line[skipped : column + _WIDEST])
    start = min(column - 1, len(line)) - skipped + (skipped > 0)
    end = min(start + max(span.end - span.start, 1), max(len(cells), start + 1))
    cells, start, end = _clipped(cells, start, end)
    before = sum(_width(cell) for cell in cells[:start])
    carets = max(sum(_width(cell) for cell in cells[start:end]), 1)
    return [f"{_INDENT}{''.join(cells)}".rstrip(), f"{_INDENT}{' ' * before}{'^' * carets}"]


def _cells(line: str) -> list[str]:
    """What is shown for each character of a line."""
    cells: list[str] = []
    column = 0
    for character in line:
        cell = " " * (_TAB - column % _TAB) if character == "\t" else _sign(character)
        cells.append(cell)
        column += _width(cell)
    return cells


def _clipped(cells: list[str], start: int, end: int) -> tuple[list[str], int, int]:
    """A long line cut to what stands around its place."""
    if sum(map(_width, cells)) <= _WIDEST:
        return cells, start, end
    first = start
    while first and sum(map(_width, cells[first:start])) < _BEFORE:
        first -= 1
    last = first
    room = _WIDEST
    while last < len(cells) and room > 0:
        room -= _width(cells[last])
        last += 1
    shown = [*(["…"] if first else []), *cells[first:last], *(["…"] if last < len(cells) else [])]
    shift = first - bool(first)
    return shown, start - shift, min(end, last) - shift


def _sign(character: str) -> str:
    if character.isprintable() or character == "\t":
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return " " if category(character) == "Zs" else f"<U+{code:04X}>"


def _width(cell: str) -> int:
    """Columns of a terminal."""
    return sum(
        0 if combining(c) or category(c) in ("Mn", "Me") else 1 + (east_asian_width(c) in "WF") for c in cell
    )
