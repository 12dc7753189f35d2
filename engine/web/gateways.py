"""`[http.gateways]` of `homing.toml`: how gateways sign what they push, and what they want to read.

Providers whose way is known are signed for by a secret or key alone.
"""

import hmac
from binascii import Error as NoBase64Error
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from engine.channels.http.signatures import DIGESTS, ENCODINGS, digest_maker
from engine.channels.secret_values import Secrets, must_be_secret
from engine.channels.settings import Settings
from engine.channels.templates import Templates
from engine.config import ChannelConfig
from engine.web.elliptic import checker
from engine.web.signing import Signing, split_signed
from engine.wording import say

ANSWERS: Mapping[str, str] = {
    "aliyun-sms": '{"code":0,"msg":"OK"}',
    "tencent-sms": '{"result":0,"errmsg":"OK"}',
}
"""What the gateways of some profiles want to read before they believe that they were heard."""

_ANSWER = '{"success":true}'

_KNOWN: Mapping[str, Mapping[str, Any]] = {
    # https://www.twilio.com/docs/usage/security: the address, then the fields of the form by name
    "twilio": {
        "scheme": "hmac-sha1",
        "as": "base64",
        "header": "X-Twilio-Signature",
        "over": "{{ url }}{{ form }}",
    },
    # https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
    "sendgrid": {
        "header": "X-Twilio-Email-Event-Webhook-Signature",
        "timestamp": "X-Twilio-Email-Event-Webhook-Timestamp",
        "over": "{{ timestamp }}{{ body }}",
    },
}
"""How the gateways of some profiles sign."""


@dataclass(frozen=True, slots=True)
class Pushing:
    """How the gateway of a channel pushes. `signing` None: it cannot sign, and needs a source's key.

    `answer`: what it wants to read when it was heard. `url`: how the addresses begin that it calls; None: as requests
    say.
    """

    channel: str
    signing: Signing | None = None
    answer: str = _ANSWER
    url: str | None = None


def read_pushing(channel: ChannelConfig, table: Settings) -> Pushing:
    """What a table says; ChannelSettingsError when it cannot be meant, MissingSecretError without a secret."""
    table.only(
        "secret", "public_key", "scheme", "as", "header", "prefix", "over", "timestamp", "id", "url", "answer"
    )
    profile = str(channel.settings.get("profile", ""))
    answer = table.values.get("answer", ANSWERS.get(profile, _ANSWER))
    text = answer if isinstance(answer, str) else orjson.dumps(answer).decode()
    url = table.text("url", "").rstrip("/") if "url" in table.values else None
    signed = "secret" in table.values or "public_key" in table.values
    known = replace(table, values={**_KNOWN.get(profile, {}), **table.values})
    return Pushing(channel.name, _signing(known) if signed else None, text, url)


def secret_of(table: Settings, key: str) -> str:
    """The secret that a key names; it is never written into the file itself."""
    must_be_secret(table, key)
    text = Templates(Secrets(replace(table)), ()).compiled(f"{table.within}{key}", table.text(key, "")).fixed
    return text or ""


def _signing(table: Settings) -> Signing:
    """How it signs; the header of the time must be signed too, or it proves nothing."""
    over = table.text("over", "{{ body }}")
    parts = split_signed(over)
    names = () if parts is None else parts[1::2]
    if parts is None or not {"body", "form"}.intersection(names):
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
    return Signing(
        _elliptic(table) if "public_key" in table.values else _keyed(table),
        table.text("header", "X-Signature").lower(),
        str(table.values.get("prefix", "")),
        parts,
        _header(table, "timestamp"),
        _header(table, "id"),
    )


def _keyed(table: Settings) -> Callable[[bytes, str], bool]:
    scheme = table.choice("scheme", *(name for name in DIGESTS if name.startswith("hmac-")))
    digest = digest_maker(scheme, secret_of(table, "secret"))
    encode = ENCODINGS[table.choice("as", *ENCODINGS)]

    def check(content: bytes, signature: str) -> bool:
        return hmac.compare_digest(encode(digest(content)).encode(), signature.encode(errors="replace"))

    return check


def _elliptic(table: Settings) -> Callable[[bytes, str], bool]:
    if "secret" in table.values:
        raise table.error(say("`secret` and `public_key` are two ways to sign"), say("write one of them"))
    key = table.text("public_key", "")
    try:
        return checker(key)
    except (ValueError, NoBase64Error):
        raise table.wrong("public_key", key, say("write the key as the provider shows it")) from None


def _header(table: Settings, key: str) -> str | None:
    return table.text(key, "").lower() if key in table.values else None
