"""The table of a channel of kind `smpp`: what it refuses, in which words."""

from pathlib import Path
from typing import Any

import pytest

from engine.channels.building import build_channel
from engine.channels.protocol import Channel, ChannelSettingsError, MissingSecretError
from engine.config import ChannelConfig
from tests.texting import PASSWORD, channel, table


def built(settings: dict[str, Any]) -> Channel:
    """A channel of a table."""
    return build_channel(ChannelConfig("sms", "smpp", settings=settings), Path("/nowhere"))


@pytest.mark.parametrize(
    ("settings", "says", "hint"),
    [
        ({"pasword": "x"}, "a smpp channel has no `pasword`", "did you mean `password`?"),
        ({"host": "smsc:1"}, "`host` is 'smsc:1'", "write the name or address alone, without a port"),
        ({"host": ""}, "`host` is '', not a text", 'write it between `"`'),
        ({"port": 0}, "`port` is 0", "write a number from 1 to 65535"),
        ({"security": "starttls"}, "`security` is 'starttls'", "write one of tls, none"),
        ({"system_id": "a" * 16}, f"`system_id` is '{'a' * 16}'", "write at most 15 characters of ASCII"),
        ({"system_type": "型"}, "`system_type` is '型'", "write at most 12 characters of ASCII"),
        ({"password": "plain"}, "`password` is no secret", "write `password = \"{{ secret('SMPP_PASSWORD') }}\"`"),
        ({"sender": "毛毛家"}, "`sender` is '毛毛家'",
         'write a number, a short code, or a name of at most 11 characters, such as "MAOMAO"'),
        ({"sender": "MAOMAOMAOMAO"}, "`sender` is 'MAOMAOMAOMAO'",
         'write a number, a short code, or a name of at most 11 characters, such as "MAOMAO"'),
        ({"sender_ton": 8}, "`sender_ton` is 8", "write a number from 0 to 7"),
        ({"window": 0}, "`window` is 0", "write a number from 1 to 1000"),
        ({"long": "cut"}, "`long` is 'cut'", "write one of parts, payload"),
        ({"receipts": "yes"}, "`receipts` is 'yes'", "write true or false"),
        ({"receipt_ids": "octal"}, "`receipt_ids` is 'octal'", "write one of same, decimal, hexadecimal"),
        ({"rejected_codes": ["0x401"]}, "`rejected_codes` is '0x401'", "write numbers, such as [0x401, 1030]"),
        ({"rejected_codes": 0}, "`rejected_codes` is 0", "write numbers, such as [0x401, 1030]"),
        ({"rejected_codes": [1025], "slower_codes": [1025]},
         "1025 stands in `slower_codes` and in `rejected_codes`", "it can only prove one thing"),
        ({"security": "tls", "certificates": "none.pem"}, "`certificates` is '/nowhere/none.pem'",
         "name a file of certificates in PEM"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(
    settings: dict[str, Any], says: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the channel and the key, and says what to write."""
    monkeypatch.setenv("SMPP_PASSWORD", PASSWORD)
    with pytest.raises(ChannelSettingsError) as error:
        built(table(2775) | settings)
    assert (error.value.message, error.value.hint) == (f"[channels.sms]: {says}", hint)


@pytest.mark.parametrize("key", ["host", "system_id"])
def test_what_must_be_there(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the gateway has told it."""
    monkeypatch.setenv("SMPP_PASSWORD", PASSWORD)
    settings = table(2775)
    del settings[key]
    with pytest.raises(ChannelSettingsError) as error:
        built(settings)
    assert error.value.message == f"[channels.sms]: there is no `{key}`"


def test_a_password_that_cannot_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not shown either."""
    monkeypatch.setenv("SMPP_PASSWORD", "密码")
    with pytest.raises(ChannelSettingsError) as error:
        built(table(2775))
    assert error.value.message == "[channels.sms]: the password has other characters than ASCII"


def test_a_secret_that_is_missing() -> None:
    """It is named, with its file."""
    with pytest.raises(MissingSecretError, match="SMPP_PASSWORD"):
        built(table(2775))


def test_capabilities(tmp_path: Path) -> None:
    """A send holds no more than the SMSC allows in a second."""
    with channel(1, tmp_path, rate=20) as made:
        assert (made.capabilities.batch, made.capabilities.rate, made.capabilities.remembers) == (20, 20.0, 0)
