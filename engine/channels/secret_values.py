"""Secrets that channels need: from the environment, the project's folder `secrets`, or what systemd hands over.

They are read once, when a channel is built, and never shown: `masked` puts dots in their place.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

import orjson

from engine.channels.protocol import MissingSecretError
from engine.channels.settings import Settings
from engine.wording import say

FOLDER = "secrets"
MASK = "••••"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CALL = re.compile(r"\{\{.*?\bsecret\(", re.DOTALL)


@dataclass(slots=True)
class Secrets:
    """The secrets of one channel, and everything that would tell them."""

    settings: Settings
    _told: set[str] = field(default_factory=set, repr=False)

    def value(self, name: str) -> str:
        """The secret of that name; MissingSecretError, naming variable and file, when there is none."""
        if not _NAME.fullmatch(name):
            raise self.settings.error(
                say("{name!r} cannot be the name of a secret", name=name),
                say("write letters, digits and `_`, such as SMS_TOKEN"),
            )
        file = self.settings.folder / FOLDER / name
        value = os.environ.get(name) or _content(file) or _credential(name)
        if not value:
            raise self.settings.error(
                say("the secret `{name}` is nowhere", name=name),
                say("set the environment variable {name}, or write it into {file}", name=name, file=file),
                MissingSecretError,
            )
        self.hide(value)
        return value

    def hide(self, text: str) -> None:
        """Never show this text, nor what it looks like in addresses, forms and JSON."""
        plain = text.encode(errors="replace").decode()
        self._told |= {text, quote(plain, safe=""), quote_plus(plain), orjson.dumps(plain).decode()[1:-1]}

    def masked(self, text: str) -> str:
        """The text with dots in the place of secrets, longest first."""
        for told in sorted(self._told, key=len, reverse=True):
            text = text.replace(told, MASK)
        return text


def must_be_secret(settings: Settings, key: str, name: str = "NAME") -> None:
    """ChannelSettingsError when what would tell a secret is written as it is. `name`: one that it could have."""
    if not _CALL.search(str(settings.values.get(key, ""))):
        raise settings.error(
            say("`{key}` is no secret", key=f"{settings.within}{key}"),
            say("write `{key} = \"{{{{ secret('{name}') }}}}\"`", key=key, name=name),
        )


def _credential(name: str) -> str:
    """One that systemd hands over (`LoadCredential`)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return _content(Path(folder, name)) if folder else ""


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        return ""
