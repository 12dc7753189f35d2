"""Daemons under test: processes that are listened to by their logs, and some in this process on a clock of ours."""

import asyncio
import json
import queue
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.calendars.zone import MINUTE, Zone
from engine.daemon.chores import Chore, Rota
from engine.daemon.clock import Clock, Wishes
from engine.daemon.daemon import Daemon
from engine.daemon.worker import Worker
from engine.projects.leading import Lead
from engine.projects.project_turn import ready
from engine.running.run import run
from engine.storage.schema import run as runs
from tests.gateways import Gateway, raw_gateway, read_request
from tests.projects import Homing, applied_project

SHANGHAI = Zone("Asia/Shanghai")

PATIENCE = 60.0
"""Seconds after which a test gives up waiting for what it expects."""

CONFIG = """\
[project]
brand = "毛毛家"
timezone = "{zone}"

[schedule]
run = {schedule}

[serve]
lease = {lease}
grace = {grace}

[channels.sms]
{channel}
"""

FILE = 'path = "outbox.jsonl"'

RULES = """\
customer {
  name: text
  phone: phone
}
message hello {
  sms: "{{ name }}您好"
}
policy p {
  send on every day 00:00 to 24:00
}
journey j {
  policy p
  enter when name is known
  state s {
    send hello via sms
    after 3 days -> end over
  }
}
"""


def http_channel(gateway: Gateway, rate: int = 0) -> str:
    """The table of a channel that calls a gateway, one message a call."""
    limit = f"rate = {rate}\n" if rate else ""
    return f'kind = "http"\nurl = "{gateway.url}"\njson = {{ to = "{{{{ to }}}}", key = "{{{{ key }}}}" }}\n{limit}'


def served_project(folder: Path, channel: str = FILE, rules: str = RULES, **how: str | int) -> Homing:
    """A project to be served, its rules in force. `how`: of `[serve]`, and `schedule` and `zone`."""
    usual = {"schedule": '"* * * * *"', "zone": "Asia/Shanghai", "lease": 3600, "grace": 20}
    return applied_project(folder, rules, CONFIG.format_map({**usual, **how, "channel": channel}))


def customers(homing: Homing, count: int, first: int = 0) -> None:
    """New customers with phone numbers."""
    rows = (f"C{number},客户{number},138{number:08}" for number in range(first, first + count))
    homing.well("import", "customers", homing.file("c.csv", "id,name,phone\n" + "\n".join(rows) + "\n"))


def make_ready(homing: Homing, now: int) -> None:
    """A run at `now`: messages of all who are new are ready to leave, and none leaves."""
    project = homing.opened()
    try:
        engine = ready(project)
        run(project.store, engine.plan, engine.permits, now)
    finally:
        project.store.close()


def statuses(homing: Homing) -> Counter[str]:
    """How many messages are in which status."""
    return Counter(item["status"] for item in homing.well("messages", "--json").json)


