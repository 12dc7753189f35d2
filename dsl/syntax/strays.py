"""Characters that the language does not have: what to write instead. Knows no grammar."""

from collections.abc import Mapping
from unicodedata import category, normalize

from dsl.diagnostics import Diagnostic
from dsl.source import Span
from dsl.syntax.flaws import syntax
from dsl.wording import Phrase, say

JUNK = "junk"
"""The kind of a token that stands nowhere in the grammar and has been reported already."""

TWINS: Mapping[str, str] = {
    "（": "(", "）": ")", "｛": "{", "｝": "}", "，": ",", "：": ":",
    "＝": "=", "＞": ">", "＜": "<", "！": "!", "％": "%", "；": ";",
}  # fmt: skip
"""Full-width punctuation that means its half-width twin."""

_TAKEN_AS: Mapping[str, str] = {
    ";": "\n",
    "。": "\n",
    "、": ",",
    "==": "=",
    "<>": "!=",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "=>": "->",
    "=<": "<=",
    "→": "->",
    "–>": "->",
    "—>": "->",
    "——>": "->",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "×": "*",
    "÷": "/",
    "–": "-",
    "—": "-",
}
"""What is meant by it."""

_QUOTES = say('Text stands between double quotes: `"…"`.')
_BRACKETS = say("Only `( )` and `{ }` are used as brackets.")
_CURRENCY = say("Amounts are plain numbers, without a sign: `lifetime_value > 5000`.")
_QUESTIONS = say("Conditions are written without a question mark.")
_HINTS: Mapping[str, Phrase] = {
    ";": say("A statement ends with its line; what stands on one line inside `{ }` is separated by `,`."),
    "。": say("A statement ends with its line, without a full stop."),
    "、": say("Write `,` between names, `and` between conditions."),
    "=>": say("Write `->`; at least is `>=`."),
    "!": say("Write `not`; unequal is `!=`."),
    "[": _BRACKETS,
    "]": _BRACKETS,
    "%": say("A percentage is a number with `%` right behind it, such as `30%`."),
    "¥": _CURRENCY,
    "￥": _CURRENCY,
    "€": _CURRENCY,
    "'": _QUOTES,
    "‘": _QUOTES,
    "’": _QUOTES,
    "`": say("A name in backticks is closed by a backtick on the same line."),
    "?": _QUESTIONS,
    "$": say("Names are written without `$`."),
    "@": say("Comments begin with `#`."),
    "\\": say("A line goes on after a comma or an operator, without a backslash."),
}


def replacement(text: str) -> str | None:
    """What a stray character is taken to mean, None when nothing."""
    text = _half(text)
    return _TAKEN_AS.get(text) or (text if text in ("+", "-", "*", "/", ".", "->") else None)


def stray(span: Span) -> Diagnostic:
    """The diagnostic about characters that mean nothing in the language."""
    text = span.text
    if category(text[0]) in ("Cf", "Cc", "Co", "Cn", "Cs"):
        message = say("There is an invisible character here, {code}.", code=f"U+{ord(text[0]):04X}")
        return syntax(span, message, say("Delete it."))
    return syntax(span, say("`{text}` means nothing here.", text=text), _hint(text))


def _hint(text: str) -> Phrase:
    half = _half(text)
    if half in _HINTS:
        return _HINTS[half]
    if half in _TAKEN_AS:
        return say("Write `{instead}`.", instead=_TAKEN_AS[half])
    if half != text and half.isascii():
        return say("Write `{half}`, half-width.", half=half)
    return say("Delete it, or put it into a text between quotes.")


def _half(text: str) -> str:
    return "".join(TWINS.get(character) or _narrow(character) for character in text)


def _narrow(character: str) -> str:
    """`＋` as `+`; only characters of the full-width block fold."""
    return normalize("NFKC", character) if "\uff01" <= character <= "\uff5e" else character
