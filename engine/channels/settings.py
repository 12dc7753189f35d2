"""Reading the settings of a channel's table, with errors that name the channel and the nearest known key."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsl.wording import Hint, Phrase
from engine.channels.protocol import ChannelSettingsError
from engine.wording import all_of, near_or, say


@dataclass(frozen=True, slots=True)
class Settings:
    """The table of one channel. `folder`: what relative paths are relative to."""

    name: str
    kind: str
    values: Mapping[str, Any]
    folder: Path

    def only(self, *known: str) -> None:
        """Refuse keys that this kind does not have."""
        for key in self.values:
            if key not in known:
                hint = near_or(key, known, say("known here: {names}", names=all_of(known)))
                raise self.error(say("a {kind} channel has no `{key}`", kind=self.kind, key=key), hint)

    def text(self, key: str, default: str) -> str:
        """A text that is not empty."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self.error(
                say("`{key}` is {value!r}, not a text", key=key, value=value), say('write it between `"`')
            )
        return value

    def choice(self, key: str, *words: str) -> str:
        """One of some words; the first when it is not written."""
        value = self.values.get(key, words[0])
        if value not in words:
            raise self.error(
                say("`{key}` is {value!r}", key=key, value=value),
                say("write one of {words}", words=all_of(words)),
            )
        return str(value)

    def path(self, key: str, default: str) -> Path:
        """A path; relative ones lie in the project's folder."""
        return self.folder / self.text(key, default)

    def error(self, message: Phrase, hint: Hint = "") -> ChannelSettingsError:
        """A ChannelSettingsError about this table."""
        return ChannelSettingsError(
            say("[channels.{name}]: {message}", name=self.name, message=message), hint
        )
