"""Sentences of diagnostics in another language. Knows the sentences' patterns, not what they are about."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from dsl.wording import Phrase

Language = Literal["en", "zh"]


def in_language(text: str, language: Language) -> str:
    """The text in that language, as far as its pattern is known there; else as it is."""
    if language == "en" or not isinstance(text, Phrase):
        return text
    pattern = patterns(language).get(text.pattern)
    if pattern is None:
        return text
    if not text.values:
        return pattern
    return pattern.format(**{name: _value(value, language) for name, value in text.values.items()})


@cache
def patterns(language: Language) -> Mapping[str, str]:
    """Patterns in that language by their English form."""
    if language == "en":
        return {}
    found = tomllib.loads(files("dsl").joinpath(f"messages.{language}.toml").read_text(encoding="utf-8"))
    return {english: str(pattern) for english, pattern in found.items()}


def _value(value: object, language: Language) -> object:
    return in_language(value, language) if isinstance(value, str) else value
