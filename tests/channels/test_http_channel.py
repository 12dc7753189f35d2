"""Channels of kind `http` with gateways that behave: what is said, what is heard, what is refused beforehand."""

import hashlib
import hmac
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
from aiohttp import web

from engine.channels.building import build_channel
from engine.channels.protocol import (
    Accepted,
    Capabilities,
    Channel,
    ChannelSettingsError,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
    Tryable,
    Unknown,
    Witness,
)
from engine.config import ChannelConfig
from tests.gateways import Hit, says, web_gateway

JSON = {"to": "{{ to }}", "text": "{{ text }}"}


def message(key: str = "K1", **values: Any) -> Outgoing:
    """A message to a customer."""
    at = "2026-11-23T10:00:00+08:00"
    made = Outgoing(key, f"{key}.1", "sms", "C1", "+8613800000001", None, '您好，"李"\n再见', at)
    return made._replace(**values)


@contextmanager
def channel(settings: dict[str, Any], folder: Path = Path("/nowhere")) -> Iterator[Channel]:
    """The channel of a table."""
    built = build_channel(ChannelConfig("sms", "http", settings=settings), folder)
    try:
        yield built
    finally:
        built.close()


def hit_by(
    settings: dict[str, Any], *messages: Outgoing, answer: object = None
) -> tuple[list[Outcome], list[Hit]]:
    """What becomes of messages, and what the gateway got."""
    with web_gateway(says(answer)) as gateway, channel({"url": gateway.url} | settings) as built:
        outcomes = list(built.send(messages or [message()], lambda: True))
    return outcomes, gateway.hits


