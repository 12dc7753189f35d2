"""Reading the settings of a channel's table, with errors that name the channel and the nearest known key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dsl.wording import Hint, Phrase
from engine.channels.protocol import ChannelSettingsError
from engine.wording import all_of, near_or, say


@dataclass(frozen=True, slots=True)
class Settings:
    """The table of one channel, or a table inside it, such as `within` `query.`.

    `folder`: what relative paths are relative to. `place`: the table's name, when it is none of `channels`.
    """

    name: str
    kind: str
    values: Mapping[str, Any]
    folder: Path
    within: str = ""
    place: str | None = None

    def only(self, *known: str) -> None:
        """Refuse keys that this kind does not have."""
        for key in self.values:
            if key not in known:
                hint = near_or(key, known, say("known here: {names}", names=all_of(known)))
                full = f"{self.within}{key}"
                raise self.error(say("a {kind} channel has no `{key}`", kind=self.kind, key=full), hint)

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

    def number(self, key: str, default: float, least: float, most: float) -> float:
        """A number between two others."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.wrong(
                key, value, say("write a number from {least:g} to {most:g}", least=least, most=most)
            )
        return value

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number between two others."""
        value = self.number(key, default, least, most)
        if not isinstance(value, int):
            raise self.wrong(key, value, say("write a whole number"))
        return value

    def table(self, key: str) -> "Settings":
        """A table inside this one, as settings of its own; empty when it is not written."""
        value = self.values.get(key, {})
        if not isinstance(value, Mapping):
            raise self.wrong(key, value, say("write a table, { … }"))
        return replace(self, values=value, within=f"{self.within}{key}.")

    def list(self, key: str) -> Sequence[Any]:
        """A list; what is no list counts as one of one."""
        value = self.values.get(key, [])
        return value if isinstance(value, list) else [value]

    def wrong(self, key: str, value: object, hint: Phrase) -> ChannelSettingsError:
        """A ChannelSettingsError about the value of a key."""
        full = f"{self.within}{key}"
        return self.error(say("`{key}` is {value!r}", key=full, value=value), hint)

    def error(
        self, message: Phrase, hint: Hint = "", kind: type[ChannelSettingsError] = ChannelSettingsError
    ) -> ChannelSettingsError:
        """A ChannelSettingsError, or one of a kind of them, about this table."""
        place = self.place or f"channels.{self.name}"
        return kind(say("[{place}]: {message}", place=place, message=message), hint)
