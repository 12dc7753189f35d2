"""Reading a TOML file's tables: values of the expected kind, or an error that names file and line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dsl.units import UNITS, Duration
from dsl.wording import Phrase
from engine.config_places import line_of
from engine.errors import ConfigError
from engine.wording import all_of, near_or, say


def parse_duration(text: str) -> Duration | None:
    """`3 days` as a duration; None when it is none."""
    found = re.fullmatch(r"\s*(\d{1,9})\s+(minute|hour|day|week|month|year)s?\s*", text)
    if found is None:
        return None
    return Duration(int(found[1]), next(unit for unit in UNITS if unit == found[2]))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was written, and the name that errors call it."""

    text: str
    name: str

    def line(self, path: tuple[str, ...]) -> int:
        """The line of a key."""
        return line_of(self.text, path)

    def seconds(self, path: tuple[str, ...], value: object, least: int) -> int:
        """A whole number of seconds."""
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.error(
                path,
                say("`{key}` is {value!r}", key=path[-1], value=value),
                say("write seconds, {least} or more", least=least),
            )
        return value

    def texts(self, path: tuple[str, ...], texts: object, example: str) -> tuple[str, ...]:
        """A list of texts."""
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise self.error(
                path,
                say("`{key}` is no list of texts", key=path[-1]),
                say("write {example}", example=example),
            )
        return tuple(texts)

    def duration(self, path: tuple[str, ...], text: str) -> Duration:
        """A duration, as `parse_duration` reads it."""
        duration = parse_duration(text)
        if duration is None:
            raise self.error(
                path, say("{text!r} is no duration", text=text), say('write one such as "3 days"')
            )
        return duration

    def word(self, path: tuple[str, ...], value: object) -> str:
        """A text."""
        if not isinstance(value, str):
            raise self.error(path, say("`{key}` must be a text", key=path[-1]), say('write it between `"`'))
        return value

    def table(self, written: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """A table, empty where it is not written."""
        table = written.get(key, {})
        if not isinstance(table, dict):
            raise self.error((key,), say("`{key}` is no table", key=key), say("write [{key}]", key=key))
        return table

    def only(self, path: tuple[str, ...], table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        """Refuse keys that nobody knows."""
        for key in table:
            if key not in known:
                hint = near_or(key, known, say("known here: {names}", names=all_of(known)))
                raise self.error((*path, key), say("unknown key `{key}`", key=key), hint)

    def error(self, path: tuple[str, ...], message: Phrase, hint: Phrase) -> ConfigError:
        """What is wrong at a place."""
        return ConfigError(
            say("{name}:{line}: {message}", name=self.name, line=self.line(path), message=message),
            hint,
        )
