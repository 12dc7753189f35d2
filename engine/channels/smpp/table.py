"""The table of a channel of kind `smpp`: every key, checked when the channel is built.

`host`; `port`; `security` (`tls`, the default, or `none`); `certificates` (a file of authorities to trust);
`system_id`; `password`, by secret; `system_type`; `sender` with `sender_ton` and `sender_npi`; `window` (messages under
way at once, 10); `timeout` (seconds for an answer, 10); `enquire` (seconds of silence, 30); `long` (`parts` or
`payload`); `receipts` (true); `receipt_ids` (`same`, `decimal`, `hexadecimal`); `rate` (a second); `not_sent_codes`,
`slower_codes`, `rejected_codes`, `opted_out_codes`.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.channels.secret_values import Secrets, must_be_secret
from engine.channels.server_settings import check_host, pace_of, trusted
from engine.channels.settings import Settings
from engine.channels.smpp.parts import Long, Writer
from engine.channels.smpp.pdus import Address
from engine.channels.smpp.reports import Ids, Reader
from engine.channels.smpp.statuses import OK, USUAL, Verdict
from engine.channels.templates import Templates
from engine.wording import say

_PORTS = {"tls": 3550, "none": 2775}
_CODES: Mapping[str, Verdict] = {
    "not_sent_codes": "not_sent",
    "slower_codes": "slower",
    "rejected_codes": "rejected",
    "opted_out_codes": "opted_out",
}
_KEYS = (
    "host", "port", "security", "certificates", "system_id", "password", "system_type", "sender", "sender_ton",
    "sender_npi", "window", "timeout", "enquire", "long", "receipts", "receipt_ids", "rate", *_CODES,
)  # fmt: skip

_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_NAME = re.compile(r"[ -~]{1,11}")
_INTERNATIONAL, _NATIONAL, _SHORT_CODE, _ALPHANUMERIC = 1, 2, 3, 5
_ISDN, _NO_PLAN = 1, 0
_LONGEST_SHORT_CODE = 8


@dataclass(frozen=True, slots=True)
class Server:
    """Where messages go, and as whom. `timeout`, `enquire`: seconds. `context`: None without TLS."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str
    timeout: float
    enquire: float
    context: ssl.SSLContext | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """What a table says. `window`: messages under way at once; `room`: those of one send."""

    server: Server
    writer: Writer
    reader: Reader
    verdicts: Mapping[int, Verdict]
    secrets: Secrets = field(repr=False)
    window: int
    room: int
    rate: float | None


def read_table(settings: Settings) -> Table:
    """The table; ChannelSettingsError when it says what cannot be meant."""
    settings.only(*_KEYS)
    secrets = Secrets(settings)
    long: Long = "payload" if settings.choice("long", "parts", "payload") == "payload" else "parts"
    return Table(
        _server(settings, secrets),
        Writer(_sender(settings), long, _receipts(settings)),
        Reader(_ids(settings)),
        _verdicts(settings),
        secrets,
        settings.whole("window", 10, 1, 1000),
        *pace_of(settings),
    )


def _server(settings: Settings, secrets: Secrets) -> Server:
    host = _ascii(settings, "host", 255)
    check_host(settings, host)
    security = settings.choice("security", *_PORTS)
    return Server(
        host,
        settings.whole("port", _PORTS[security], 1, 65_535),
        _ascii(settings, "system_id", 15),
        _password(settings, secrets),
        _ascii(settings, "system_type", 12) if "system_type" in settings.values else "",
        float(settings.number("timeout", 10, 0.01, 60)),
        float(settings.number("enquire", 30, 0.01, 3600)),
        None if security == "none" else trusted(settings),
    )


def _ascii(settings: Settings, key: str, most: int) -> str:
    """A text that must be there, in ASCII, as long as SMPP has room for."""
    if key not in settings.values:
        raise settings.error(
            say("there is no `{key}`", key=key), say("write what the gateway's operator has told you")
        )
    text = settings.text(key, "")
    if not (text.isascii() and text.isprintable() and len(text) <= most):
        raise settings.wrong(key, text, say("write at most {most} characters of ASCII", most=most))
    return text


def _password(settings: Settings, secrets: Secrets) -> str:
    must_be_secret(settings, "password", "SMPP_PASSWORD")
    password = Templates(secrets, ()).compiled("password", settings.text("password", "")).fixed or ""
    secrets.hide(password)
    if not (password.isascii() and password.isprintable()):
        raise settings.error(
            say("the password has other characters than ASCII"), say("SMPP has no way to say it")
        )
    return password


def _sender(settings: Settings) -> Address:
    """Who writes; nobody: the SMSC knows. What it is follows from how it is written, unless the table says."""
    if "sender" not in settings.values:
        return Address(0, 0, "")
    text = settings.text("sender", "")
    if not (_NUMBER.fullmatch(text) or _NAME.fullmatch(text)):
        hint = say('write a number, a short code, or a name of at most 11 characters, such as "MAOMAO"')
        raise settings.wrong("sender", text, hint)
    ton, npi = _type(text)
    return Address(
        settings.whole("sender_ton", ton, 0, 7),
        settings.whole("sender_npi", npi, 0, 18),
        text.removeprefix("+"),
    )


def _type(sender: str) -> tuple[int, int]:
    """Type and numbering plan of a sender."""
    if not _NUMBER.fullmatch(sender):
        return _ALPHANUMERIC, _NO_PLAN
    if sender[0] == "+":
        return _INTERNATIONAL, _ISDN
    return (_SHORT_CODE, _NO_PLAN) if len(sender) <= _LONGEST_SHORT_CODE else (_NATIONAL, _ISDN)


def _receipts(settings: Settings) -> bool:
    wanted = settings.values.get("receipts", True)
    if not isinstance(wanted, bool):
        raise settings.wrong("receipts", wanted, say("write true or false"))
    return wanted


def _ids(settings: Settings) -> Ids:
    return Ids(settings.choice("receipt_ids", *Ids))


def _verdicts(settings: Settings) -> Mapping[int, Verdict]:
    """Those of the specification, with what the table says of codes of the operator's own."""
    found: dict[int, Verdict] = {}
    for key, verdict in _CODES.items():
        for code in settings.list(key):
            if isinstance(code, bool) or not isinstance(code, int) or not OK < code <= 0xFFFF_FFFF:
                raise settings.wrong(key, code, say("write numbers, such as [0x401, 1030]"))
            if found.setdefault(code, verdict) != verdict:
                raise settings.error(
                    say(
                        "{what} stands in `{one}` and in `{other}`",
                        what=code,
                        one=_key(found[code]),
                        other=key,
                    ),
                    say("it can only prove one thing"),
                )
    return {**USUAL, **found}


def _key(verdict: Verdict) -> str:
    return next(key for key, its in _CODES.items() if its == verdict)
