"""Reading the settings of a channel's table, with errors that name the channel and the nearest known key."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsl.near import nearest
from engine.channels.protocol import ChannelSettingsError


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
                near = nearest(key, known)
                hint = f"did you mean `{near}`?" if near else f"known here: {', '.join(known) or 'none'}"
                raise self.error(f"a {self.kind} channel has no `{key}`", hint)

    def text(self, key: str, default: str) -> str:
        """A text that is not empty."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"`{key}` is {value!r}, not a text", 'write it between `"`')
        return value

    def choice(self, key: str, *words: str) -> str:
        """One of some words; the first when it is not written."""
        value = self.values.get(key, words[0])
        if value not in words:
            raise self.error(f"`{key}` is {value!r}", f"write one of {', '.join(words)}")
        return str(value)

    def path(self, key: str, default: str) -> Path:
        """A path; relative ones lie in the project's folder."""
        return self.folder / self.text(key, default)

    def error(self, message: str, hint: str = "") -> ChannelSettingsError:
        """A ChannelSettingsError about this table."""
        return ChannelSettingsError(f"[channels.{self.name}]: {message}", hint)
