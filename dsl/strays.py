"""Characters that the language does not have: what to write instead. Knows no grammar."""

from collections.abc import Mapping
from unicodedata import category, normalize

from dsl.diagnostics import Diagnostic
from dsl.flaws import syntax
from dsl.source import Span
from dsl.wording import Phrase, say

JUNK = "junk"
"""The kind of a token that stands nowhere in the grammar and has been reported already."""

TWINS: Mapping[str, str] = {
    "（": "(", "）": ")", "｛": "{", "｝": "}", "，": ",", "：": ":",
    "＝": "=", "＞": ">", "＜": "<", "！": "!", "％": "%", "；": ";",
}  # fmt: skip
"""Full-width punctuation that means its half-width twin."""

_TAKEN_AS: Mapping[str, tuple[str, str]] = {
    ";": ("\n", "A statement ends with its line; what stands on one line inside `{ }` is separated by `,`."),
    "。": ("\n", "A statement ends with its line, without a full stop."),
    "、": (",", "Write `,` between the items of a list."),
    "==": ("=", "Write `=`."),
    "<>": ("!=", "Write `!=`."),
    "≠": ("!=", "Write `!=`."),
    "≤": ("<=", "Write `<=`."),
    "≥": (">=", "Write `>=`."),
    "=>": ("->", "Write `->`; at least is `>=`."),
    "=<": ("<=", "Write `<=`."),
    "→": ("->", "Write `->`."),
    "&&": ("and", "Write `and`."),
    "&": ("and", "Write `and`."),
    "||": ("or", "Write `or`."),
    "|": ("or", "Write `or`."),
    "!": ("not", "Write `not`; unequal is `!=`."),
    "×": ("*", "Write `*`."),
    "÷": ("/", "Write `/`."),
    "–": ("-", "Write `-`."),
    "—": ("-", "Write `-`."),
}
"""What is meant by it, and the hint."""

_HINTS: Mapping[str, str] = {
    "[": "Only `( )` and `{ }` are used as brackets.",
    "]": "Only `( )` and `{ }` are used as brackets.",
    "%": "A percentage is a number followed by `%`, such as `30%`.",
    "'": 'Text stands between double quotes: `"…"`.',
    "‘": 'Text stands between double quotes: `"…"`.',
    "’": 'Text stands between double quotes: `"…"`.',
    "`": "A name in backticks is closed by a backtick on the same line.",
    "?": "Conditions are written without a question mark.",
    "？": "Conditions are written without a question mark.",
    "$": "Names are written without `$`.",
    "@": "Comments begin with `#`.",
    "\\": "Text stands between double quotes; a line goes on after a comma or an operator.",
}


def replacement(text: str) -> str | None:
    """What a stray character is taken to mean, None when nothing."""
    text = _half(text)
    taken = _TAKEN_AS.get(text)
    if taken is not None:
        return taken[0]
    return text if text in "+-*/." else None


def stray(span: Span) -> Diagnostic:
    """The diagnostic about characters that mean nothing in the language."""
    text = span.text
    if category(text[0]) in ("Cf", "Cc", "Co", "Cn", "Cs"):
        message = say("There is an invisible character here, {code}.", code=f"U+{ord(text[0]):04X}")
        return syntax(span, message, say("Delete it."))
    return syntax(span, say("`{text}` means nothing here.", text=text), _hint(text))


def _hint(text: str) -> Phrase | str:
    half = _half(text)
    if half in _TAKEN_AS:
        return say(_TAKEN_AS[half][1])
    if half in _HINTS or text in _HINTS:
        return say(_HINTS.get(half) or _HINTS[text])
    if half != text and half.isascii():
        return say("Write `{half}`, half-width.", half=half)
    return say("Delete it, or put it into a text between quotes.")


def _half(text: str) -> str:
    return "".join(TWINS.get(character) or _narrow(character) for character in text)


def _narrow(character: str) -> str:
    """`＋` as `+`; only characters of the full-width block fold."""
    return normalize("NFKC", character) if "\uff01" <= character <= "\uff5e" else character