class TestWhatIsSaid:
    """Requests."""

    def test_json(self) -> None:
        """Texts are templates, at any depth; everything else stays as it is."""
        body = {
            "to": ["{{ to }}"],
            "n": 1,
            "ok": True,
            "in": {"text": "{{ text }}", "subject": "{{ subject }}"},
        }
        _, (hit,) = hit_by({"json": body})
        assert hit.method == "POST"
        assert hit.headers["content-type"] == "application/json; charset=utf-8"
        inner = {"text": '您好，"李"\n再见', "subject": ""}
        assert hit.json == {"to": ["+8613800000001"], "n": 1, "ok": True, "in": inner}

    def test_form(self) -> None:
        """As browsers send them."""
        _, (hit,) = hit_by({"form": {"to": "{{ to|national }}", "text": "【毛毛家】{{ text }}", "n": 1}})
        assert hit.headers["content-type"] == "application/x-www-form-urlencoded"
        assert hit.form == {"to": "13800000001", "text": '【毛毛家】您好，"李"\n再见', "n": "1"}

    def test_body(self) -> None:
        """Any text, with its type; values can be written as JSON."""
        _, (hit,) = hit_by({"body": '<a>{{ ref }}</a>{"t":{{ text|json }}}', "content_type": "text/xml"})
        assert hit.headers["content-type"] == "text/xml"
        assert hit.body.decode() == '<a>K1.1</a>{"t":"您好，\\"李\\"\\n再见"}'

    def test_url(self) -> None:
        """Values are percent-encoded, whatever customers are called."""
        to = message(customer="../x?a=b&c#d", to="a b")
        with web_gateway(says()) as gateway:
            url = gateway.url + "/{{ customer }}?q=1&to={{ to }}"
            with channel({"url": url, "params": {"text": "{{ text }}", "n": 2}}) as built:
                built.send([to], lambda: True)
        (hit,) = gateway.hits
        assert hit.method == "GET"
        assert hit.target.startswith("/send/..%2Fx%3Fa%3Db%26c%23d?q=1&to=a%20b&text=%E6%82%A8")
        assert hit.target.endswith("&n=2")

    def test_headers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With the key for gateways that know it again, and what is usual unless the table says otherwise."""
        monkeypatch.setenv("PASS", "b")
        headers = {"Idempotency-Key": "{{ key }}", "accept": "text/plain", "X-Name": "毛毛家"}
        basic = {"user": "a", "password": "{{ secret('PASS') }}"}
        outcomes, (hit,) = hit_by({"json": JSON, "headers": headers, "basic": basic})
        assert outcomes == [Accepted()]
        assert hit.headers["idempotency-key"] == "K1"
        assert hit.headers["accept"] == "text/plain"
        assert hit.headers["authorization"] == "Basic YTpi"
        assert hit.headers["user-agent"] == "Homing"

    def test_nothing_can_be_smuggled_into_headers(self) -> None:
        """A message whose value would begin another header is refused; the others go."""
        settings = {"json": JSON, "headers": {"X-Subject": "{{ subject }}"}}
        outcomes, hits = hit_by(settings, message("K1", subject="a\r\nX-Evil: 1"), message("K2", subject="a"))
        assert outcomes == [Rejected("the header `X-Subject` would hold a line break"), Accepted()]
        assert len(hits) == 1

    def test_half_a_character(self) -> None:
        """What is no text is refused; the others go."""
        outcomes, hits = hit_by({"form": JSON}, message("K1", text="\ud83d"), message("K2"))
        assert [type(outcome) for outcome in outcomes] == [Rejected, Accepted]
        assert len(hits) == 1

    def test_customers_data_is_never_a_template(self) -> None:
        """Braces in it stay braces."""
        _, (hit,) = hit_by({"json": JSON}, message(text="{{ 7*7 }}{% if a %}"))
        assert hit.json["text"] == "{{ 7*7 }}{% if a %}"

    def test_conditions_and_filters(self) -> None:
        """As in messages."""
        text = "{% if subject %}{{ subject }}: {% endif %}{{ text|truncate(3, True, '') }}{{ to|trim('+') }}"
        _, hits = hit_by({"json": {"t": text}}, message(text="abcdef"), message("K2", subject="S", text="x"))
        assert {hit.json["t"] for hit in hits} == {"abc8613800000001", "S: x8613800000001"}

    def test_a_signature_in_the_body(self) -> None:
        """Over values; the clock is the gateway's."""
        sign = {"scheme": "md5", "over": "acc{{ secret('PASS') }}{{ timestamp }}", "as": "hex-upper"}
        table = {"json": {"sign": "{{ signature }}", "at": "{{ timestamp }}"}, "sign": sign}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PASS", "pw")
            _, (hit,) = hit_by(table)
        assert len(hit.json["sign"]) == 32
        assert hit.json["sign"].isupper() or hit.json["sign"].isdigit()
        assert int(hit.json["at"]) > 1_790_000_000

    def test_a_signature_over_the_request(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In a header then; the body is what was sent."""
        monkeypatch.setenv("KEY", "k")
        over = "{{ method }} {{ path }}\n{{ body }}"
        sign = {"scheme": "hmac-sha256", "secret": "{{ secret('KEY') }}", "over": over}
        _, (hit,) = hit_by({"json": JSON, "sign": sign, "headers": {"X-Sign": "{{ signature }}"}})
        wanted = hmac.digest(b"k", b"POST /send\n" + hit.body, hashlib.sha256).hex()
        assert hit.headers["x-sign"] == wanted


class TestSecrets:
    """They come from the environment or a file, and go nowhere but to the gateway."""

    TABLE: ClassVar[dict[str, Any]] = {"url": "http://127.0.0.1:1/{{ secret('SMS_TOKEN') }}", "json": JSON}

    def test_the_environment_wins_over_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A file of that name in `secrets`, without its line end."""
        (tmp_path / "secrets").mkdir()
        (tmp_path / "secrets" / "SMS_TOKEN").write_text("from file\n")
        for value, expected in ((None, "from file"), ("from env", "from env")):
            if value:
                monkeypatch.setenv("SMS_TOKEN", value)
            with web_gateway(says()) as gateway:
                headers = {"Authorization": "Bearer {{ secret('SMS_TOKEN') }}"}
                with channel({"url": gateway.url, "json": JSON, "headers": headers}, tmp_path) as built:
                    built.send([message()], lambda: True)
            assert gateway.hits[0].headers["authorization"] == f"Bearer {expected}"

    def test_a_missing_one_is_named(self, tmp_path: Path) -> None:
        """With the variable and the file."""
        with (
            pytest.raises(ChannelSettingsError, match="secret `SMS_TOKEN` is nowhere") as caught,
            channel(self.TABLE, tmp_path),
        ):
            pass
        assert str(tmp_path / "secrets" / "SMS_TOKEN") in caught.value.hint

    def test_they_are_never_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not in what was said and heard, not in reasons, not in how a channel is printed."""
        canary = 'Canary/+"=7'
        monkeypatch.setenv("SMS_TOKEN", canary)
        table = {
            "json": JSON | {"token": "{{ secret('SMS_TOKEN') }}"},
            "headers": {"X-Token": "{{ secret('SMS_TOKEN') }}"},
            "basic": {"user": "u", "password": "{{ secret('SMS_TOKEN') }}"},
            "because": "$.msg",
        }
        with web_gateway(says({"msg": f"bad token {canary}"}, 400)) as gateway:
            url = gateway.url + "?t={{ secret('SMS_TOKEN') }}"
            with channel({"url": url} | table) as built:
                assert isinstance(built, Tryable)
                exchange = built.exchange(message())
                shown = repr((built, exchange))
        (hit,) = gateway.hits
        assert hit.json["token"] == canary
        assert hit.headers["x-token"] == canary
        assert "Canary" not in shown
        assert "dTpDYW5hcn" not in shown
        assert exchange.outcome == Rejected("HTTP 400: bad token ••••")
        assert "X-Token: ••••\n" in exchange.request
        assert "?t=•••• HTTP/1.1" in exchange.request
        assert "+8613800000001" in exchange.request


class TestBatches:
    """Many messages in one call."""

    TABLE: ClassVar[dict[str, Any]] = {
        "batch": 3,
        "json": {"to": "{{ to }}", "ref": "{{ ref }}"},
        "list": "$.data.messages",
    }

    def test_one_call_for_some(self) -> None:
        """In the list, within what is the same for all."""
        table = self.TABLE | {"json_batch": {"app": "{{ channel }}", "data": {"v": 1}}}
        outcomes, hits = hit_by(table, *(message(f"K{n}") for n in range(7)))
        assert outcomes == [Accepted()] * 7
        bodies = sorted((hit.json for hit in hits), key=lambda body: str(body["data"]["messages"]))
        assert [len(body["data"]["messages"]) for body in bodies] == [3, 3, 1]
        assert bodies[0]["app"] == "sms"
        assert bodies[0]["data"]["v"] == 1

    def test_results_in_order(self) -> None:
        """One for each message, each judged by itself."""
        results = [{"id": 1, "code": 0}, {"code": 7}, {"code": 9, "msg": "later"}]
        lists = {"code": "$.code", "accepted_codes": [0], "rejected_codes": [7], "not_sent_codes": [9]}
        table = self.TABLE | lists | {"results": "$.r[*]", "id": "$.id", "because": "$.msg"}
        outcomes, _ = hit_by(table, *(message(f"K{n}") for n in range(3)), answer={"r": results})
        assert outcomes == [
            Accepted("1"),
            Rejected("the gateway says: 7"),
            NotSent("the gateway says: 9 later"),
        ]

    def test_too_few_results_prove_nothing(self) -> None:
        """Nobody knows whose is missing."""
        table = self.TABLE | {"results": "$.r[*]", "id": "$.id"}
        outcomes, _ = hit_by(table, *(message(f"K{n}") for n in range(3)), answer={"r": [{"id": 1}] * 2})
        assert [type(outcome) for outcome in outcomes] == [Unknown] * 3

    def test_no_results_at_all(self) -> None:
        """A status that is fine does not say what became of each."""
        table = self.TABLE | {"results": "$.r[*]"}
        for answer in ({}, {"r": []}, {"r": 1}):
            outcomes, _ = hit_by(table, message(), answer=answer)
            assert [type(outcome) for outcome in outcomes] == [Unknown]

    def test_a_reference_of_the_batch_is_none_of_its_messages(self) -> None:
        """It must be there all the same."""
        table = self.TABLE | {"id": "$.id"}
        outcomes, _ = hit_by(table, message("K1"), message("K2"), answer={"id": 7})
        assert outcomes == [Accepted(), Accepted()]
        outcomes, _ = hit_by(table, message("K1"), message("K2"), answer={})
        assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]

    def test_results_by_ref(self) -> None:
        """In any order; who is not among them is unknown."""
        results = [{"ref": "K2.1", "id": "b"}, {"ref": "K0.1", "id": "a"}, {"ref": "other", "id": "c"}]
        table = self.TABLE | {"results": "$.r[*]", "id": "$.id", "ref": "$.ref"}
        outcomes, _ = hit_by(table, *(message(f"K{n}") for n in range(3)), answer={"r": results})
        assert outcomes == [Accepted("a"), Unknown("the answer does not name this message"), Accepted("b")]

    def test_one_that_cannot_be_written_does_not_hold_the_others(self) -> None:
        """It is refused alone."""
        messages = (message("K0"), message("K1", to="\ud83d"), message("K2"))
        outcomes, (hit,) = hit_by(self.TABLE, *messages)
        assert [type(outcome) for outcome in outcomes] == [Accepted, Rejected, Accepted]
        assert [one["ref"] for one in hit.json["data"]["messages"]] == ["K0.1", "K2.1"]


class TestWitness:
    """`query`: gateways that can be asked later."""

    def test_what_the_gateway_knows_is_settled(self) -> None:
        """By key; what it does not know proves nothing."""
        known = {"K1": {"state": "sent", "id": 5}, "K2": {"state": "refused"}, "K3": {"state": "?"}}

        def answer(hit: Hit) -> web.Response:
            key = hit.target.rsplit("/", 1)[1]
            return web.json_response(known.get(key, {}), status=200 if key in known else 404)

        query = {"code": "$.state", "accepted_codes": ["sent"], "rejected_codes": ["refused"], "id": "$.id"}
        with web_gateway(answer) as gateway:
            table = {"url": gateway.url, "json": JSON, "query": query | {"url": gateway.url + "/{{ key }}"}}
            with channel(table) as built:
                assert isinstance(built, Witness)
                found = built.settled(["K1", "K2", "K3", "K4"])
        assert found == {"K1": Accepted("5"), "K2": Rejected("the gateway says: refused")}

    def test_without_it_a_channel_is_no_witness(self) -> None:
        """Nobody asks it."""
        with channel({"url": "http://127.0.0.1:1/"}) as built:
            assert not isinstance(built, Witness)

    def test_a_gateway_that_does_not_answer_settles_nothing(self) -> None:
        """Nor does one that is away."""
        query = {"url": "http://127.0.0.1:1/{{ key }}"}
        with channel({"url": "http://127.0.0.1:1/", "query": query}) as built:
            assert isinstance(built, Witness)
            assert built.settled(["K1", "K2"]) == {}


class TestConnections:
    """Few, kept, and closed at the end."""

    def test_they_are_kept(self, tls: ssl.SSLContext, certificates: Path) -> None:
        """From call to call and from send to send, with TLS too."""
        with web_gateway(says(), tls) as gateway:
            table = {"url": gateway.url, "json": JSON, "connections": 2, "certificates": str(certificates)}
            with channel(table) as built:
                for start in range(0, 20, 10):
                    sent = built.send([message(f"K{start + n}") for n in range(10)], lambda: True)
                    assert list(sent) == [Accepted()] * 10
        assert 1 <= len(gateway.callers) <= 2

    def test_what_it_can_do(self) -> None:
        """A send holds what the gateway takes in a second."""
        table = {"url": "http://127.0.0.1:1/", "remembers": "24 hours"}
        with channel(table) as built:
            assert built.capabilities == Capabilities(500, None, 86_400_000)
        with channel(table | {"rate": 20}) as built:
            assert built.capabilities == Capabilities(20, 20, 86_400_000)
        with channel({"url": "http://127.0.0.1:1/", "rate": 0.5}) as built:
            assert built.capabilities == Capabilities(1, 0.5, 0)

    def test_it_can_be_used_again_after_it_was_closed(self) -> None:
        """And closed twice."""
        with web_gateway(says()) as gateway, channel({"url": gateway.url}) as built:
            for _ in range(2):
                assert list(built.send([message()], lambda: True)) == [Accepted()]
                built.close()


def test_the_answer_is_judged_by_its_code_first() -> None:
    """And only as far as the table says."""
    lists: dict[str, Any] = {
        "code": ["$.error.code", "$.code"],
        "not_sent_codes": ["E*"],
        "rejected_codes": ["E1"],
    }
    for answer, expected in (
        ({"code": "E1"}, Rejected),
        ({"code": "E2"}, NotSent),
        ({"error": {"code": "E2"}, "code": "E1"}, NotSent),
        ({"code": "F"}, Unknown),
        ({}, Accepted),
        (json.loads("[]"), Accepted),
    ):
        (outcome,), _ = hit_by({"json": JSON} | lists, answer=answer)
        assert isinstance(outcome, expected), answer
