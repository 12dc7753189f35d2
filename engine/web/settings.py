"""`[http]` of `homing.toml`: which sources may bring what, and how gateways sign what they push.

Knows neither requests nor the store. Errors name the table, as those of channels do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, cast, get_args

import orjson

from engine.channels.http.signatures import DIGESTS, ENCODINGS, digest_maker
from engine.channels.secret_values import Secrets, must_be_secret
from engine.channels.settings import Settings
from engine.channels.templates import Templates
from engine.config import ChannelConfig
from engine.web.signing import Signing, split_signed
from engine.wording import all_of, near_or, say

Scope = Literal["events", "customers", "receipts", "replies", "metrics"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

Network = IPv4Network | IPv6Network

ANSWERS: Mapping[str, str] = {
    "aliyun-sms": '{"code":0,"msg":"OK"}',
    "tencent-sms": '{"result":0,"errmsg":"OK"}',
}
"""What the gateways of some profiles want to read before they believe that they were heard."""

_ANSWER = '{"success":true}'


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
class Pushing:
    """How the gateway of a channel pushes. `signing` None: it cannot sign, and needs a source's key.

    `answer`: what it wants to read when it was heard.
    """

    channel: str
    signing: Signing | None = None
    answer: str = _ANSWER


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
        {name: _pushing(channel, gateways.table(name)) for name, channel in channels.items()},
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
        sha256(_secret(table, "key").encode()).digest(),
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


def _pushing(channel: ChannelConfig, table: Settings) -> Pushing:
    table.only("secret", "scheme", "as", "header", "prefix", "over", "timestamp", "id", "answer")
    profile = str(channel.settings.get("profile", ""))
    answer = table.values.get("answer", ANSWERS.get(profile, _ANSWER))
    text = answer if isinstance(answer, str) else orjson.dumps(answer).decode()
    return Pushing(channel.name, _signing(table) if "secret" in table.values else None, text)


def _signing(table: Settings) -> Signing:
    """How it signs; the header of the time must be signed too, or it proves nothing."""
    over = table.text("over", "{{ body }}")
    parts = split_signed(over)
    names = () if parts is None else parts[1::2]
    if parts is None or "body" not in names:
        raise table.wrong(
            "over", over, say("write `{{ body }}`, and `{{ timestamp }}` or `{{ id }}` with it")
        )
    for name in ("timestamp", "id"):
        if name in names and name not in table.values:
            raise table.error(
                say("`over` names `{name}`, and no header has it", name=name),
                say('write `{name} = "X-…"`', name=name),
            )
    if "timestamp" in table.values and "timestamp" not in names:
        raise table.error(say("`timestamp` is not signed"), say("write it into `over`, or leave it out"))
    scheme = table.choice("scheme", *(name for name in DIGESTS if name.startswith("hmac-")))
    return Signing(
        digest_maker(scheme, _secret(table, "secret")),
        ENCODINGS[table.choice("as", *ENCODINGS)],
        table.text("header", "X-Signature").lower(),
        str(table.values.get("prefix", "")),
        parts,
        _header(table, "timestamp"),
        _header(table, "id"),
    )


def _header(table: Settings, key: str) -> str | None:
    return table.text(key, "").lower() if key in table.values else None


def _secret(table: Settings, key: str) -> str:
    """The secret that a key names; it is never written into the file itself."""
    must_be_secret(table, key)
    text = Templates(Secrets(replace(table)), ()).compiled(f"{table.within}{key}", table.text(key, "")).fixed
    return text or ""
