"""Places inside string literals: from what a string says back to the rule file."""

import re
from collections.abc import Iterator

from dsl.source import Source, Span
from dsl.tree.expressions import Text

_QUOTES = 3  # characters of the quotes around a text over lines
_ESCAPED = {'"': '"', "\\": "\\", "n": "\n"}

_Written = list[tuple[str, int]]
"""Characters of a value, each with the offset in the source at which it is written."""


def range_in_text(text: Text, start: int, end: int) -> Span:
    """The characters from `start` to `end` of a string's value; the whole string when it cannot be said."""
    written = _written(text)
    if written is None or not 0 <= start < end <= len(written):
        return text.span
    source, last = text.span.source, written[end - 1][1]
    is_escape = source.text[last] == "\\" and source.text[last + 1] in _ESCAPED
    return Span(source, written[start][1], last + 1 + is_escape)


def place_in_text(text: Text, line: int, word: str) -> Span:
    """Where `word` stands in a line (from 1) of a string's value, else that line; the whole string at worst."""
    lines = text.value.split("\n")
    if not 1 <= line <= len(lines):
        return text.span
    start = sum(len(earlier) + 1 for earlier in lines[: line - 1])
    first, last = _find(lines[line - 1], word) or _inside(lines[line - 1])
    return range_in_text(text, start + first, start + last)


def place_in_source(source: Source, line: int, word: str) -> Span:
    """Where `word` stands in a line (from 1) of a file of its own; the whole line when it is not there."""
    content = source.line(line)
    start = sum(len(earlier) + 1 for earlier in source.text.split("\n")[: line - 1])
    first, last = _find(content, word) or _inside(content)
    return Span(source, start + first, start + last)


def _inside(content: str) -> tuple[int, int]:
    """Start and end of a line without the blanks around what it says."""
    lead = len(content) - len(content.lstrip())
    return lead, max(lead, len(content.rstrip()))


# ---- from a value to what was written


def _written(text: Text) -> _Written | None:
    """The value as it was written; None for a string that no file holds."""
    quotes = _QUOTES if text.block else 1
    raw = text.span.text[quotes:-quotes]
    pairs = [(character, text.span.start + quotes + at) for at, character in enumerate(raw)]
    if text.block:
        pairs = _dedented(pairs)
    found = list(_unescaped(pairs))
    return found if "".join(character for character, _ in found) == text.value else None


def _dedented(pairs: _Written) -> _Written:
    """Without the first and last line when blank, and without the indentation that all lines share."""
    lines = _lines(pairs)
    if len(lines) == 1:
        return lines[0]
    first, *rest = lines
    if _is_blank(rest[-1]):
        rest.pop()
    shared = min((_indent(line) for line in rest if not _is_blank(line)), default=0)
    rest = [line if _is_blank(line) else line[shared:] for line in rest]
    kept = rest if _is_blank(first) else [first, *rest]
    return [
        pair
        for number, line in enumerate(kept)
        for pair in (_content(line) if number == len(kept) - 1 else [*_content(line), line[-1]])
    ]


def _lines(pairs: _Written) -> list[_Written]:
    """The lines, each with its line end."""
    lines: list[_Written] = [[]]
    for place, pair in enumerate(pairs):
        if pair[0] == "\r" and place + 1 < len(pairs) and pairs[place + 1][0] == "\n":
            continue
        lines[-1].append(pair)
        if pair[0] == "\n":
            lines.append([])
    return lines


def _content(line: _Written) -> _Written:
    """A line without its line end; nothing of a blank one."""
    if _is_blank(line):
        return []
    return line[:-1] if line[-1][0] == "\n" else line


def _is_blank(line: _Written) -> bool:
    return all(character in " \t\n" for character, _ in line)


def _indent(line: _Written) -> int:
    return next(at for at, (character, _) in enumerate(line) if character not in " \t")


def _unescaped(pairs: _Written) -> Iterator[tuple[str, int]]:
    waiting = iter(pairs)
    for character, at in waiting:
        following = next(waiting, None) if character == "\\" else None
        if following is None:
            yield character, at
        elif following[0] in _ESCAPED:
            yield _ESCAPED[following[0]], at
        else:
            yield from ((character, at), following)


# ---- a word in a line


def _find(content: str, word: str) -> tuple[int, int] | None:
    """Start and end of a word in a line, best inside braces."""
    if not word:
        return None
    alone = rf"(?<![\w.]){re.escape(word)}(?![\w.])"
    places = [*re.finditer(alone, content), *re.finditer(re.escape(word), content)]
    inside = [place for place in places if _in_braces(content[: place.start()])]
    best = next(iter(inside or places), None)
    return None if best is None else (best.start(), best.end())


def _in_braces(before: str) -> bool:
    return max(before.rfind("{{"), before.rfind("{%")) > max(before.rfind("}}"), before.rfind("%}"))
