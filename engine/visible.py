"""Texts made fit for terminals: what would act on the terminal, or hide, becomes a visible mark.

The one sanitiser for everything that people see, and how numbers read; knows no markup and no widths.
"""

import os
import unicodedata

_MARKS = {"\n": "⏎", "\t": "⇥", "\r": "␍", "\x7f": "␡"}
_HIDING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, formats (bidi, zero width), surrogates, private and unassigned characters, other line ends."""

_JOINERS = frozenset({"\u200d", "\ufe0f"})
"""Harmless parts of emoji."""


def visible(text: str, *, lines: bool = False) -> str:
    """The text with every control and hidden character shown as a mark; `lines` keeps line ends."""
    if text.isprintable():
        return text
    return "".join(_shown(character, lines=lines) for character in text)


def file_name(path: os.PathLike[str] | str) -> str:
    """A file's name as text; what of it is no UTF-8, as in archives from other systems, becomes `�`."""
    return os.fsencode(path).decode(errors="replace")


def plain_number(value: float) -> str:
    """A number to two decimals, without those that say nothing."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _shown(character: str, *, lines: bool) -> str:
    if character.isprintable() or character in _JOINERS or (lines and character == "\n"):
        return character
    if character in _MARKS:
        return _MARKS[character]
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)  # the pictures of control characters
    return f"⟨{code:04X}⟩" if unicodedata.category(character) in _HIDING else character
