"""What a channel of kind `http` makes of gateways that misbehave: the E faults of the catalogue, over real sockets."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.channels.building import build_channel
from engine.channels.protocol import Accepted, Channel, NotSent, Outcome, Outgoing, Rejected, Unknown
from engine.config import ChannelConfig
from tests.gateways import Gateway, raw_gateway, read_request, refusing_port, reset, says, web_gateway

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"id":"1"}'


def always() -> bool:
    """Nothing is late."""
    return True


def message(key: str = "K1", text: str = "您好") -> Outgoing:
    """A message to a customer."""
    return Outgoing(key, f"{key}.1", "sms", "C1", "+8613800000001", None, text, "2026-11-23T10:00:00+08:00")


@contextmanager
def channel(url: str, **settings: Any) -> Iterator[Channel]:
    """A channel to that address."""
    table = {"url": url, "json": {"to": "{{ to }}", "text": "{{ text }}", "ref": "{{ ref }}"}, "id": "$.id"}
    built = build_channel(ChannelConfig("sms", "http", settings=table | settings), Path("/nowhere"))
    try:
        yield built
    finally:
        built.close()


def send(url: str, count: int = 1, **settings: Any) -> list[Outcome]:
    """What becomes of some messages."""
    with channel(url, **settings) as built:
        return list(built.send([message(f"K{number}") for number in range(count)], always))


def only(outcomes: list[Outcome]) -> Outcome:
    """The one outcome."""
    (outcome,) = outcomes
    return outcome


class TestNothingWasWritten:
    """E1: it may be tried again."""

    def test_refused(self) -> None:
        """E1: nobody listens there."""
        outcome = only(send(f"http://127.0.0.1:{refusing_port()}/send"))
        assert outcome == NotSent("the gateway could not be reached: Connection refused")

    def test_refused_is_not_tried_for_every_message(self) -> None:
        """E1: when nobody can be reached, the rest of a batch did not leave either."""
        outcomes = send(f"http://127.0.0.1:{refusing_port()}/send", 200)
        assert [type(outcome) for outcome in outcomes] == [NotSent] * 200

    def test_no_such_name(self) -> None:
        """E1: names under .invalid are never found."""
        outcome = only(send("http://gateway.invalid/send"))
        assert isinstance(outcome, NotSent)
        assert "Errno" not in outcome.because

    def test_no_tls(self) -> None:
        """E1: who does not speak TLS gets no request."""
        with web_gateway(says({"id": "1"})) as gateway:
            outcome = only(send(f"https://127.0.0.1:{gateway.port}/send"))
        assert isinstance(outcome, NotSent)
        assert not gateway.hits

    def test_hanging_before_tls(self) -> None:
        """E1: neither does who accepts the connection and says nothing."""

        async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.read()

        with raw_gateway(hang) as gateway:
            outcome = only(send(f"https://127.0.0.1:{gateway.port}/send", timeout=0.2))
        assert isinstance(outcome, NotSent)
        assert "no connection within 0.15 seconds" in outcome.because

    def test_a_certificate_nobody_knows(self, tls: ssl.SSLContext) -> None:
        """E1: nor does somebody else who answers in the gateway's place."""
        with web_gateway(says({"id": "1"}), tls) as gateway:
            assert isinstance(only(send(gateway.url)), NotSent)
        assert not gateway.hits

    def test_too_late(self) -> None:
        """E1: what is late does not leave."""
        with web_gateway(says({"id": "1"})) as gateway, channel(gateway.url, connections=1) as built:
            left = iter([True, True, True, False])  # asked twice of the first, which has to connect
            outcomes = built.send([message(f"K{n}") for n in range(4)], lambda: next(left, False))
        assert [type(outcome) for outcome in outcomes] == [Accepted, Accepted, NotSent, NotSent]
        assert len(gateway.hits) == 2

    def test_a_kept_connection_that_was_closed_meanwhile(self) -> None:
        """E1: a connection that the gateway has closed between two sends is not used: the message takes a new one."""
        closed = threading.Semaphore(0)

        async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(OK)
            writer.close()
            await writer.wait_closed()
            closed.release()

        with raw_gateway(once) as gateway, channel(gateway.url) as built:
            for number in range(20):
                assert only(list(built.send([message(f"K{number}")], always))) == Accepted("1")
                closed.acquire()
        assert gateway.connections == 20


