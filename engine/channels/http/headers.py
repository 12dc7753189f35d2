"""The headers of requests, as a table says them, and those that are written by themselves."""

import re
from base64 import b64encode

from engine.channels.secret_values import must_be_secret
from engine.channels.settings import Settings
from engine.channels.templates import Template, Templates
from engine.wording import say

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_KEEPS_SECRET = re.compile(r"\{\{|^WSSE ")  # the secrets of WSSE stand in X-WSSE
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te", "trailer"}
)


def read_headers(
    settings: Settings, templates: Templates, content_type: str | None
) -> list[tuple[str, Template]]:
    """The headers in their order; what the table says wins over what would be written by itself."""
    written = settings.table("headers")
    found = [(name, _header(written, name, templates)) for name in written.values]
    if "basic" in settings.values:
        found.append(("Authorization", _basic(settings.table("basic"), templates)))
    names = {name.lower() for name, _ in found}
    usual = (("Content-Type", content_type), ("Accept", "application/json"), ("User-Agent", "Homing"))
    return [
        *found, *((name, _fixed(value)) for name, value in usual if value is not None and name.lower() not in names),
    ]  # fmt: skip


def _header(settings: Settings, name: str, templates: Templates) -> Template:
    key = f"{settings.within}{name}"
    if name.lower() in _OURS or not _NAME.fullmatch(name):
        raise settings.error(say("`{key}` cannot be set", key=key), say("leave it out"))
    if name.lower() == "authorization" and not _KEEPS_SECRET.search(settings.text(name, "")):
        raise settings.error(
            say("`{key}` is plain text, which would tell a secret", key=key),
            say("write `{{ secret('NAME') }}` in it where the secret stands"),
        )
    template = templates.compiled(key, settings.text(name, ""))
    if template.fixed is not None and not template.fixed.isprintable():
        raise settings.error(say("`{key}` holds a line break", key=key), say("write one line"))
    return template


def _basic(settings: Settings, templates: Templates) -> Template:
    """User and password in the form of RFC 7617, which tells them and so is a secret too."""
    settings.only("user", "password")
    must_be_secret(settings, "password")
    told = []
    for key in ("user", "password"):
        fixed = templates.compiled(f"basic.{key}", settings.text(key, "")).fixed
        if fixed is None:
            raise settings.error(
                say("`{key}` depends on the message", key=f"basic.{key}"),
                say("`secret('NAME')` is all it may name"),
            )
        told.append(fixed)
    encoded = b64encode(":".join(told).encode()).decode()
    templates.secrets.hide(encoded)
    return _fixed(f"Basic {encoded}")


def _fixed(value: str) -> Template:
    return Template(lambda _: value, value, frozenset())
