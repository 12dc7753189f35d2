"""The `url` and `params` of a channel's table: where its gateway is, and what is asked of it there.

The host is always the same: what customers are called can change the path and the query, percent-encoded, and nothing
else.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from engine.channels.http.client import Address
from engine.channels.settings import Settings
from engine.channels.templates import Fill, Template, Templates
from engine.wording import say

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^/:?#@\s{}\[\]]+)(?::(?P<port>\d{1,5}))?(?P<target>[/?].*)?",
    re.DOTALL,
)
_PLACE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_WRITTEN = re.compile(r"[!$%&'()*+,/:;=?@~\w.\-\[\]]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart. `host` as the gateway is told it; `path` and `query` are templates, the query without `?`."""

    address: Address
    host: str
    path: Template
    query: Template | None

    @property
    def uses(self) -> frozenset[str]:
        """The values that it names."""
        return self.path.uses | (self.query.uses if self.query else frozenset())


def read_target(settings: Settings, key: str, templates: Templates, params: Settings) -> Target:
    """The target of the URL under a key, with the parameters of a table added to its query."""
    url = settings.text(key, "")
    found = _URL.fullmatch(url)
    if found is None:
        raise settings.wrong(
            key, url, say('write one such as "https://gateway.example/send"; no templates in the host')
        )
    target = found["target"] or "/"
    if not _WRITTEN.fullmatch(_PLACE.sub("", target)):
        raise settings.wrong(key, url, say("percent-encode what is neither a letter nor a digit; no `#`"))
    host, tls = found["host"].strip("[]"), found["scheme"] == "https"
    port = int(found["port"] or (443 if tls else 80))
    quoting = replace(templates, escape=percent_encoded)
    path, _, query = target.partition("?")
    return Target(
        Address(_ascii(settings, key, host), port, tls),
        found["host"] + (f":{found['port']}" if found["port"] else ""),
        quoting.compiled(f"{settings.within}{key}", path or "/"),
        _joined(
            [
                *([quoting.compiled(f"{settings.within}{key}", query)] if query else []),
                *_params(templates, params),
            ]
        ),
    )


def percent_encoded(value: str) -> str:
    """A value as it stands in a URL."""
    return quote(value, safe="")


def plain_text(settings: Settings, key: str) -> str:
    """The template under a key, for places that hold nothing but text."""
    value = settings.values[key]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise settings.wrong(key, value, say("write a text or a number"))


def _ascii(settings: Settings, key: str, host: str) -> str:
    try:
        return host.encode("ascii" if host.isascii() else "idna").decode()
    except UnicodeError:
        raise settings.wrong(key, host, say("this is no name of a host")) from None


def _params(templates: Templates, params: Settings) -> Iterator[Template]:
    for name in params.values:
        value = templates.compiled(f"{params.within}{name}", plain_text(params, name))
        start = f"{percent_encoded(name)}="
        fixed = None if value.fixed is None else start + percent_encoded(value.fixed)
        yield Template(_assigned(start, value.fill), fixed, value.uses)


def _assigned(start: str, fill: Fill) -> Fill:
    return lambda row: start + percent_encoded(fill(row))


def _joined(parts: Sequence[Template]) -> Template | None:
    if not parts:
        return None
    uses = frozenset[str]().union(*(part.uses for part in parts))
    fixed = None if uses else "&".join(part.fixed or "" for part in parts)
    fills = [part.fill for part in parts]
    return Template(lambda row: "&".join([fill(row) for fill in fills]), fixed, uses)