class TestSomethingWasWritten:
    """E2 to E5: nobody knows whether the gateway has it, and nobody tries again."""

    @pytest.fixture(
        params=["hang", "fin", "rst", "half a head", "half a body", "garbage", "too long", "upgrade"]
    )
    def gateway(self, request: pytest.FixtureRequest) -> Iterator[Gateway]:
        """E2, E3, E5: a gateway that reads the request and then does not answer properly."""

        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            await _misbehave(str(request.param), reader, writer)

        with raw_gateway(behave) as gateway:
            yield gateway

    def test_no_proper_answer(self, gateway: Gateway) -> None:
        """E2, E3, E5: a hang, a connection closed or reset, half an answer, garbage, an endless answer."""
        outcome = only(send(gateway.url, timeout=1))
        assert isinstance(outcome, Unknown)
        assert gateway.connections == 1

    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_reset_while_the_request_is_written(self, method: str) -> None:
        """E3: a kept connection that is reset as the next request comes in: Unknown, and not sent a second time."""
        requests: list[bytes] = []

        async def second_fails(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            requests.append(await read_request(reader))
            writer.write(OK)
            requests.append(await read_request(reader))
            reset(writer)

        with (
            raw_gateway(second_fails) as gateway,
            channel(gateway.url, method=method, connections=1) as built,
        ):
            outcomes = built.send([message("K1"), message("K2")], always)
        assert [type(outcome) for outcome in outcomes] == [Accepted, Unknown]
        assert len(requests) == 2
        assert gateway.connections == 1

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 418, 304, 299])
    def test_a_status_that_proves_nothing(self, status: int) -> None:
        """E4: 5xx, and whatever else the table does not name."""
        with web_gateway(says({"id": "1"}, status)) as gateway:
            outcome = only(send(gateway.url))
        assert isinstance(outcome, Unknown)
        assert f"HTTP {status}" in outcome.because
        assert len(gateway.hits) == 1

    def test_a_status_that_the_table_names(self) -> None:
        """E4: unless the table says that this gateway has not taken it then."""
        with web_gateway(says({}, 503, Retry_After="7")) as gateway:
            assert only(send(gateway.url, not_sent=[503])) == NotSent("HTTP 503", 7000)

    @pytest.mark.parametrize(
        "body", ["", "no JSON", "[]", "{}", '{"id": null}', '{"id": ""}', '{"id": {"a": 1}}']
    )
    def test_a_body_without_what_it_must_hold(self, body: str) -> None:
        """E5: a 200 without the reference that it must hold."""
        with web_gateway(says(body)) as gateway:
            assert isinstance(only(send(gateway.url)), Unknown)

    def test_closed_from_elsewhere_while_it_waits(self) -> None:
        """E3: a channel that is closed as the engine stops gives up its calls; what they wrote is unknown."""
        asked = threading.Event()

        async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await read_request(reader)
            asked.set()
            await reader.read()

        with raw_gateway(hang) as gateway, channel(gateway.url) as built, ThreadPoolExecutor(1) as pool:
            sent = pool.submit(built.send, [message()], always)
            asked.wait()
            built.close()
            assert isinstance(only(list(sent.result())), Unknown)

    @pytest.mark.parametrize(
        "answer",
        [
            b'HTTP/1.0 200 OK\r\n\r\n{"id":"1"}',
            b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"id":"1"}',
            b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"\r\n5\r\n:"1"}\r\n0\r\n\r\n',
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK,
            b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
            OK.replace(b"200 OK", b"201 Created\r\nX: \xff\xe4"),
        ],
    )
    def test_unusual_answers_that_are_whole(self, answer: bytes) -> None:
        """E5: an end that is the connection's, pieces, what comes before an answer: the message was taken."""

        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            for place in range(len(answer)):  # byte by byte
                writer.write(answer[place : place + 1])
                await writer.drain()

        with raw_gateway(behave) as gateway:
            assert only(send(gateway.url)) == Accepted("1")

    def test_the_other_messages_go_on(self) -> None:
        """E3: one broken connection is that one message's affair."""

        async def second_breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while request := await read_request(reader):
                if b'"K7.1"' in request:
                    reset(writer)
                    return
                writer.write(OK)

        with raw_gateway(second_breaks) as gateway:
            outcomes = send(gateway.url, 20)
        assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Unknown)] == [7]
        assert sum(isinstance(outcome, Accepted) for outcome in outcomes) == 19


