"""What people see of receipts and replies: `homing run`, `messages`, `customer`, `explain` and `status`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.gateways import Gateway, Hit, web_gateway
from tests.projects import Homing, Said, make_project

RULES = """\
customer { name: text, phone: phone }
message hello { sms: "{{ name }}您好" }
policy p { send on every day 08:00 to 20:00 }
journey j {
  policy p
  enter when name is known
  state s {
    send hello via sms
    on delivered -> end arrived
    on failed -> end lost
    on replied -> end answered
    after 9 days -> end over
  }
}
"""

CONFIG = """\
[project]
brand = "毛毛家"
[channels.sms]
kind = "http"
url = "{base}/send"
json = {{ to = "{{{{ to }}}}", ref = "{{{{ ref }}}}" }}
id = "$.id"
[channels.sms.receipts]
url = "{base}/receipts"
list = "$"
ref = "$.ref"
code = "$.status"
delivered_codes = ["DELIVRD"]
failed_codes = ["UNDELIV"]
because = "$.why"
[channels.sms.replies]
url = "{base}/replies"
list = "$"
id = "$.id"
from = "$.from"
text = "$.text"
"""


@dataclass
class Provider:
    """Takes messages; tells of them what the test says, of the last one it took."""

    codes: list[dict[str, str]] = field(default_factory=list)
    replies: list[dict[str, str]] = field(default_factory=list)
    ref: str = ""
    down: bool = False

    def __call__(self, hit: Hit) -> web.Response:
        """Answer."""
        if hit.target == "/send":
            self.ref = hit.json["ref"]
            return web.json_response({"id": "m1"})
        if self.down:
            return web.json_response({}, status=503)
        if hit.target == "/replies":
            return web.json_response(self.replies)
        return web.json_response([{"ref": self.ref, **code} for code in self.codes])


@contextmanager
def project(folder: Path) -> Iterator[tuple[Homing, Provider]]:
    """A project with one customer, and its provider."""
    provider = Provider()
    with web_gateway(provider) as gateway:
        homing = make_project(folder, RULES, CONFIG.format(base=base_of(gateway)))
        homing.well("apply")
        file = homing.file("customers.csv", "id,name,phone\nC1,陈晨,13800000001\n")
        homing.well("import", "customers", file)
        yield homing, provider


def base_of(gateway: Gateway) -> str:
    """Its address without a path."""
    return gateway.url.removesuffix("/send")


def at(homing: Homing, time: str, *more: str) -> Said:
    """A run at a time of 23 November."""
    return homing("run", "--at", f"2026-11-{time}", *more)


def timeline(homing: Homing) -> list[tuple[str, str, str | None]]:
    """When, what and why."""
    moments: list[dict[str, Any]] = homing.well("customer", "C1", "--json").json["timeline"]
    return [(moment["at"][5:16], moment["what"], moment["because"]) for moment in moments]


def test_delivered(tmp_path: Path) -> None:
    """The run that fetches the receipt acts upon it; a second one at the same time does nothing."""
    with project(tmp_path) as (homing, provider):
        provider.codes = [{"status": "DELIVRD"}]
        said = at(homing, "23 10:00", "--json")
        assert (said.status, said.json["messages"], said.json["ended"]) == (0, {"delivered": 1, "sent": 1}, 1)
        again = at(homing, "23 10:00", "--json")
        assert (again.json["messages"], again.json["ended"], again.err) == ({}, 0, "")
        (message,) = homing.well("messages", "--json").json
        assert (message["status"], message["failed"], message["because"]) == ("delivered", None, None)
        assert message["sent"] == message["delivered"] == "2026-11-23T10:00:00+08:00"
        assert timeline(homing) == [
            ("11-23T10:00", "j: s", "all.rules:6 enter when name is known"),
            ("11-23T10:00", "hello sent via sms: 陈晨您好", None),
            ("11-23T10:00", "hello delivered via sms", None),
            ("11-23T10:00", "j ended arrived", "all.rules:9 on delivered -> end arrived"),
        ]
        said = homing.well("explain", "C1", "--json")
        assert "and was delivered at 2026-11-23T10:00:00+08:00" in said.out


def test_failed_and_contradicted(tmp_path: Path) -> None:
    """With its reason and time; what is told against it stands beside it."""
    with project(tmp_path) as (homing, provider):
        at(homing, "23 10:00")
        provider.codes = [{"status": "UNDELIV", "why": "空号"}, {"status": "DELIVRD"}]
        said = at(homing, "23 11:00")
        assert said.status == 1
        assert said.err == (
            "1 receipt contradicts what was known; the first word stands: `homing customer` shows it\n"
        )
        (message,) = homing.well("messages", "--json").json
        assert (message["status"], message["because"]) == ("failed", "the gateway says: UNDELIV 空号")
        assert (message["sent"][11:16], message["failed"][11:16]) == ("10:00", "11:00")
        assert timeline(homing)[1:] == [
            ("11-23T10:00", "hello sent via sms: 陈晨您好", None),
            ("11-23T11:00", "hello failed via sms", "the gateway says: UNDELIV 空号"),
            (
                "11-23T11:00",
                "sms says of hello that it is delivered; it stays failed",
                "the gateway says: DELIVRD",
            ),
            ("11-23T11:00", "j ended lost", "all.rules:10 on failed -> end lost"),
        ]
        said = homing.well("explain", "C1")
        assert "failed via sms at 2026-11-23T11:00:00+08:00, and is not sent again" in said.out


def test_no_receipt(tmp_path: Path) -> None:
    """After three days."""
    with project(tmp_path) as (homing, _):
        at(homing, "23 10:00")
        said = at(homing, "26 10:00")
        assert said.err == "of 1 message no receipt came within three days; it counts as sent\n"
        (message,) = homing.well("messages", "--json").json
        assert (message["status"], message["because"]) == ("sent", "no receipt came")
        assert (
            "went via sms at 2026-11-23T10:00:00+08:00: no receipt came" in homing.well("explain", "C1").out
        )


def test_replied(tmp_path: Path) -> None:
    """It stands in the timeline with what it answers, and `on replied` fires at once."""
    with project(tmp_path) as (homing, provider):
        at(homing, "23 10:00")
        provider.replies = [{"id": "r1", "from": "008613800000001", "text": "好的"}]
        assert at(homing, "23 11:00", "--json").json["ended"] == 1
        assert ("11-23T11:00", "replied “好的” to hello", None) in timeline(homing)


def test_a_gateway_that_cannot_be_asked(tmp_path: Path) -> None:
    """Exit status 1; `status` says so until it can be."""
    with project(tmp_path) as (homing, provider):
        provider.down = True
        said = at(homing, "23 10:00")
        problem = "receipts of `sms` could not be fetched: HTTP 503"
        assert (said.status, problem in said.err) == (1, True)
        status = homing("status", "--json")
        assert problem in status.json["problems"]
        assert status.status == 1
        config = (tmp_path / "homing.toml").read_text(encoding="utf-8")
        (tmp_path / "homing.toml").write_text(
            config.partition("[channels.sms.receipts]")[0], encoding="utf-8"
        )
        assert homing.well("status", "--json").json["problems"] == []
        (tmp_path / "homing.toml").write_text(config, encoding="utf-8")
        provider.down = False
        assert at(homing, "23 10:05").status == 0
        assert json.loads(homing.well("status", "--json").out)["problems"] == []
