"""Channels of kind `apprise`, with the one of its services that anybody can run: JSON to an address."""

from pathlib import Path
from typing import Any

import pytest

from engine.channels.building import build_channel
from engine.channels.protocol import (
    Accepted,
    Channel,
    ChannelSettingsError,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
    Unknown,
)
from engine.config import ChannelConfig
from tests.gateways import refusing_port, says, web_gateway


def built(port: int, **settings: Any) -> Channel:
    """A channel to that port, where each customer has a place of their own."""
    url = f"json://bot:{{{{ secret('BOT') }}}}@127.0.0.1:{port}/{{{{ to }}}}"
    return build_channel(
        ChannelConfig("chat", "apprise", settings={"url": url, **settings}), Path("/nowhere")
    )


def sent(channel: Channel, to: str = "ming", *, in_time: bool = True) -> Outcome:
    """What became of a message."""
    message = Outgoing("K1", "K1.1", "chat", "C1", to, "问候", "<b>您好</b>", "2026-11-23T10:00:00+08:00")
    (outcome,) = channel.send([message], lambda: in_time)
    return outcome


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT", "hunter2")


def test_what_the_service_takes() -> None:
    """Text and subject arrive as they are; what a customer is called cannot lead elsewhere."""
    with web_gateway(says({})) as gateway:
        channel = built(gateway.port, rate=5)
        assert sent(channel) == Accepted()
        assert sent(channel, "m/../x?to=all,json://y") == Accepted()
    first, second = gateway.hits
    assert (first.target, first.json["title"], first.json["message"]) == ("/ming", "问候", "<b>您好</b>")
    assert (second.target.count("/"), second.target.count("?")) == (1, 0)
    assert (channel.capabilities.rate, channel.capabilities.remembers) == (5, 0)


def test_what_is_not_confirmed_is_in_doubt() -> None:
    """Apprise does not tell a refusal from a lost answer, nor from a redirect: one call, and nobody tries again."""
    for answer in (says({}, 500), says({}, 429), says({}, 302, Location="/elsewhere")):
        with web_gateway(answer) as gateway:
            assert isinstance(sent(built(gateway.port)), Unknown)
        assert len(gateway.hits) == 1
    assert isinstance(sent(built(refusing_port())), Unknown)


def test_what_never_leaves() -> None:
    """A message to nobody, and one that comes too late."""
    with web_gateway(says({})) as gateway:
        assert isinstance(sent(built(gateway.port), " "), Rejected)
        assert isinstance(sent(built(gateway.port), in_time=False), NotSent)
    assert not gateway.hits


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"url": "tgrm://x/{{ to }}"}, "apprise knows no address that begins with 'tgrm'"),
        ({"url": ""}, "`url` is '', not a text"),
        ({"url": "json://h/{{ name }}"}, "`url` names `name`, which is not known there"),
        ({"timeout": 3}, "a apprise channel has no `timeout`"),
    ],
)
def test_tables_that_cannot_be_meant(settings: dict[str, Any], message: str) -> None:
    """They are refused before anything leaves."""
    with pytest.raises(ChannelSettingsError, match=message):
        built(1, **settings)
