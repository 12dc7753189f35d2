"""`[http]` of `homing.toml`: which sources may bring what; what gateways push is `engine.web.gateways`.

Knows neither requests nor the store. Errors name the table, as those of channels do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, cast, get_args

from engine.channels.settings import Settings
from engine.config import ChannelConfig
from engine.web.gateways import Pushing, read_pushing, secret_of
from engine.wording import all_of, near_or, say

Scope = Literal["events", "customers", "receipts", "replies", "metrics"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class EventMap:
    """Which event kind an event of a source is. `fields` by property, `id` among them where one names the event."""

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Somebody who may bring something. `key`: the SHA-256 of its key. `rate`: requests a second.

    `addresses`: from where alone; empty: from anywhere.
    """

    name: str
    key: bytes = field(repr=False)
    scopes: frozenset[str]
    rate: float
    addresses: tuple[Network, ...] = ()
    traits: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, EventMap] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """All that `[http]` says. `body`: the largest body, in bytes. `pause`: seconds between runs that events bring.

    `soon` false: runs take place on the schedule alone.
    """

    sources: tuple[Source, ...] = ()
    pushing: Mapping[str, Pushing] = field(default_factory=dict)
    body: int = 1024 * 1024
    soon: bool = True
    pause: int = 5


def read_site(http: Mapping[str, Any], channels: Mapping[str, ChannelConfig], folder: Path) -> Site:
    """What `[http]` says; ChannelSettingsError when it cannot be meant, MissingSecretError without a secret."""
    settings = Settings("http", "http", http, folder, place="http")
    settings.only("sources", "gateways", "body", "runs", "pause")
    sources, gateways = settings.table("sources"), settings.table("gateways")
    for name in gateways.values.keys() - channels.keys():
        hint = near_or(name, channels, say("known here: {names}", names=all_of(sorted(channels))))
        raise gateways.error(say("there is no channel `{name}`", name=name), hint)
    return Site(
        tuple(_source(name, sources.table(name)) for name in sources.values),
        {name: read_pushing(channel, gateways.table(name)) for name, channel in channels.items()},
        settings.whole("body", 1024, 1, 64 * 1024) * 1024,
        settings.choice("runs", "soon", "schedule") == "soon",
        settings.whole("pause", 5, 0, 3600),
    )


def _source(name: str, table: Settings) -> Source:
    table.only("key", "scopes", "rate", "from", "traits", "events")
    scopes = frozenset(table.list("scopes"))
    if not scopes or not scopes <= {*SCOPES}:
        raise table.wrong(
            "scopes", sorted(map(str, scopes)), say("write some of {words}", words=all_of(SCOPES))
        )
    return Source(
        name,
        sha256(secret_of(table, "key").encode()).digest(),
        cast("frozenset[str]", scopes),
        table.number("rate", 5000, 0.1, 1_000_000),
        tuple(_network(table, one) for one in table.list("from")),
        _texts(table.table("traits")),
        {event: _event(table.table("events"), event) for event in table.table("events").values},
    )


def _event(table: Settings, name: str) -> EventMap:
    written = table.values[name]
    if isinstance(written, str):
        return EventMap(written)
    inner = table.table(name)
    inner.only("kind", "fields")
    return EventMap(inner.text("kind", ""), _texts(inner.table("fields")))


def _texts(table: Settings) -> dict[str, str]:
    return {key: table.text(key, "") for key in table.values}


def _network(table: Settings, written: object) -> Network:
    try:
        return ip_network(str(written))
    except ValueError:
        raise table.wrong("from", written, say('write addresses such as "10.0.0.0/8"')) from None
