"""Catalogue E as operations staff meet it: `homing run` against a real gateway that does what gateways do.

Whatever it answers: nothing goes twice, what did not go goes later, and what is in doubt stays before people's eyes.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.gateways import Gateway, raw_gateway, read_request, refusing_port, reset
from tests.projects import CONFIG, Homing, applied_project

RUNS = ("2024-01-02 09:30", "2024-01-02 10:30", "2024-01-03 10:30", "2024-01-06 10:30")
"""The first, and others when every pause is over and every question has been asked."""

Writer = asyncio.StreamWriter
Answer = Callable[[asyncio.StreamReader, Writer], Awaitable[None]]


def says(status: int, body: str = '{"id": "X1"}', *headers: str) -> Answer:
    """A whole answer."""
    lines = (f"HTTP/1.1 {status} Said", f"Content-Length: {len(body.encode())}", *headers)

    async def answer(_: asyncio.StreamReader, writer: Writer) -> None:
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    return answer


async def hang(reader: asyncio.StreamReader, _: Writer) -> None:
    """No answer, for as long as anybody waits."""
    await reader.read()


async def break_off(_: asyncio.StreamReader, writer: Writer) -> None:
    """A RST instead of an answer."""
    reset(writer)


@dataclass(frozen=True)
class Fault:
    """What a gateway does to the first request, and to all others when it has recovered.

    `first`: how the message stands after the first run; `last`: after all; `hits`: how often the gateway was asked.
    """

    row: str
    answer: Answer
    first: str
    last: str
    hits: int


FAULTS = (
    Fault("E2 time-out", hang, "unknown", "unknown", 1),
    Fault("E3 reset", break_off, "unknown", "unknown", 1),
    Fault("E4 500", says(500), "unknown", "unknown", 1),
    Fault("E4 502", says(502, "<html>Bad gateway"), "unknown", "unknown", 1),
    Fault("E5 garbage", says(200, "<html>All is well"), "unknown", "unknown", 1),
    Fault("E6 too many", says(429, "{}", "Retry-After: 600"), "ready", "sent", 2),
    Fault("E6 flow control by code", says(200, '{"code": "LIMIT"}'), "ready", "sent", 2),
    Fault("E7 bad number", says(200, '{"code": "MOBILE"}'), "failed", "failed", 1),
    Fault("E7 opted out", says(200, '{"code": "BLACK"}'), "failed", "failed", 1),
    Fault("E14 redirect", says(302, "", "Location: http://127.0.0.1:9/internal"), "unknown", "unknown", 1),
)


@contextmanager
def gateway(answer: Answer) -> Iterator[tuple[Gateway, list[bytes]]]:
    """A gateway that answers the first request so, and takes all later ones."""
    asked: list[bytes] = []

    async def behave(reader: asyncio.StreamReader, writer: Writer) -> None:
        while True:
            asked.append(await read_request(reader))
            await (answer if len(asked) == 1 else says(200))(reader, writer)

    with raw_gateway(behave) as found:
        yield found, asked


TABLE = """
[channels.sms]
kind = "http"
url = "{url}"
json = {{ to = "{{{{ to }}}}", text = "{{{{ text }}}}", ref = "{{{{ ref }}}}" }}
code = "$.code"
rejected_codes = ["MOBILE"]
not_sent_codes = ["LIMIT"]
opted_out_codes = ["BLACK"]
id = "$.id"
timeout = {timeout}
"""


def shop(folder: Path, url: str, timeout: float = 60) -> Homing:
    """A project with one customer who is about to be written to. `timeout`: of the gateway, in seconds."""
    homing = applied_project(folder)
    config = CONFIG.replace('[channels.sms]\npath = "outbox.jsonl"\n', "") + TABLE.format(
        url=url, timeout=timeout
    )
    homing.file("homing.toml", config)
    homing.well("import", "customers", homing.file("c.csv", "id,name,phone\nC1,陈晨,13800000001\n"))
    homing.well("import", "visit", homing.file("v.csv", "customer,at\nC1,2023-08-01 10:00\n"))
    return homing


def status(homing: Homing) -> str:
    """How the message stands."""
    (found,) = homing.well("messages", "--json").json
    return str(found["status"])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.row)
def test_whatever_the_gateway_answers(tmp_path: Path, fault: Fault) -> None:
    """Only what was proved not to be taken is sent again; doubt stays doubt, and is in the queue."""
    with gateway(fault.answer) as (server, asked):
        homing = shop(tmp_path, server.url, 0.5 if fault.answer is hang else 60)
        homing("run", "--at", RUNS[0])
        assert (status(homing), len(asked)) == (fault.first, 1)
        for at in RUNS[1:]:
            homing("run", "--at", at)
    assert (status(homing), len(asked)) == (fault.last, fault.hits)
    queued = [item["kind"] for item in homing.well("queue", "--json").json]
    assert queued == (["unknown"] if fault.last == "unknown" else [])
    optouts = homing.well("customer", "C1", "--json").json["optouts"]
    assert bool(optouts) is ("opted out" in fault.row)


def test_nobody_listens(tmp_path: Path) -> None:
    """E1: what never reached a gateway is tried again, and goes once somebody listens."""
    homing = shop(tmp_path, f"http://127.0.0.1:{refusing_port()}/send")
    homing("run", "--at", RUNS[0])
    assert status(homing) == "ready"
    with gateway(says(200)) as (server, asked):
        text = (tmp_path / "homing.toml").read_text(encoding="utf-8")
        line = next(line for line in text.splitlines() if line.startswith("url"))
        homing.file("homing.toml", text.replace(line, f'url = "{server.url}"'))
        homing.well("run", "--at", RUNS[1])
    assert (status(homing), len(asked)) == ("sent", 1)


def test_a_person_settles_what_is_in_doubt(tmp_path: Path) -> None:
    """With name and evidence: it was sent, or it goes once more, under a key of its own."""
    with gateway(hang) as (server, asked):
        homing = shop(tmp_path, server.url, 1)
        homing("run", "--at", RUNS[0])
        (doubt,) = homing.well("queue", "list", "--kind", "unknown", "--json").json
        assert (doubt["customer"], doubt["journey"], doubt["what"]) == ("C1", "win_back", "hello")
        assert homing("queue", "resolve", doubt["id"], "--sent").status == 2
        homing.well("run", "--at", RUNS[1])
        anew = ("queue", "resolve", doubt["id"], "--anew", "--as", "小林", "--because", "平台查无此条")
        homing.well(*anew)
        homing.well("run", "--at", RUNS[1])
        assert (status(homing), len(asked)) == ("sent", 2)
        assert homing.well("queue", "--json").json == []
        assert homing(*anew).status == 1
    first, second = (json.loads(request.partition(b"\r\n\r\n")[2])["ref"] for request in asked)
    assert first.partition(".")[0] != second.partition(".")[0]


def test_it_had_been_sent(tmp_path: Path) -> None:
    """What turns out to have been sent is sent: it never goes again."""
    with gateway(hang) as (server, asked):
        homing = shop(tmp_path, server.url, 1)
        homing("run", "--at", RUNS[0])
        (doubt,) = homing.well("queue", "--json").json
        shown = homing.well("queue", "show", doubt["id"], "--json").json
        assert [item["text"] for item in shown] == ["【毛毛家】陈晨您好,好久不见!回复1预约,回T退订"]
        homing.well("queue", "resolve", doubt["id"], "--sent", "--because", "客户说收到了")
        for at in RUNS[1:]:
            homing.well("run", "--at", at)
    assert (status(homing), len(asked)) == ("sent", 1)
