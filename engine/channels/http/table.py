"""The table of a channel of kind `http`: every key, checked when the channel is built.

What is said: `url`, `params` (added to its query), `method`, `headers`, `basic` (user, password), and one of `json`,
`form` or `body` with `content_type`; `sign`. How it is said: `timeout` (seconds, all in all), `connections` (calls at
once), `certificates`, `batch` with `url_batch`, `list` and `json_batch`. What answers mean: `accepted`, `not_sent` and
`rejected` (statuses), `code` with `accepted_codes`, `not_sent_codes`, `slower_codes`, `rejected_codes` and
`opted_out_codes`, `id` or `id_header`, `because`, `results` and `ref`. For the engine: `rate` (a second), `remembers`.
`query`: how the gateway is asked later what became of a message. `receipts` and `replies`: what it reports, see
report_tables.py. `profile`: see profiles.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.channels.http.answers import Judge
from engine.channels.http.bodies import Body, read_batch, read_body
from engine.channels.http.headers import read_headers
from engine.channels.http.judging import MEANT, OF_INQUIRIES, OF_SENDING, read_judge
from engine.channels.http.profiles import with_profile
from engine.channels.http.report_tables import FETCHING_NAMES, Reports, Surroundings, read_reports
from engine.channels.http.requests import WHOLE_NAMES, Requests
from engine.channels.http.signing import Signing, read_signing
from engine.channels.http.targets import Target, read_target
from engine.channels.protocol import Kind
from engine.channels.secret_values import Secrets
from engine.channels.server_settings import pace_of
from engine.channels.settings import Settings
from engine.channels.templates import MESSAGE_NAMES, Templates
from engine.config_reading import parse_duration
from engine.wording import say

_SAID = ("url", "params", "method", "headers", "basic", "json", "form", "body", "content_type", "sign")
_OF_BATCHES = ("url_batch", "list", "json_batch")
_KEYS = (
    "profile", *_SAID, "timeout", "connections", "certificates", "batch", *_OF_BATCHES, *MEANT,
    "rate", "remembers", "query", "receipts", "replies",
)  # fmt: skip

_INQUIRY_NAMES = ("key",)
"""What the templates of `query` may name."""

_KINDS: tuple[Kind, ...] = ("receipts", "replies")
_METHODS = ("POST", "GET", "PUT", "PATCH")
_HOUR = 3_600_000
_UNITS = {"minute": 60_000, "hour": _HOUR, "day": 24 * _HOUR, "week": 7 * 24 * _HOUR}


@dataclass(frozen=True, slots=True)
class Inquiry:
    """How the gateway is asked what became of a message; its row is the message's key."""

    requests: Requests
    judge: Judge


@dataclass(frozen=True, slots=True)
class Table:
    """What a table says. `batch`: messages in one call; `room`: messages in one send; `remembers`: milliseconds."""

    requests: Requests
    judge: Judge
    secrets: Secrets
    timeout: float
    connections: int
    certificates: Path | None
    batch: int
    room: int
    rate: float | None
    remembers: int
    inquiry: Inquiry | None
    reports: Mapping[Kind, Reports] = field(default_factory=dict)


def read_table(written: Settings) -> Table:
    """The table, its profile included; ChannelSettingsError when it says what cannot be meant."""
    settings = with_profile(written)
    settings.only(*_KEYS)
    secrets, batch = Secrets(settings), settings.whole("batch", 1, 1, 10_000)
    pace = pace_of(settings)
    return Table(
        _batch_requests(settings, secrets) if batch > 1 else _requests(settings, Templates(secrets)),
        read_judge(settings, OF_SENDING, secrets.masked),
        secrets,
        float(settings.number("timeout", 10, 0.01, 60)),
        settings.whole("connections", 32, 1, 1000),
        _certificates(settings),
        batch,
        max(batch, pace.room),
        pace.rate,
        _remembers(settings),
        _inquiry(settings.table("query"), secrets) if "query" in settings.values else None,
        {kind: _reports(settings.table(kind), kind, secrets) for kind in _KINDS if kind in settings.values},
    )


def _requests(settings: Settings, templates: Templates) -> Requests:
    for key in _OF_BATCHES:
        if key in settings.values:
            raise settings.error(
                say("`{key}` says nothing without `batch`", key=key),
                say("write `batch = 100`, or leave it out"),
            )
    signing = read_signing(settings, templates)
    return _made(settings, _target(settings, "url", signing), read_body(settings, signing.templates), signing)


def _batch_requests(settings: Settings, secrets: Secrets) -> Requests:
    signing = read_signing(settings, Templates(secrets, WHOLE_NAMES))
    target = _target(settings, "url_batch" if "url_batch" in settings.values else "url", signing)
    names = (*MESSAGE_NAMES, *signing.templates.names[len(WHOLE_NAMES) :])
    body = read_batch(settings, replace(signing.templates, names=names), signing.templates)
    return replace(_made(settings, target, body, signing), batch=True)


def _made(settings: Settings, target: Target, body: Body, signing: Signing) -> Requests:
    method = settings.text("method", "GET" if body.content_type is None else "POST")
    if method not in _METHODS or (method == "GET" and body.content_type is not None):
        raise settings.wrong("method", method, say("write POST, PUT or PATCH; GET where there is no body"))
    headers = read_headers(settings, signing.of_headers, body.content_type)
    return Requests(method, target, headers, body, digest=signing.digest, scheme=signing.scheme)


def _target(settings: Settings, key: str, signing: Signing) -> Target:
    if key not in settings.values:
        raise settings.error(
            say("there is no `{key}`", key=f"{settings.within}{key}"),
            say('write the address of the gateway, such as "https://gateway.example/send"'),
        )
    return read_target(settings, key, signing.templates, settings.table("params"))


def _inquiry(settings: Settings, secrets: Secrets) -> Inquiry:
    settings.only(*_SAID, *MEANT)
    requests = _requests(settings, Templates(secrets, _INQUIRY_NAMES))
    return Inquiry(requests, read_judge(settings, OF_INQUIRIES, secrets.masked))


def _reports(settings: Settings, kind: Kind, secrets: Secrets) -> Reports:
    templates = Templates(secrets, FETCHING_NAMES)

    def requests(own: Settings) -> Requests:
        said = {key: value for key, value in own.values.items() if key in _SAID}
        return _requests(replace(own, values=said), templates)

    return read_reports(settings, kind, Surroundings(_SAID, requests, secrets.masked, _milliseconds))


def _certificates(settings: Settings) -> Path | None:
    if "certificates" not in settings.values:
        return None
    path = settings.path("certificates", "")
    if not path.is_file():
        raise settings.wrong("certificates", str(path), say("name a file of certificates in PEM"))
    return path


def _remembers(settings: Settings) -> int:
    return _milliseconds(settings, "remembers", 0)


def _milliseconds(settings: Settings, key: str, default: int) -> int:
    if key not in settings.values:
        return default
    text = settings.text(key, "")
    duration = parse_duration(text)
    if duration is None or duration.unit not in _UNITS:
        raise settings.wrong(key, text, say('write a duration such as "24 hours"'))
    return duration.amount * _UNITS[duration.unit]