def run_times(homing: Homing) -> list[int]:
    """When runs took place, each turn told by its first: within a minute they are one."""
    project = homing.opened()
    with project.store.read() as connection:
        times = connection.scalars(sa.select(runs.c.at).order_by(runs.c.run)).all()
    project.store.close()
    return sorted({time // MINUTE * MINUTE for time in times})


# Processes


@dataclass
class Served:
    """A `homing serve` in a process of its own, and what it has told."""

    process: subprocess.Popen[str]
    events: list[dict[str, Any]] = field(default_factory=list)
    _coming: "queue.Queue[dict[str, Any] | None]" = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._coming.put(json.loads(line) if line.startswith("{") else {"event": "?", "line": line})
        self._coming.put(None)

    def until(self, event: str, **fields: object) -> dict[str, Any]:
        """Wait for an event with such fields; what it said."""
        while (told := self._next(event)) is not None:
            self.events.append(told)
            if told["event"] == event and all(told.get(name) == value for name, value in fields.items()):
                return told
        raise AssertionError(f"it ended without {event}: {self.events}")

    def _next(self, event: str) -> dict[str, Any] | None:
        try:
            return self._coming.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"no {event} comes: {self.events}") from None

    def tell(self, what: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(what)

    def ended(self) -> int:
        """Wait for its end; how it left. All that it told is in `events` then."""
        status = self.process.wait(PATIENCE)
        while (told := self._coming.get(timeout=PATIENCE)) is not None:
            self.events.append(told)
        return status

    def stop(self) -> int:
        """SIGTERM, then its end."""
        self.tell(signal.SIGTERM)
        return self.ended()


@contextmanager
def serving(homing: Homing, *options: str) -> Iterator[Served]:
    """A daemon on a project; killed at the end if it is still there."""
    command = [sys.executable, "-m", "engine.cli", "--project", str(homing.folder), "serve"]
    process = subprocess.Popen(
        [*command, "--log-format", "json", "--log-level", "debug", *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Served(process)
    finally:
        process.kill()
        process.send_signal(signal.SIGCONT)
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


@dataclass
class Door:
    """A gateway that counts what it was handed by key, and answers only while its door is open."""

    gateway: Gateway = field(default_factory=Gateway)
    keys: list[str] = field(default_factory=list)
    _hits: "queue.Queue[str]" = field(default_factory=queue.Queue)
    _open: bool = True
    _held: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=list)

    async def behave(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take requests of one connection, one after the other."""
        while True:
            request = await read_request(reader)
            self.keys.append(json.loads(request.partition(b"\r\n\r\n")[2])["key"])
            waiting = None if self._open else asyncio.Event()
            if waiting is not None:
                self._held.append((asyncio.get_running_loop(), waiting))
            self._hits.put(self.keys[-1])
            if waiting is not None:
                await waiting.wait()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")
            await writer.drain()

    def shut(self) -> None:
        """Answer nobody from now on."""
        self._open = False

    def open(self) -> None:
        """Answer everybody, also those who wait."""
        self._open = True
        for loop, waiting in self._held:
            loop.call_soon_threadsafe(waiting.set)
        self._held.clear()

    def hit(self) -> str:
        """Wait for the next message; its key."""
        return self._hits.get(timeout=PATIENCE)

    @property
    def twice(self) -> list[str]:
        """Keys that came more than once."""
        return [key for key, count in Counter(self.keys).items() if count > 1]


@contextmanager
def door() -> Iterator[Door]:
    """A gateway with a door, on loopback."""
    made = Door()
    with raw_gateway(made.behave) as made.gateway:
        try:
            yield made
        finally:
            made.open()


# In this process


@dataclass
class Hands:
    """A clock whose hands a test moves: the machine's clock and real time, together or not."""

    wall: int
    elapsed: float = 1000.0

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.wall += int(seconds * 1000)
        self.elapsed += seconds

    @property
    def clock(self) -> Clock:
        """As daemons are given it."""
        return Clock(lambda: self.wall, lambda: self.elapsed, self.wait)


@dataclass
class Own:
    """A daemon in this process."""

    homing: Homing
    hands: Hands
    daemon: Daemon
    steps: Iterator[float]

    @property
    def wishes(self) -> Wishes:
        """What it is told."""
        return self.daemon.wishes

    def pass_time(self, seconds: float) -> None:
        """Let it work until so much real time has passed and it has nothing to do."""
        end = self.hands.elapsed + seconds
        for pause in self.steps:
            if pause > 0 and self.hands.elapsed + pause > end:
                self.hands.wait(end - self.hands.elapsed)
                return
            self.hands.wait(pause)

    def once(self) -> None:
        """Let it do what there is to do now."""
        self.pass_time(0.0)

    def close(self) -> None:
        """Let it end, as when it is told to."""
        self.wishes.stop_since = self.hands.elapsed
        for _ in self.steps:
            pass


@contextmanager
def own_daemon(
    homing: Homing, hands: Hands, name: str = "one", chores: Sequence[Chore] = (), pause: float = 1.0
) -> Iterator[Own]:
    """A daemon in this process, by a store of its own."""
    project, wishes = homing.opened(), Wishes()
    clock = hands.clock
    lease = project.config.serving.lease * 1000
    lead = Lead(project.store, f"serve test {name}", lease, 6 * 3_600_000, clock.wall, clock.elapsed)
    worker = Worker(project, lead, clock, wishes)
    with project.store.watch() as changed:
        daemon = Daemon(project, lead, worker, clock, wishes, changed, Rota(tuple(chores)), pause=pause)
        try:
            yield Own(homing, hands, daemon, daemon.steps())
        finally:
            worker.close()
    project.store.close()


def outbox(homing: Homing) -> list[dict[str, Any]]:
    """What file channels have sent, in order."""
    path = homing.folder / "outbox.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
