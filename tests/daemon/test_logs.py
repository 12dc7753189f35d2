"""What a daemon tells: one line for each event, never a word of a customer; and what it tells systemd and `status`."""

import io
import json
import logging
import resource
import socket
from pathlib import Path

import pytest

from engine.calendars.zone import DAY, HOUR, parse_time
from engine.daemon.logs import Format, log, start_logging
from engine.daemon.systemd import notifier
from tests.gateways import says, web_gateway
from tests.serving import (
    SHANGHAI,
    Hands,
    door,
    http_channel,
    make_ready,
    outbox,
    own_daemon,
    served_project,
    serving,
)

START = parse_time("2026-11-23 10:00:20", SHANGHAI)
CANARIES = ("金丝雀", "13812345678", "CANARY-1", "s3cret")


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_event_says_anything_of_a_customer(tmp_path: Path, form: Format) -> None:
    """Not when a gateway quotes name and number, nor when a library complains."""
    heard = io.StringIO()
    with web_gateway(says({"error": "金丝雀 13812345678 CANARY-1"}, status=422)) as gateway:
        channel = http_channel(gateway)
        channel += 'headers = { X-Token = "s3cret" }\n'
        homing = served_project(tmp_path, channel)
        rows = "id,name,phone\nCANARY-1,金丝雀,13812345678\nCANARY-2,金丝雀,13812345679\n"
        homing.well("import", "customers", homing.file("c.csv", rows))
        with own_daemon(homing, Hands(START), pause=20.0) as own:
            start_logging(form, "debug", heard)
            own.pass_time(200)
            logging.getLogger("asyncio").error("Task exception was never retrieved: %s", CANARIES)
            own.close()
    told = heard.getvalue()
    assert "run" in told
    assert "library" in told
    assert [canary for canary in CANARIES if canary in told] == []


def test_text_and_journal() -> None:
    """People read names and values; journals get a priority and no time, which they know; nothing steers a terminal."""
    heard = io.StringIO()
    start_logging("text", "info", heard, journal=True)
    log("breaker open", "warning", channel="a\x1b[2J", nothing=None, counts={"sent": 3})
    assert heard.getvalue() == '<4>warning: breaker open channel=a\u241b[2J counts={"sent":3}\n'


def test_json_lines_are_whole() -> None:
    """Each event is one document; what is below the level is not told."""
    heard = io.StringIO()
    start_logging("json", "warning", heard)
    log("run", moved=1)
    log("lost", "warning", line="two\nlines")
    (line,) = heard.getvalue().splitlines()
    assert {**json.loads(line), "at": ""} == {
        "at": "",
        "level": "warning",
        "event": "lost",
        "line": "two\nlines",
    }


def test_systemd_is_told(tmp_path: Path) -> None:
    """By datagrams to the socket that it names; nobody else is."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})("READY=1")
        assert listening.recv(100) == b"READY=1"
    notifier({})("READY=1")
    notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")})("READY=1")


def test_a_disk_that_fails_ends_the_process(tmp_path: Path) -> None:
    """What the disk has of the database only a new process can know: no retry in place, nothing leaves any more."""
    with door() as gateway:
        homing = served_project(tmp_path, http_channel(gateway.gateway))
        size = (tmp_path / "homing.db").stat().st_size
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
        try:
            with serving(homing) as told:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
                assert told.ended() == 2
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert gateway.keys == []
        assert (tmp_path / "homing.db").stat().st_size == size


class TestStatus:
    """`homing status` tells who serves, and what keeps it from its work."""

    def test_who_serves(self, tmp_path: Path) -> None:
        """Since when, and when it was last heard."""
        with door() as gateway:
            homing = served_project(tmp_path, http_channel(gateway.gateway))
            with serving(homing) as told:
                told.until("leading")
                found = homing.well("status", "--json").json["daemon"]
                assert (found["leads"], found["waits"]) == (True, None)
                assert found["owner"].endswith(f" {told.process.pid}")
                refused = homing("run", "--at", "2030-01-01")
                assert (refused.status, "works on this project" in refused.err) == (2, True)
                assert told.stop() == 0
            assert homing.well("status", "--json").json["daemon"]["leads"] is False

    def test_a_daemon_that_is_silent(self, tmp_path: Path) -> None:
        """One that died is missed; one that was told to stop is not."""
        homing = served_project(tmp_path, lease=2)
        with own_daemon(homing, Hands(START - 400 * DAY)) as own:
            own.once()
            said = homing("status")
            assert said.status == 1
            assert "`homing serve` was last heard of at 2025-10-19T10:00:20+08:00: is it running?" in said.err
            own.close()
        assert "last heard of" not in homing("status").err

    def test_a_clock_that_waits_for_a_person(self, tmp_path: Path) -> None:
        """Status says so and is unhealthy until somebody says that the clock is right; then the daemon goes on."""
        homing, early = served_project(tmp_path), _real_now() - 8 * HOUR
        homing.well("import", "customers", homing.file("c.csv", "id,name,phone\nC1,陈,13800000001\n"))
        make_ready(homing, early)
        hands = Hands(early)
        homing.well("pause")
        with own_daemon(homing, hands) as own:
            own.once()
            hands.wall += 8 * HOUR
            own.pass_time(2)
            homing.well("resume")
            own.pass_time(2)
            assert outbox(homing) == []
            said = homing("status")
            assert said.status == 1
            assert "if it is right, `homing resume --clock`" in said.err
            assert homing("status", "--json").json["daemon"]["waits"] == "ahead"
            homing.well("resume", "--clock", "--as", "Li")
            own.pass_time(2)
            assert len(outbox(homing)) == 1
            assert "clock is far ahead" not in homing("status").err
            own.close()


def _real_now() -> int:
    import time  # noqa: PLC0415

    return time.time_ns() // 1_000_000
