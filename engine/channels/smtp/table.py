"""The table of a channel of kind `smtp`: every key, checked when the channel is built.

`host`; `port`; `security` (`starttls`, the default, `tls` or `none`); `certificates` (a file of authorities to
trust); `user` and `password`, by secret; `sender`, such as `毛毛家 <hi@example.com>`; `reply_to`; `list_unsubscribe`
(addresses, as templates); `connections` (at once, 4); `timeout` (seconds for a mail, in all, 30); `rate` (a second).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from dsl.wording import Phrase
from engine.channels.secret_values import Secrets, must_be_secret
from engine.channels.server_settings import check_host, pace_of, trusted
from engine.channels.settings import Settings
from engine.channels.smtp.addresses import mailbox
from engine.channels.smtp.connection import Server
from engine.channels.smtp.mail import Writer
from engine.channels.templates import Template, Templates
from engine.wording import say

_KEYS = (
    "host", "port", "security", "certificates", "user", "password", "sender", "reply_to", "list_unsubscribe",
    "connections", "timeout", "rate",
)  # fmt: skip
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1")
_PLACE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_UNSUBSCRIBE = re.compile(r"(?:https?://|mailto:)[!$%&'*+./:;=?@~#\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Table:
    """What a table says. `room`: messages in one send."""

    server: Server
    writer: Writer
    secrets: Secrets = field(repr=False)
    connections: int
    room: int
    rate: float | None


def read_table(settings: Settings) -> Table:
    """The table; ChannelSettingsError when it says what cannot be meant."""
    settings.only(*_KEYS)
    secrets = Secrets(settings)
    writer = _writer(settings, secrets)
    return Table(
        _server(settings, secrets, writer.sender.domain),
        writer,
        secrets,
        settings.whole("connections", 4, 1, 100),
        *pace_of(settings),
    )


def _server(settings: Settings, secrets: Secrets, hello: str) -> Server:
    host = _needed(
        settings, "host", say('write the server that takes your mail in, such as "smtp.example.com"')
    )
    check_host(settings, host)
    security = settings.choice("security", *_PORTS)
    user, password = _login(settings, secrets)
    if security == "none" and password and not _LOOPBACK.fullmatch(host):
        raise settings.error(
            say('`security = "none"` would tell the password to everybody on the way'),
            say('write "starttls" or "tls"'),
        )
    return Server(
        host,
        settings.whole("port", _PORTS[security], 1, 65_535),
        hello,
        float(settings.number("timeout", 30, 0.01, 100)),
        starttls=security == "starttls",
        tls=security == "tls",
        context=None if security == "none" else trusted(settings),
        user=user,
        password=password,
    )


def _login(settings: Settings, secrets: Secrets) -> tuple[str | None, str | None]:
    written = [key for key in ("user", "password") if key in settings.values]
    if not written:
        return None, None
    if len(written) == 1:
        raise settings.error(
            say("there is a `{key}` alone", key=written[0]), say("write `user` and `password`, or neither")
        )
    must_be_secret(settings, "password", "SMTP_PASSWORD")
    user, password = (_fixed(settings, key, secrets) for key in written)
    secrets.hide(password)
    return user, password


def _fixed(settings: Settings, key: str, secrets: Secrets) -> str:
    """A template that may name nothing but secrets."""
    return Templates(secrets, ()).compiled(key, settings.text(key, "")).fixed or ""


def _writer(settings: Settings, secrets: Secrets) -> Writer:
    _needed(settings, "sender", say('write who writes, such as "毛毛家 <hi@example.com>"'))
    templates = Templates(secrets, escape=_percent_encoded)
    unsubscribe = tuple(_unsubscribing(settings, templates))
    return Writer(
        mailbox(settings, "sender"),
        mailbox(settings, "reply_to") if "reply_to" in settings.values else None,
        unsubscribe,
        any(isinstance(uri, str) and uri.startswith("https://") for uri in settings.list("list_unsubscribe")),
    )


def _unsubscribing(settings: Settings, templates: Templates) -> Iterator[Template]:
    for uri in settings.list("list_unsubscribe"):
        if not isinstance(uri, str) or not _UNSUBSCRIBE.fullmatch(_PLACE.sub("x", uri)):
            raise settings.wrong(
                "list_unsubscribe", uri, say('write one such as "https://shop.example/leave?who={{ key }}"')
            )
        yield templates.compiled("list_unsubscribe", uri)


def _percent_encoded(value: str) -> str:
    return quote(value, safe="")


def _needed(settings: Settings, key: str, hint: Phrase) -> str:
    if key not in settings.values:
        raise settings.error(say("there is no `{key}`", key=key), hint)
    return settings.text(key, "")
