"""Projects served over HTTP on loopback: in this process on a clock of ours, or as a daemon of their own."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.daemon.logs import start_logging
from engine.projects.project import Project
from engine.storage.web_tables import parked
from engine.web.door import Door, opened_door
from tests.projects import Homing, applied_project

NOW = 1_795_312_800_000
"""2026-11-22 10:00 UTC, 18:00 in Shanghai."""

KEYS = {
    "SHOP_KEY": "shop-secret",
    "EVENTS_KEY": "events-secret",
    "WATCH_KEY": "watch-secret",
    "SMS_HOOK": "hook-secret",
}

CONFIG = """\
[project]
brand = "毛毛家"

[channels.sms]
path = "outbox.jsonl"

[http.sources.shop]
key = "{{ secret('SHOP_KEY') }}"
scopes = ["events", "customers", "receipts", "replies"]
traits = { birthDate = "birthday" }

[http.sources.shop.events."Order Completed"]
kind = "purchase"
fields = { revenue = "amount" }

[http.sources.till]
key = "{{ secret('EVENTS_KEY') }}"
scopes = ["events"]

[http.sources.prometheus]
key = "{{ secret('WATCH_KEY') }}"
scopes = ["metrics"]
"""

RULES = """\
customer {
  name: text
  first_name: text
  phone: phone
  birthday: date
  points: number
}
event visit { store: text }
event purchase { amount: money, items: number }
journey j {
  enter when purchase ever
  on visit -> end over
  state s {
    after 3 days -> end late
  }
}
"""


PUSHED = """\
[project]
brand = "毛毛家"

[channels.sms]
kind = "http"
url = "http://127.0.0.1:9/send"
json = { to = "{{ to }}", text = "{{ text }}", ref = "{{ ref }}" }
[channels.sms.receipts]
list = "$"
ref = "$.ref"
receipt_id = "$.id"
code = "$.status"
delivered_codes = ["OK"]
failed_codes = ["NO"]
[channels.sms.replies]
from = "$.from"
text = "$.text"
id = "$.id"

[channels.plain]
address = "phone"
kind = "http"
url = "http://127.0.0.1:9/send"
json = { to = "{{ to }}", text = "{{ text }}" }
[channels.plain.replies]
from = "$.from"
text = "$.text"
id = "$.id"

[http.gateways.sms]
secret = "{{ secret('SMS_HOOK') }}"
over = "{{ timestamp }}.{{ body }}"
timestamp = "X-Time"
id = "X-Id"
prefix = "v1="
answer = { code = 0, msg = "OK" }

[http.sources.gateway]
key = "{{ secret('SHOP_KEY') }}"
scopes = ["replies"]
from = ["127.0.0.1", "10.0.0.0/8"]

[http.sources.elsewhere]
key = "{{ secret('EVENTS_KEY') }}"
scopes = ["replies"]
from = ["10.0.0.0/8"]

[http.sources.prometheus]
key = "{{ secret('WATCH_KEY') }}"
scopes = ["metrics"]
"""
PUSHED_RULES = """\
customer { name: text, phone: phone }
message hello { sms: "您好,回T退订" }
policy p { send on every day 00:00 to 24:00 }
journey j {
  policy p
  enter when name is known
  state s { send hello via sms }
}
"""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Web:
    """A project that is served in this process. `now`: what its clock shows. `told`: how often a run was wished for."""

    homing: Homing
    project: Project
    port: int = 0
    now: int = NOW
    told: int = 0
    door: Door | None = None
    log: io.StringIO = field(default_factory=io.StringIO)

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        key: str | None = "shop-secret",
        **headers: str,
    ) -> Answer:
        """One request, by a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            named["authorization"] = f"Bearer {key}"
        try:
            connection.request(method, path, body, named)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def post(self, path: str, document: object, key: str | None = "shop-secret", **headers: str) -> Answer:
        """A document as JSON."""
        return self.call(
            "POST", path, json.dumps(document).encode(), key, content_type="application/json", **headers
        )

    def track(
        self, event: str, user: str | None = "C1", key: str | None = "shop-secret", **more: object
    ) -> Answer:
        """An event."""
        return self.post("/v1/track", {"event": event, "userId": user, **more}, key)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with self.project.store.read() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement))]

    def parked(self) -> list[str]:
        """Why messages are parked."""
        with self.project.store.read() as connection:
            return sorted(connection.scalars(sa.select(parked.c.because)))


@contextmanager
def web(folder: Path, config: str = CONFIG, rules: str = RULES) -> Iterator[Web]:
    """A project, its rules in force, served on a free port."""
    homing = Homing(folder) if (folder / "homing.toml").exists() else applied_project(folder, rules, config)
    secrets = folder / "secrets"
    secrets.mkdir(exist_ok=True)
    for name, value in KEYS.items():
        (secrets / name).write_text(value)
    made = Web(homing, homing.opened())
    start_logging("json", "info", made.log)

    def arrived() -> None:
        made.told += 1

    try:
        with opened_door(made.project, "127.0.0.1:0", lambda: made.now, arrived) as made.door:
            made.port = port_of(made.log.getvalue())
            yield made
    finally:
        made.project.store.close()


def port_of(log: str) -> int:
    """Where it listens, by what it told."""
    told = next(json.loads(line) for line in log.splitlines() if '"listening"' in line)
    return int(told["address"].rpartition(":")[2])
