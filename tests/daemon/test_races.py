"""Who comes first, step by step: frozen deliveries, opt-outs in flight, runs on top of each other, long readers."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.commands.options import real_time
from engine.people import optouts
from engine.plans import working
from engine.projects.leading import Lead, LostLeadError
from engine.projects.project_turn import lead_of as leading
from engine.projects.project_turn import lock_if_free
from engine.storage.audit import By
from engine.storage.store import Store
from engine.storage.symbols import load_symbols
from tests.deliveries import LATER, NOW, Shop, at, gateway, ready
from tests.serving import Hands, customers, door, http_channel, outbox, served_project, statuses

TEMPORARY = "|".join(table.name.upper() for table in working.ALL)
COMMAND = [sys.executable, "-m", "engine.cli"]


def lead_of(store: Store, hands: Hands, name: str) -> Lead:
    """The lead as a process of that name would have it."""
    clock = hands.clock
    return Lead(store, f"serve test {name}", 30_000, 10**12, clock.wall, clock.elapsed)


def held_by(lead: Lead) -> Callable[[sa.Connection, int], bool]:
    """Deliveries ask so whether they may go on."""
    return lambda connection, _: lead.holds(connection)


class TestFrozen:
    """B2: a delivery that stands still past its lease, and goes on when somebody else leads."""

    @pytest.mark.parametrize("step", ["swept", "claimed"])
    def test_before_the_mark(self, step: str, tmp_path: Path) -> None:
        """It marks nothing: what it had claimed has left by the other one, once."""
        some, hands = ready(database=tmp_path / "homing.db"), Hands(at(NOW))
        first, second = lead_of(some.store, hands, "first"), lead_of(some.store, hands, "second")
        assert first.take()

        def freeze(reached: str) -> None:
            if reached == step and second.epoch is None:
                hands.wait(40)
                assert second.take()
                assert some.deliver(LATER, may=held_by(second)) == {"sent": 1}

        assert some.deliver(NOW, may=held_by(first), reached=freeze) == {}
        assert len(gateway(some).got) == 1
        assert first.epoch is None

    def test_claims_are_given_back(self) -> None:
        """What a delivery that may not go on has claimed leaves at once by whoever may."""
        some = ready()
        asked: list[int] = []

        def may(_connection: sa.Connection, now: int) -> bool:
            asked.append(now)
            return len(asked) < 3  # to begin, and to claim

        assert some.deliver(NOW, may=may) == {}
        assert some.deliver(NOW) == {"sent": 1}

    def test_a_run_stops_too(self, tmp_path: Path) -> None:
        """In its next transaction, and nothing of that is kept."""
        some, hands = ready(database=tmp_path / "homing.db"), Hands(at(NOW))
        first, second = lead_of(some.store, hands, "first"), lead_of(some.store, hands, "second")
        first.take()
        hands.wait(40)
        second.take()
        with pytest.raises(LostLeadError), some.store.write() as connection:
            first.hold(connection)


def opted_out_at(some: Shop, step: str) -> Callable[[str], None]:
    """The customer opts out when a delivery is there."""

    def hook(reached: str) -> None:
        if reached == step:
            with some.store.write() as connection:
                said = optouts.OptOut(1, "C1", None, at(NOW), "test")
                optouts.opt_out(connection, load_symbols(connection), said, By("test", at(NOW)))

    return hook


def test_an_optout_after_the_mark_meets_a_message_in_flight() -> None:
    """B6: that one may arrive, and is told as sent; nothing later goes out."""
    some = ready()
    assert some.deliver(NOW, reached=opted_out_at(some, "marked")) == {"sent": 1}
    some.run(LATER)
    assert some.deliver(LATER) == {}
    assert len(gateway(some).got) == 1
    assert some.one()["status"] == "sent"


def test_who_writes_says_so_at_the_start(tmp_path: Path) -> None:
    """B9: no transaction begins to read and writes later: that fails at once, however long one would wait."""
    begun: dict[int, str] = {}
    late: list[str] = []

    def watch(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        one, words = id(connection.connection.driver_connection), statement.upper()
        if words.startswith("BEGIN"):
            begun[one] = words
        writes = re.match(r"(INSERT|UPDATE|DELETE)\b", words)
        temporary = re.search(rf"(INTO|UPDATE|FROM) ({TEMPORARY})\b", words)
        if writes and not temporary and begun.get(one) != "BEGIN IMMEDIATE":
            late.append(statement[:80])

    sa.event.listen(sa.Engine, "before_cursor_execute", watch)
    try:
        some = ready(database=tmp_path / "homing.db")
        some.deliver(NOW)
        some.run(LATER)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", watch)
    assert "BEGIN IMMEDIATE" in begun.values()
    assert late == []


def test_a_long_reader_keeps_nobody_waiting(tmp_path: Path) -> None:
    """B10: runs go on beside it; once it is gone the log of writes can be folded, and is empty."""
    some = ready(database=tmp_path / "homing.db")
    log = tmp_path / "homing.db-wal"
    with some.store.read() as reading:
        reading.execute(sa.text("SELECT count(*) FROM message")).all()
        some.deliver(NOW)
        some.run(LATER)
        some.store.fold()
        assert log.stat().st_size > 0
    some.store.fold()
    assert log.stat().st_size == 0
    assert some.one()["status"] == "sent"


def test_a_run_waits_for_a_step_of_a_daemon(tmp_path: Path) -> None:
    """It says so, takes the lead when the step is over, and does its work."""
    with door() as web:
        homing = served_project(tmp_path, http_channel(web.gateway))
        customers(homing, 5)
        project = homing.opened()
        assert leading(project, "serve", real_time, time.monotonic, None).take()
        with lock_if_free(homing.folder):
            run = subprocess.Popen(
                [*COMMAND, "--project", str(homing.folder), "run"],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert run.stderr is not None
            assert run.stderr.readline().startswith("waiting for a step of serve ")
        run.communicate()
        project.store.close()
        assert (run.returncode, statuses(homing)) == (0, {"sent": 5})


def test_five_runs_at_once(tmp_path: Path) -> None:
    """B14: those that come later leave with status 2 or do what is left; each message leaves once."""
    with door() as web:
        homing = served_project(tmp_path, http_channel(web.gateway))
        customers(homing, 40)
        runs = [
            subprocess.Popen(
                [*COMMAND, "--project", str(homing.folder), "run"],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )
            for _ in range(5)
        ]  # fmt: skip
        said = [(one.communicate()[1], one.returncode) for one in runs]
        assert {status for _, status in said} <= {0, 2}
        assert all("another `homing run` is at work" in words for words, status in said if status == 2)
        assert statuses(homing) == {"sent": 40}
        assert (len(web.keys), web.twice) == (40, [])
    assert outbox(homing) == []