class TestTheGatewaySaysNo:
    """E6, E7, E12: answers that prove something."""

    @pytest.mark.parametrize(
        ("headers", "after"),
        [
            ({"Retry_After": "30"}, 30_000),
            ({}, None),
            ({"Retry_After": "soon"}, None),
            (
                {"Retry_After": "Mon, 23 Nov 2026 10:01:00 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"},
                60_000,
            ),
        ],
    )
    def test_too_many_requests(self, headers: dict[str, str], after: int | None) -> None:
        """E6: a 429 is not sent, slower, after as long as it asks for."""
        with web_gateway(says({}, 429, **headers)) as gateway:
            assert only(send(gateway.url)) == NotSent("HTTP 429", after, slower=True)

    def test_flow_control_by_code(self) -> None:
        """E6: the same inside a 200."""
        with web_gateway(says({"code": "FLOW", "msg": "慢一点"})) as gateway:
            outcome = only(send(gateway.url, code="$.code", slower_codes=["FLOW"], because="$.msg"))
        assert outcome == NotSent("the gateway says: FLOW 慢一点", slower=True)

    @pytest.mark.parametrize(
        ("status", "body", "because"),
        [
            (200, {"msg": "ok"}, "no code at `$.code`, `$.data.code` in the answer; the gateway says: ok"),
            (200, {}, "no code at `$.code`, `$.data.code` in the answer; HTTP 200"),
            (400, {"msg": "no"}, "no code at `$.code`, `$.data.code` in the answer; HTTP 400: no"),
            (500, "oops", "HTTP 500"),
            (200, {"code": 9, "msg": "ok"}, "the gateway says: 9 ok"),
        ],
    )
    def test_no_code(self, status: int, body: object, because: str) -> None:
        """Where one was to be, by the table, whose path may be wrong; what is no JSON has no paths."""
        code = {"code": ["$.code", "$.data.code"], "accepted_codes": [0]}
        with web_gateway(says(body, status)) as gateway:
            outcome = only(send(gateway.url, because="$.msg", **code))
        assert not isinstance(outcome, Accepted)
        assert outcome.because == because

    @pytest.mark.parametrize("status", [400, 404, 422])
    def test_refused_for_good(self, status: int) -> None:
        """E7: with the reason that it gives."""
        with web_gateway(says({"msg": "no such number"}, status)) as gateway:
            outcome = only(send(gateway.url, because="$.msg"))
        assert outcome == Rejected(f"HTTP {status}: no such number")

    def test_opted_out(self) -> None:
        """E7: a code that tells that the customer wants no more."""
        with web_gateway(says({"code": 21610}, 400)) as gateway:
            outcome = only(send(gateway.url, code="$.code", opted_out_codes=[21610]))
        assert outcome == Rejected("HTTP 400: 21610", opted_out=True)

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("LimitExceeded.PhoneNumberThirtySecondLimit", NotSent),
            ("LimitExceeded.PhoneNumberDailyLimit", Rejected),
            ("LimitExceeded.Other", NotSent),
            ("NeverHeardOf", Unknown),
        ],
    )
    def test_limits_of_the_gateway(self, code: str, expected: type) -> None:
        """E12: what it counts itself is told as such, not as unknown; codes may be named by their beginning."""
        lists = {
            "code": "$.Code",
            "accepted_codes": ["Ok"],
            "not_sent_codes": ["LimitExceeded.*"],
            "rejected_codes": ["LimitExceeded.PhoneNumberDailyLimit"],
        }
        with web_gateway(says({"Code": code})) as gateway:
            assert isinstance(only(send(gateway.url, **lists)), expected)


class TestElsewhere:
    """E14: nobody leads the engine anywhere else."""

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_redirects_are_not_followed(self, status: int) -> None:
        """E14: wherever they lead; what the gateway did with the message is unknown."""
        with (
            web_gateway(says({"id": "1"})) as other,
            web_gateway(says({}, status, Location=other.url)) as gateway,
        ):
            assert isinstance(only(send(gateway.url)), Unknown)
        assert len(gateway.hits) == 1
        assert not other.hits

    def test_no_proxy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """E14: nor through a proxy that the environment names."""
        with web_gateway(says({"id": "1"})) as proxy, web_gateway(says({"id": "2"})) as gateway:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.delenv("no_proxy", raising=False)
            assert only(send(gateway.url)) == Accepted("2")
        assert not proxy.hits

    def test_an_answer_nobody_asked_for(self) -> None:
        """E14: a second answer to one request is never taken for the answer to the next."""

        async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await read_request(reader):
                writer.write(OK + OK.replace(b'"1"', b'"2"'))

        with raw_gateway(twice) as gateway:
            outcomes = send(gateway.url, 5, connections=1)
        assert set(outcomes) <= {Accepted("1")}
        assert gateway.connections == 5


async def _misbehave(how: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    match how:
        case "hang":
            await reader.read()
        case "rst":
            reset(writer)
        case "half a head":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
        case "half a body":
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":"1"}')
        case "garbage":
            writer.write(b"\x00\x01\x02 220 smtp.example ESMTP\r\n\r\n")
        case "too long":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b" " * 9_000_000)
        case "upgrade":
            writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
    if how != "rst":
        await writer.drain()
