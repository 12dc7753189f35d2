"""Daemons as processes on the real clock: killed, frozen, stopped, several at once. Nothing leaves twice."""

import asyncio
import queue
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.gateways import raw_gateway, read_request
from tests.projects import Homing
from tests.serving import (
    PATIENCE,
    Door,
    Served,
    customers,
    door,
    http_channel,
    make_ready,
    served_project,
    serving,
    statuses,
)

REPORTS = 'list = "$"\nref = "$.ref"\ncode = "$.code"\ndelivered_codes = ["ok"]\nfailed_codes = ["no"]\n'

ALL = 250
"""More than a daemon gives to its gateway at once."""


def real_now() -> int:
    """The time, which processes have as well."""
    return time.time_ns() // 1_000_000


def loaded(folder: Path, gateway: Door, **how: int) -> Homing:
    """A project with messages ready to leave by a gateway, which may let us wait however busy the machine is."""
    homing = served_project(folder, f"{http_channel(gateway.gateway)}timeout = 60\n", **how)
    customers(homing, ALL)
    make_ready(homing, real_now())
    return homing


@contextmanager
def sending(folder: Path, gateway: Door, **how: int) -> Iterator[tuple[Homing, Served]]:
    """A daemon in the middle of sending: its gateway has been called, and does not answer."""
    homing = loaded(folder, gateway, **how)
    gateway.shut()
    with serving(homing) as told:
        gateway.hit()
        yield homing, told


def until_sent(told: Served, count: int) -> None:
    """Until the daemon knows of so many more that have left."""
    sent = 0
    while sent < count:
        sent += told.until("delivery")["messages"].get("sent", 0)


def until_all_sent(gateway: Door, told: Served, already: int = 0) -> None:
    """Until the gateway has had every message, and the daemon knows."""
    until_sent(told, ALL - already)
    assert len(gateway.keys) == ALL


def test_killed_in_the_middle_of_sending(tmp_path: Path) -> None:
    """A4: what the gateway has is not sent again, recorded or not; the rest leaves at once after a new start."""
    with door() as gateway:
        with sending(tmp_path, gateway) as (homing, told):
            told.tell(signal.SIGKILL)
            assert told.ended() == -signal.SIGKILL
        had = statuses(homing)["sending"]
        assert had
        gateway.open()
        with serving(homing) as told:
            until_sent(told, ALL - had)
            assert told.stop() == 0
        assert not gateway.twice
        assert statuses(homing) == {"sent": ALL - had, "sending": had}


def test_a_frozen_leader_is_overtaken(tmp_path: Path) -> None:
    """B2, B3: a standby takes over; the other one wakes up, finds its lead gone and sends nothing."""
    with door() as gateway:
        with sending(tmp_path, gateway, lease=2) as (homing, first), serving(homing) as second:
            second.until("standing by")
            first.tell(signal.SIGSTOP)
            second.until("leading")
            gateway.open()
            second.until("delivery")
            first.tell(signal.SIGCONT)
            first.until("lost")
            while len(gateway.keys) < ALL:  # of calls under way the first one makes some, if it wakes in time
                gateway.hit()
            assert first.stop() == 0
            assert second.stop() == 0
        assert not gateway.twice
        assert statuses(homing)["ready"] == 0
        assert set(statuses(homing)) <= {"sent", "sending"}


def test_two_daemons_do_the_work_of_one(tmp_path: Path) -> None:
    """B1: one leads, the other stands by, and leads as soon as the first is told to stop."""
    with door() as gateway:
        homing = loaded(tmp_path, gateway)
        with serving(homing) as one:
            one.until("leading")
            with serving(homing) as other:
                other.until("standing by")
                until_all_sent(gateway, one)
                assert one.stop() == 0
                other.until("leading")
                customers(homing, 5, first=ALL)
                other.until("release")
                assert other.stop() == 0
        assert not gateway.twice


def test_told_to_stop_while_sending(tmp_path: Path) -> None:
    """A11: calls under way are finished and recorded, nothing new is begun; the next daemon does the rest."""
    with door() as gateway:
        with sending(tmp_path, gateway, grace=600) as (homing, told):
            told.tell(signal.SIGTERM)
            gateway.open()
            assert told.ended() == 0
        found, had = statuses(homing), len(gateway.keys)
        assert found["sent"] == had
        assert found["sending"] == 0
        with serving(homing) as told:
            until_all_sent(gateway, told, already=had)
            assert told.stop() == 0
        assert not gateway.twice
        assert statuses(homing) == {"sent": ALL}


def test_calls_that_take_too_long_are_left(tmp_path: Path) -> None:
    """A11: after the time of grace it leaves, with status 0; nobody says that they did not go."""
    with door() as gateway:
        with sending(tmp_path, gateway, grace=0) as (homing, told):
            assert told.stop() == 0
        assert told.events[-1]["event"] == "stopped"
        assert told.events[-1]["calls_left"] == statuses(homing)["sending"] > 0


def test_a_second_signal_stops_at_once(tmp_path: Path) -> None:
    """Whoever asks twice does not want to wait for calls under way."""
    with door() as gateway:
        with sending(tmp_path, gateway) as (_, told):
            told.tell(signal.SIGTERM)
            told.until("finishing")
            told.tell(signal.SIGTERM)
            assert told.ended() == -signal.SIGTERM
        assert not gateway.twice


def test_reports_that_do_not_come_keep_no_message_waiting(tmp_path: Path) -> None:
    """Messages leave while the gateway lets us wait for its receipts; told to stop, nobody waits for them."""
    asked: queue.Queue[bytes] = queue.Queue()

    async def mute(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        asked.put(await read_request(reader))
        await asyncio.Event().wait()

    with raw_gateway(mute) as reports, door() as gateway:
        told_by = f'[channels.sms.receipts]\nurl = "{reports.url}"\n{REPORTS}'
        homing = served_project(tmp_path, f"{http_channel(gateway.gateway)}timeout = 60\n{told_by}")
        customers(homing, ALL)
        make_ready(homing, real_now())
        with serving(homing) as told:
            assert asked.get(timeout=PATIENCE).startswith(b"GET ")
            until_all_sent(gateway, told)
            assert told.stop() == 0


def test_runs_by_hand_beside_a_daemon(tmp_path: Path) -> None:
    """B14: a run by hand takes the lead for its time and the daemon takes it back; each message leaves once."""
    with door() as gateway:
        homing = served_project(tmp_path, http_channel(gateway.gateway), schedule='"0 0 1 1 *"')
        customers(homing, ALL)
        with serving(homing) as told:
            told.until("next run")
            said = homing("run", "--json")
            assert said.status == 0, said.err
            assert said.json["messages"]["sent"] == ALL
            told.until("leading", epoch=3)
            assert told.stop() == 0
        assert not gateway.twice
        assert len(gateway.keys) == ALL
