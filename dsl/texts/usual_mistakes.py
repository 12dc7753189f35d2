"""Why a template cannot be read, where it is one of the usual reasons. Knows text, not templates."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dsl.wording import Phrase, say


class Mistake(NamedTuple):
    """What is wrong: `line` counts from 1, `text` is what to point at in it."""

    line: int
    text: str
    message: Phrase
    hint: Phrase


_CONDITION = re.compile(r"\{\{\s*(?:if|elif|else|endif|end|for|endfor)\b[^{}]*(?:\}\})?")
_OPENED = re.compile(r"\{\{(?:(?!\}\})[^{，。\n]){0,40}(?!\}\})(?=[{，。]|\}[^}]|$)")
_EMPTY = re.compile(r"\{\{\s*\}\}")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_WIDE = re.compile(r"[｜‘’“”（），：＝＞＜]")
_HALF: Mapping[str, str] = {
    **dict.fromkeys("‘’“”", "'"),
    **dict(zip("｜（），：＝＞＜", "|(),:=><", strict=True)),
}
_BLOCK = re.compile(r"\{%[-+]?\s*(if|endif)\b.*?(?:%\}|$)", re.MULTILINE)
_VALUE = say("A value is written `{{ name }}`.")


def usual_mistake(text: str) -> Mistake | None:
    """The first usual mistake of a template that cannot be read."""
    for number, line in enumerate(text.split("\n"), 1):
        for found in _in_line(line):
            return found._replace(line=number)
    return _unpaired(text)


def _in_line(line: str) -> Iterator[Mistake]:
    condition = _CONDITION.search(line)
    if condition is not None:
        message = say("A condition stands between `{% %}`, not between braces.")
        yield Mistake(0, condition[0], message, say("Write `{% if … %}…{% endif %}`."))
    empty = _EMPTY.search(line)
    if empty is not None:
        yield Mistake(0, empty[0], say("There is no name between `{{` and `}}`."), _VALUE)
    for tag in _TAG.findall(line):
        wide = _WIDE.search(tag)
        if wide is not None:
            half = _HALF[wide[0]]
            message = _wrong_quote() if half == "'" else say("`{sign}` is full-width.", sign=wide[0])
            yield Mistake(0, wide[0], message, say("Write `{half}`, half-width.", half=half))
    opened = _OPENED.search(line)
    if opened is not None:
        yield Mistake(0, opened[0], say("This `{{` is not closed by `}}`."), _VALUE)


def _wrong_quote() -> Phrase:
    return say("This quote is a Chinese one.")


def _unpaired(text: str) -> Mistake | None:
    """The last `{% if %}` without an end, or the first end without an `if`."""
    open_ones: list[Mistake] = []
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if found[1] == "if":
            message = say("This `{% if … %}` has no `{% endif %}`.")
            open_ones.append(
                Mistake(line, found[0], message, say("Write `{% endif %}` behind what depends on it."))
            )
        elif open_ones:
            open_ones.pop()
        else:
            message = say("There is no `{% if … %}` before this.")
            return Mistake(line, found[0], message, say("Write `{% if … %}…{% endif %}`."))
    return open_ones[-1] if open_ones else None
