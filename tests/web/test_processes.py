"""A9: real daemons that are killed and stopped while requests come in. What was acknowledged is stored."""

import json
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import sqlalchemy as sa

from tests.projects import Homing, applied_project
from tests.serving import Served, serving
from tests.webs import CONFIG, KEYS, RULES

CLIENTS = 6


@dataclass
class Senders:
    """Clients at work: each sends events one after the other until nobody answers. `acked`: ids of those that were."""

    port: int
    acked: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    enough: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def start(self) -> Sequence[threading.Thread]:
        """Let them begin."""
        threads = [threading.Thread(target=self._send, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def _send(self, client: int) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            for number in range(100_000):
                name = f"m{client}-{number}"
                self.sent.append(name)
                if post(connection, name) == 200:
                    self.acked.append(name)
                    self.enough.release()
        except (OSError, HTTPException):
            return
        finally:
            connection.close()

    def until(self, count: int) -> None:
        """Wait until so many more have been acknowledged."""
        for _ in range(count):
            assert self.enough.acquire(timeout=60)


def post(connection: HTTPConnection, name: str) -> int:
    """An event; the status of the answer."""
    body = json.dumps({"event": "visit", "userId": f"C{hash(name) % 50}", "messageId": name}).encode()
    connection.request("POST", "/v1/track", body, {"authorization": f"Bearer {KEYS['SHOP_KEY']}"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def project(folder: Path) -> Homing:
    """One that lets events in, and runs once a year by itself."""
    homing = applied_project(folder, RULES, CONFIG + '\n[schedule]\nrun = "0 0 1 1 *"\n')
    for name, value in KEYS.items():
        homing.file(f"secrets/{name}", value)
    return homing


def port_of(told: Served) -> int:
    """Where it listens."""
    return int(str(told.until("listening")["address"]).rpartition(":")[2])


def stored(homing: Homing) -> list[str]:
    """Ids of the visits that are stored."""
    opened = homing.opened()
    with opened.store.read() as connection:
        found = list(connection.scalars(sa.text("select id from event_visit")))
    opened.store.close()
    return found


def test_killed_among_requests(tmp_path: Path) -> None:
    """What was acknowledged before the kill is there; what is sent again is there once."""
    homing = project(tmp_path)
    with serving(homing, "--http", "127.0.0.1:0") as told:
        senders = Senders(port_of(told))
        threads = senders.start()
        senders.until(100)
        told.tell(signal.SIGKILL)
        for thread in threads:
            thread.join()
    assert set(senders.acked) <= set(stored(homing))
    with serving(homing, "--http", "127.0.0.1:0") as told:
        connection = HTTPConnection("127.0.0.1", port_of(told), timeout=60)
        assert {post(connection, name) for name in senders.sent[-50:]} == {200}
        connection.close()
    found = stored(homing)
    assert len(found) == len(set(found))
    assert {*senders.acked, *senders.sent[-50:]} <= set(found) <= set(senders.sent)


def test_stopped_among_requests(tmp_path: Path) -> None:
    """It answers what it has taken, stores what it has answered, and leaves well."""
    homing = project(tmp_path)
    with serving(homing, "--http", "127.0.0.1:0") as told:
        senders = Senders(port_of(told))
        threads = senders.start()
        senders.until(50)
        assert told.stop() == 0
        for thread in threads:
            thread.join()
    assert set(senders.acked) <= set(stored(homing))


def test_what_comes_in_is_acted_upon_soon(tmp_path: Path) -> None:
    """The schedule says once a year; a purchase lets its customer into a journey at once all the same."""
    homing = project(tmp_path)
    with serving(homing, "--http", "127.0.0.1:0") as told:
        connection = HTTPConnection("127.0.0.1", port_of(told), timeout=60)
        told.until("leading")
        body = json.dumps({"event": "purchase", "userId": "C1"})
        connection.request("POST", "/v1/track", body, {"authorization": f"Bearer {KEYS['SHOP_KEY']}"})
        assert connection.getresponse().status == 200
        connection.close()
        told.until("run", entered=1)
        assert told.stop() == 0


def test_two_cannot_have_one_address(tmp_path: Path) -> None:
    """The second one says so, and ends; so does one with an address that is none."""
    homing = project(tmp_path)
    with serving(homing, "--http", "127.0.0.1:0") as told:
        taken = homing("serve", "--http", f"127.0.0.1:{port_of(told)}")
        assert (taken.status, "Address already in use" in taken.err) == (2, True)
        assert told.stop() == 0
    for address in ("8080", "nowhere:", "127.0.0.1:99999", "127.0.0.1:x"):
        assert homing("serve", "--http", address).status == 2
