"""Places inside string literals: from a line of what a string says back to the rule file."""

import re

from dsl.source import Source, Span
from dsl.tree.expressions import Text

_QUOTES = 3  # characters of the quotes around a text over lines


def place_in_text(text: Text, line: int, word: str) -> Span:
    """Where `word` stands in a line (from 1) of a string's value; the whole string when it cannot be said."""
    lines = text.value.split("\n")
    if not 1 <= line <= len(lines):
        return text.span
    start = _line_start(text, line, lines[line - 1])
    if start is None:
        return text.span
    found = _find(lines[line - 1], word)
    if found is None:
        return _whole(text.span.source, start, lines[line - 1])
    return Span(text.span.source, start + found[0], start + found[1])


def place_in_source(source: Source, line: int, word: str) -> Span:
    """Where `word` stands in a line (from 1) of a file of its own; the whole line when it is not there."""
    content = source.line(line)
    start = sum(len(earlier) + 1 for earlier in source.text.split("\n")[: line - 1])
    found = _find(content, word)
    if found is None:
        return _whole(source, start, content)
    return Span(source, start + found[0], start + found[1])


def _whole(source: Source, start: int, content: str) -> Span:
    """A line without the blanks around what it says."""
    lead = len(content) - len(content.lstrip())
    return Span(source, start + lead, start + max(lead, len(content.rstrip())))


def _line_start(text: Text, line: int, content: str) -> int | None:
    """The offset in the source at which a line of the value begins; None when escapes changed it."""
    raw = text.span.text
    if not text.block:
        return text.span.start + 1 if raw[1:-1] == text.value else None
    body = raw[_QUOTES:-_QUOTES].split("\n")
    number = line - 1 if body[0].strip() else line
    if number >= len(body):
        return None
    written = body[number].rstrip()
    if not written.endswith(content.rstrip()):
        return None
    before = sum(len(earlier) + 1 for earlier in body[:number])
    return text.span.start + _QUOTES + before + len(written) - len(content.rstrip())


def _find(content: str, word: str) -> tuple[int, int] | None:
    """Start and end of a word in a line, best inside braces."""
    if not word:
        return None
    places = list(
        re.finditer(
            rf"(?<![\w.]){re.escape(word)}(?![\w.])" if word[0] not in ".｛" else re.escape(word), content
        )
    )
    inside = [place for place in places if _in_braces(content[: place.start()])]
    best = next(iter(inside or places), None)
    return None if best is None else (best.start(), best.end())


def _in_braces(before: str) -> bool:
    return max(before.rfind("{{"), before.rfind("{%")) > max(before.rfind("}}"), before.rfind("%}"))
