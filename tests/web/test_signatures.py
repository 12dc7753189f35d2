"""Gateways that sign in ways of their own: Twilio over the address and the form, SendGrid with a private key."""

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from engine.web.signing import Pushed, Signing, split_signed
from tests.webs import NOW, PUSHED_RULES, Answer, Web, web

KEY = ec.derive_private_key(20261123, ec.SECP256R1())
PUBLIC = b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
CONFIG = f"""\
[project]
brand = "毛毛家"
[channels.sms]
kind = "http"
profile = "twilio"
form = {{ From = "+15005550006" }}
replies = {{}}
[channels.email]
kind = "http"
profile = "sendgrid"
json = {{ from = {{ email = "shop@example.com" }} }}
receipts = {{}}
[http.gateways.sms]
secret = "{{{{ secret('SMS_HOOK') }}}}"
url = "https://hooks.example.com/in/"
[http.gateways.email]
public_key = "{PUBLIC}"
"""
URL = "https://hooks.example.com/in/replies/sms?of=shop"


def by_token(url: str, fields: Mapping[str, str], token: bytes = b"hook-secret") -> str:
    """As Twilio signs."""
    content = url + "".join(name + fields[name] for name in sorted(fields))
    return b64encode(hmac.digest(token, content.encode(), "sha1")).decode()


def by_key(body: bytes, seconds: int) -> dict[str, str]:
    """As SendGrid signs."""
    signature = KEY.sign(str(seconds).encode() + body, ec.ECDSA(SHA256()))
    return {
        "X_Twilio_Email_Event_Webhook_Signature": b64encode(signature).decode(),
        "X_Twilio_Email_Event_Webhook_Timestamp": str(seconds),
    }


@pytest.fixture
def some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A shop that sends by both."""
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SENDGRID_API_KEY"):
        monkeypatch.setenv(name, "x")
    with web(tmp_path, CONFIG, PUSHED_RULES) as found:
        yield found


def reply(some: Web, signed: str, **fields: str) -> Answer:
    """A reply, pushed as a form."""
    body = urlencode(fields).encode()
    kind = "application/x-www-form-urlencoded"
    return some.call("POST", "/replies/sms?of=shop", body, None, X_Twilio_Signature=signed, content_type=kind)


def test_the_example_of_the_documentation() -> None:
    """https://www.twilio.com/docs/usage/security: this address and form, with the token 12345."""
    over = split_signed("{{ url }}{{ form }}")
    assert over is not None

    def check(content: bytes, signature: str) -> bool:
        return b64encode(hmac.digest(b"12345", content, "sha1")).decode() == signature

    form = {
        "CallSid": "CA1234567890ABCDE", "From": "+12349013030", "To": "+18005551212",
        "Caller": "+12349013030", "Digits": "1234",
    }  # fmt: skip
    pushed = Pushed(
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        {"x-twilio-signature": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="},
        urlencode(form).encode(),
    )
    assert Signing(check, "x-twilio-signature", "", over).holds(pushed, 0)


def test_twilio(some: Web) -> None:
    """By the address that it calls, whatever stands in front of us; another address, field or token is forged."""
    fields = {"MessageSid": "SM1", "From": "+8613800000001", "Body": "T", "To": "+15005550006", "Empty": ""}
    assert reply(some, by_token(URL, fields), **fields).status == 200
    assert some.rows("select count(*) from reply")[0][0] == 1
    forged = [
        by_token(URL.replace("shop", "other"), fields),
        by_token(URL, fields | {"Body": "Y"}),
        by_token(URL, fields, b"another"),
        "",
    ]
    assert {reply(some, one, **fields).status for one in forged} == {401}


def test_sendgrid(some: Web) -> None:
    """The bytes of the body after the time, fresh; what somebody else's key signed is forged."""
    body, now = (
        b'[{"event":"delivered","sg_event_id":"e1","ref":"a.1.1","timestamp":1795312800}]\r\n',
        NOW // 1000,
    )
    assert some.call("POST", "/receipts/email", body, None, **by_key(body, now)).status == 200
    assert some.rows("select count(*) from receipt")[0][0] == 1
    other = by_key(body, now)
    assert some.call("POST", "/receipts/email", body.strip(), None, **other).status == 401
    assert some.call("POST", "/receipts/email", body, None, **by_key(body, now - 600)).status == 401
    other["X_Twilio_Email_Event_Webhook_Signature"] = "nonsense"
    assert some.call("POST", "/receipts/email", body, None, **other).status == 401
