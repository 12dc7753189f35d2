"""Channels of kind `wecom`, against gateways that answer as the documentation shows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from engine.channels.building import build_channel
from engine.channels.protocol import (
    Accepted,
    Channel,
    ChannelSettingsError,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
    Tryable,
    Unknown,
)
from engine.config import ChannelConfig
from tests.gateways import Hit, refusing_port, says, web_gateway

SAYS = "the gateway says: "
TOKEN = {"errcode": 0, "errmsg": "ok", "access_token": "accesstoken000001", "expires_in": 7200}
TAKEN = {"errcode": 0, "errmsg": "ok", "fail_list": [], "msgid": "msgGCAAAXtWyujaWJHDDGi0mAAAA"}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOT", "693a91f6-7xxx")
    monkeypatch.setenv("WECOM", "hunter2")


def always() -> bool:
    """Nothing is late."""
    return True


def message(to: str = "wmqfasd1e1927831123109rBAAAA", text: str = "您好") -> Outgoing:
    """A message to a customer."""
    return Outgoing("K1", "K1.1", "wecom", "C1", to, None, text, "2026-11-23T10:00:00+08:00")


def built(url: str, **settings: Any) -> Channel:
    """A channel to that address."""
    table = {"url": url.removesuffix("/send"), **settings}
    return build_channel(ChannelConfig("wecom", "wecom", settings=table), Path("/nowhere"))


def robot(url: str, **settings: Any) -> Channel:
    """To a group of staff."""
    return built(url, key="{{ secret('ROBOT') }}", **settings)


def customers(url: str, **settings: Any) -> Channel:
    """To the customers of a member of staff."""
    told = {"to": "customers", "corp": "ww1", "secret": "{{ secret('WECOM') }}", "sender": "zhangsan"}
    return built(url, **told, **settings)


def sent(channel: Channel, *messages: Outgoing) -> list[Outcome]:
    """What becomes of messages."""
    try:
        return list(channel.send(messages or [message()], always))
    finally:
        channel.close()


def answering(document: object, token: object = TOKEN) -> Callable[[Hit], web.Response]:
    """Gives a token to whoever asks, and answers messages so."""
    return lambda hit: says(token if "gettoken" in hit.target else document)(hit)


class TestRobot:
    """The robot of a group."""

    @pytest.mark.parametrize("kind", ["text", "markdown"])
    def test_what_is_said(self, kind: str) -> None:
        """As the documentation of robots shows it."""
        with web_gateway(says({"errcode": 0, "errmsg": "ok"})) as gateway:
            assert sent(robot(gateway.url, format=kind), message(text='"您好"')) == [Accepted()]
        (hit,) = gateway.hits
        assert hit.target == "/cgi-bin/webhook/send?key=693a91f6-7xxx"
        assert hit.json == {"msgtype": kind, kind: {"content": '"您好"'}}

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            ({"errcode": 45009, "errmsg": "freq"}, NotSent(f"{SAYS}45009 freq", slower=True)),
            ({"errcode": 93000, "errmsg": "invalid webhook url"}, NotSent(f"{SAYS}93000 invalid webhook url")),
            ({"errcode": -1, "errmsg": "system busy"}, Unknown(f"{SAYS}-1 system busy")),
        ],
    )  # fmt: skip
    def test_codes_inside_200(self, answer: object, outcome: Outcome) -> None:
        """The status is always 200; the code tells."""
        with web_gateway(says(answer)) as gateway:
            assert sent(robot(gateway.url)) == [outcome]

    def test_its_rate(self) -> None:
        """Twenty a minute."""
        channel = robot("http://127.0.0.1:1/send")
        assert channel.capabilities.rate == 0.33
        channel.close()


class TestCustomers:
    """The customers of a member of staff."""

    def test_what_is_said(self) -> None:
        """A token is asked for once; each message is a task of its own."""
        with web_gateway(answering(TAKEN)) as gateway:
            outcomes = sent(
                customers(gateway.url, connections=1), message(), message("woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA")
            )
        assert outcomes == [Accepted("msgGCAAAXtWyujaWJHDDGi0mAAAA")] * 2
        assert [hit.target for hit in gateway.hits] == [
            "/cgi-bin/gettoken?corpid=ww1&corpsecret=hunter2",
            "/cgi-bin/externalcontact/add_msg_template?access_token=accesstoken000001",
            "/cgi-bin/externalcontact/add_msg_template?access_token=accesstoken000001",
        ]
        assert gateway.hits[1].json == {
            "chat_type": "single",
            "external_userid": ["wmqfasd1e1927831123109rBAAAA"],
            "sender": "zhangsan",
            "text": {"content": "您好"},
        }

    @pytest.mark.parametrize(
        ("answer", "kind", "reason"),
        [
            ({**TAKEN, "fail_list": ["wmqfasd1e1927831123109rBAAAA"]}, Rejected, "wmqf"),
            ({**TAKEN, "fail_list": ["somebody"]}, Unknown, "somebody"),
            ({"errcode": 40096, "errmsg": "invalid external userid", "fail_list": []}, Rejected, "40096"),
            ({"errcode": 45009, "errmsg": "api freq out of limit"}, NotSent, "45009"),
            ({"errcode": 41048, "errmsg": "nobody verified this one"}, Unknown, "41048"),
            ({"errcode": 0, "errmsg": "ok", "fail_list": []}, Unknown, "no reference"),
        ],
    )
    def test_codes_inside_200(self, answer: object, kind: type[Outcome], reason: str) -> None:
        """A customer in fail_list could not be written to."""
        with web_gateway(answering(answer)) as gateway:
            (outcome,) = sent(customers(gateway.url))
        assert isinstance(outcome, kind)
        assert not isinstance(outcome, Accepted)
        assert reason in outcome.because

    def test_a_token_that_is_not_liked(self) -> None:
        """Nothing was sent; the next send asks for another."""
        answers = [{"errcode": 42001, "errmsg": "access_token expired"}, TAKEN]

        def answer(hit: Hit) -> web.Response:
            return says(TOKEN if "gettoken" in hit.target else answers.pop(0))(hit)

        with web_gateway(answer) as gateway:
            channel = customers(gateway.url)
            assert channel.send([message()], always) == [NotSent(f"{SAYS}42001 access_token expired")]
            assert sent(channel) == [Accepted("msgGCAAAXtWyujaWJHDDGi0mAAAA")]
        assert sum("gettoken" in hit.target for hit in gateway.hits) == 2

    @pytest.mark.parametrize("token", [{"errcode": 40001, "errmsg": "invalid hunter2"}, "nothing", [1]])
    def test_no_token(self, token: object) -> None:
        """No message is offered, and no secret told."""
        with web_gateway(answering(TAKEN, token)) as gateway:
            (outcome,) = sent(customers(gateway.url))
        assert isinstance(outcome, NotSent)
        assert outcome.because.startswith("there is no token: ")
        assert "hunter2" not in outcome.because
        assert len(gateway.hits) == 1

    def test_nobody_there(self) -> None:
        """Nothing was sent."""
        (outcome,) = sent(customers(f"http://127.0.0.1:{refusing_port()}/send"))
        assert isinstance(outcome, NotSent)

    def test_no_address_is_not_everybody(self) -> None:
        """Without customers the call would mean all those of the member."""
        with web_gateway(answering(TAKEN)) as gateway:
            outcomes = sent(customers(gateway.url), message(" "), message())
        assert [type(outcome) for outcome in outcomes] == [Rejected, Accepted]
        assert sum("add_msg" in hit.target for hit in gateway.hits) == 1

    def test_late(self) -> None:
        """Not even a token is asked for."""
        with web_gateway(answering(TAKEN)) as gateway:
            channel = customers(gateway.url)
            (outcome,) = channel.send([message()], lambda: False)
            channel.close()
        assert isinstance(outcome, NotSent)
        assert not gateway.hits

    def test_an_exchange(self) -> None:
        """Neither token nor secret is shown."""
        with web_gateway(answering(TAKEN)) as gateway:
            channel = customers(gateway.url)
            assert isinstance(channel, Tryable)
            shown = channel.exchange(message())
            channel.close()
        assert "accesstoken000001" not in shown.request + shown.answer + repr(channel)
        assert "hunter2" not in shown.request + shown.answer + repr(channel)
        assert json.dumps("msgGCAAAXtWyujaWJHDDGi0mAAAA") in shown.answer


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "there is no `key`"),
        ({"key": "693a"}, "`key` is no secret"),
        ({"key": "{{ secret('ROBOT') }}", "corp": "x"}, "a wecom channel has no `corp`"),
        ({"to": "members"}, "`to` is 'members'"),
        ({"to": "customers", "corp": "x"}, "there is no `s"),
        ({"to": "customers", "corp": "x", "sender": "y", "secret": "z"}, "`secret` is no secret"),
        ({"key": "{{ secret('ROBOT') }}", "url": "qyapi"}, "`url` is"),
    ],
)
def test_what_cannot_be_meant_is_refused(settings: dict[str, Any], message: str) -> None:
    """When the channel is built."""
    with pytest.raises(ChannelSettingsError, match=message):
        build_channel(ChannelConfig("wecom", "wecom", settings=settings), Path("/nowhere"))
