"""String literals: where one ends, what it says, and what is wrong with it. Knows no other tokens."""

import re
from dataclasses import dataclass

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from dsl.syntax.flaws import syntax
from dsl.wording import say

OPENERS = ('"""', "“““", "”””", '"', "“", "”")
"""What a string begins with; the longer ones first. What `"` opens only `"` closes."""

_ASCII_REST = re.compile(r'(?:[^"\\\n]|\\[^\n])*+')
_WIDE_REST = re.compile(r'(?:[^"“”\\\n]|\\[^\n])*+')
_ASCII_BLOCK_END = re.compile(r'\\.|"""', re.DOTALL)
_WIDE_BLOCK_END = re.compile(r'\\.|["“”]{3}', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {'"': '"', "\\": "\\", "n": "\n"}
_LEADING = re.compile(r"[ \t]*")
_GOES_ON = re.compile(r'([^"“”\n]+(?:\n[^"“”\n{}:=]*){1,6}[^"“”\s{}:=,(])"[^\S\n]*(?=[,}#\n]|\Z)')
_OPENS_ANOTHER = re.compile(
    r'[^\S\n]*[^\W\d]\w*[^\S\n]*[:：][^\S\n]*(?:subject[^\S\n]*"[^"\n]*"[^\S\n]*)?(?:"""|[“”]{3})\s*'
)
_CODE_LINE = re.compile(r'\n[^\S\n]*(?:[}｝]|[^\W\d]\w*[^\S\n]*[:：][^\S\n]*["“”]{3})')


@dataclass(frozen=True, slots=True)
class Literal:
    """A string read from a source; `end` is the offset after it."""

    value: str
    block: bool
    end: int
    problems: tuple[Diagnostic, ...] = ()


def read_string(source: Source, start: int) -> Literal:
    """The string whose opening quote stands at `start`, closed or not."""
    text = source.text
    opener = next(quote for quote in OPENERS if text.startswith(quote, start))
    if len(opener) == 3:
        return _read_block(source, start, ascii_only=opener == '"""')
    return _read_line(source, start, ascii_only=opener == '"')


def _read_line(source: Source, start: int, *, ascii_only: bool) -> Literal:
    text = source.text
    rest = _ASCII_REST if ascii_only else _WIDE_REST
    found = rest.match(text, start + 1)
    stop = start + 1 if found is None else found.end()
    if stop < len(text) and text[stop] != "\n" and text[stop] != "\\":
        problems = _bad_escapes(source, start + 1, stop)
        return Literal(_unescaped(text[start + 1 : stop]), block=False, end=stop + 1, problems=problems)
    return _unclosed_line(source, start)


def _over_lines(source: Source, start: int) -> Literal | None:
    """A text that was meant to go on: one of the next lines has its closing quote, right behind what it says."""
    text = source.text
    found = _GOES_ON.match(text, start + 1)
    if found is None:
        return None
    problem = syntax(
        Span(source, start, text.find("\n", start)),
        say("This text goes on in the next line."),
        say('Text over several lines stands between `"""` and `"""`; or write it on one line.'),
    )
    return Literal(_unescaped(found[1]), block=False, end=found.end(), problems=(problem,))


def _unclosed_line(source: Source, start: int) -> Literal:
    """To a quote of the other kind, else to the end of the line, without a brace that opens a block there."""
    text = source.text
    over_lines = _over_lines(source, start)
    if over_lines is not None:
        return over_lines
    line_end = text.find("\n", start)
    line = text[start + 1 : line_end if line_end >= 0 else len(text)]
    wide = next((place for place, character in enumerate(line) if character in "“”"), None)
    if wide is not None:
        message = say('This text begins with `"` and is not closed by `"`.')
        hint = say('Text that begins with `"` ends with `"`; `”` does not close it.')
        value, end = line[:wide], start + 1 + wide + 1
    else:
        value = line.rstrip()
        value = value.removesuffix("{").removesuffix("｛").rstrip() if value.endswith(("{", "｛")) else value
        message = say("This text has no closing quote.")
        hint = say(
            'Close it with `"` on the same line; text over several lines stands between `"""` and `"""`.'
        )
        end = start + 1 + len(value)
    problem = syntax(Span(source, start, end), message, hint)
    return Literal(_unescaped(value), block=False, end=end, problems=(problem,))


def _read_block(source: Source, start: int, *, ascii_only: bool) -> Literal:
    text = source.text
    ends = _ASCII_BLOCK_END if ascii_only else _WIDE_BLOCK_END
    closing = next((found for found in ends.finditer(text, start + 3) if found[0][0] != "\\"), None)
    if closing is None or _opens_another(text, start, closing):
        return _unclosed_block(source, start)
    problems = _bad_escapes(source, start + 3, closing.start())
    value = _unescaped(_dedented(text[start + 3 : closing.start()]))
    return Literal(value, block=True, end=closing.end(), problems=problems)


def _opens_another(text: str, start: int, closing: re.Match[str]) -> bool:
    """Whether what seems to close a block rather opens the next one: `wecom: \"\"\"` at the end of its line."""
    line_start = text.rfind("\n", start, closing.start()) + 1
    if not line_start:
        return False
    line_end = text.find("\n", closing.end())
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    return _OPENS_ANOTHER.fullmatch(line) is not None


def _unclosed_block(source: Source, start: int) -> Literal:
    """To the first line that looks like rules again, else to the end of the file."""
    text = source.text
    code = _CODE_LINE.search(text, start + 3)
    end = len(text) if code is None else code.start()
    problem = syntax(
        Span(source, start, start + 3),
        say('This text is opened by `"""` and never closed.'),
        say('Write `"""` on a line of its own after the last line of the text.'),
    )
    return Literal(_unescaped(_dedented(text[start + 3 : end])), block=True, end=end, problems=(problem,))


def _dedented(raw: str) -> str:
    """Without the first and last line when blank, and without the indentation that all lines share."""
    first, *lines = raw.replace("\r\n", "\n").split("\n")
    if not lines:
        return first
    if not lines[-1].strip(" \t"):
        lines.pop()
    full = [line for line in lines if line.strip(" \t")]
    shared = min((len(_leading(line)) for line in full), default=0)
    lines = [line[shared:] if line.strip(" \t") else "" for line in lines]
    return "\n".join(lines if not first.strip(" \t") else [first, *lines])


def _leading(line: str) -> str:
    found = _LEADING.match(line)
    return "" if found is None else found[0]


def _unescaped(raw: str) -> str:
    if "\\" not in raw:
        return raw
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[0]), raw)


def _bad_escapes(source: Source, start: int, end: int) -> tuple[Diagnostic, ...]:
    if source.text.find("\\", start, end) < 0:
        return ()
    return tuple(
        syntax(
            Span(source, found.start(), found.end()),
            say("`{escape}` means nothing in a text.", escape=found[0]),
            say(r"Only `\"`, `\\` and `\n` do; a backslash itself is written `\\`."),
        )
        for found in _ESCAPE.finditer(source.text, start, end)
        if found[1] not in _ESCAPED
    )
