"""Phrases in another language, by the gettext catalogues of the packages. Knows patterns, not what they are about.

A package keeps its catalogues in its folder `locale`; they are read when something is first said in their language.
"""

import re
from functools import cache
from gettext import NullTranslations, translation
from importlib import import_module
from pathlib import Path
from typing import Literal

from dsl.wording import Pattern, Phrase, Series

Language = Literal["en", "zh"]

_EDGE = "\0"
"""Stands around values that are words of ours, until the sentence is whole: names and data keep their spaces."""

_WIDE = "[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_LOOSE = re.compile(f"(?<={_WIDE})(?:{_EDGE} {_EDGE}?| {_EDGE})(?={_WIDE})")


def in_language(text: str, language: Language) -> str:
    """The text in that language as far as its pattern is known there; plain strings stay as they are."""
    if language == "en" or not text or not isinstance(text, Phrase):
        return text
    values = {name: _value(value, language) for name, value in text.values.items()}
    pattern = _pattern(text.pattern, values, language)
    return _close_up(pattern.format(**values)) if values else pattern


def _value(value: object, language: Language) -> object:
    if isinstance(value, Series):
        parts = (in_language(part, language) for part in value.parts)
        return f"{_EDGE}{in_language(value.between, language).join(parts)}{_EDGE}"
    if isinstance(value, Phrase):
        return f"{_EDGE}{in_language(value, language)}{_EDGE}"
    return value


def _close_up(text: str) -> str:
    """Without the spaces that set off values, where such a value is Chinese words among Chinese words."""
    return _LOOSE.sub("", text).replace(_EDGE, "")


def _pattern(pattern: Pattern, values: dict[str, object], language: Language) -> str:
    catalogue = _catalogue(pattern.package, language)
    if pattern.many:
        return catalogue.ngettext(pattern.text, pattern.many, 1 if values["n"] == 1 else 2)
    if pattern.sense:
        return catalogue.pgettext(pattern.sense, pattern.text)
    return catalogue.gettext(pattern.text)


@cache
def _catalogue(package: str, language: Language) -> NullTranslations:
    folder = Path(str(import_module(package).__file__)).with_name("locale")
    return translation(package, folder, [language], fallback=True)
