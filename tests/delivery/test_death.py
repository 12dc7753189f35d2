"""Deliveries that die, at each step: nothing is sent twice, and what nobody knows is told."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.channels.file import FileChannel
from engine.channels.protocol import Rejected
from engine.storage.schema import optout
from tests.deliveries import LATER, NOW, Shop, at, gateway, ready, shop


class StopError(Exception):
    """The process has died here."""


def stop_at(step: str) -> Any:
    """A hook that dies at a step."""

    def hook(reached: str) -> None:
        if reached == step:
            raise StopError

    return hook


class TestDeath:
    """A delivery that dies, at each step."""

    def dead(self, step: str) -> Shop:
        """A shop whose delivery died at a step."""
        some = ready()
        with pytest.raises(StopError):
            some.deliver(NOW, reached=stop_at(step))
        return some

    def test_a_claim_is_taken_over_when_its_lease_is_over(self) -> None:
        """Not before."""
        some = self.dead("claimed")
        assert some.deliver(NOW) == {}
        assert some.deliver(LATER) == {"sent": 1}
        assert len(gateway(some).got) == 1

    def test_a_claim_is_taken_over_at_once_by_who_is_alone(self) -> None:
        """Nobody else can be at work on it."""
        some = self.dead("claimed")
        assert some.deliver(NOW, alone=True) == {"sent": 1}

    @pytest.mark.parametrize("step", ["marked", "sent"])
    def test_a_marked_message_is_unknown_when_its_lease_is_over(self, step: str) -> None:
        """Whether it left or not: nobody knows, so it is never sent again."""
        some = self.dead(step)
        assert some.one()["status"] == "sending"
        assert some.deliver(NOW) == {}
        assert some.deliver(LATER) == {"unknown": 1}
        assert some.one()["because"] == "nobody recorded what became of it"
        assert some.settled() == [at(LATER)]
        assert len(gateway(some).got) == (step == "sent")

    def test_a_late_record_of_a_swept_message_changes_nothing(self, tmp_path: Path) -> None:
        """Forward only: what somebody decided meanwhile stays."""
        some = ready(database=tmp_path / "homing.db")

        def sweep(reached: str) -> None:
            if reached == "sent":
                some.deliver(LATER)

        assert some.deliver(NOW, reached=sweep) == {}
        assert some.one()["status"] == "unknown"

    def test_an_optout_in_a_late_answer_holds(self, tmp_path: Path) -> None:
        """Whatever somebody found out about the message meanwhile, the customer wants no more."""
        some = ready(database=tmp_path / "homing.db")
        gateway(some).answer = lambda _: Rejected("blacklisted", opted_out=True)

        def sweep(reached: str) -> None:
            if reached == "sent":
                some.deliver(LATER)

        some.deliver(NOW, reached=sweep)
        with some.store.read() as connection:
            assert connection.scalars(sa.select(optout.c.customer)).all() == [1]

    @pytest.mark.parametrize("step", ["claimed", "marked", "sent", "recorded"])
    def test_a_killed_process_never_sends_twice(self, step: str, tmp_path: Path) -> None:
        """SIGKILL at a step of the second batch; the file's own evidence settles what hangs."""
        script = (
            "import os, sys; from pathlib import Path; from tests.delivery.test_death import killed_delivery;"
            "killed_delivery(Path(sys.argv[1]), sys.argv[2])"
        )
        killed = subprocess.run([sys.executable, "-c", script, str(tmp_path), step], check=False)
        assert killed.returncode == -signal.SIGKILL
        some = reopened(tmp_path)
        some.deliver(NOW, alone=True)
        channel = some.channels["sms"]
        assert isinstance(channel, FileChannel)
        keys = [json.loads(line)["key"] for line in channel.path.read_text(encoding="utf-8").splitlines()]
        statuses = [item["status"] for item in some.messages()]
        assert len(keys) == len(set(keys)) == statuses.count("sent")
        assert statuses.count("unknown") == (10 if step == "marked" else 0)
        assert statuses.count("sent") + statuses.count("unknown") == 30


def reopened(folder: Path) -> Shop:
    """The shop of a folder."""
    return shop(database=folder / "homing.db", channels={"sms": FileChannel(folder / "outbox.jsonl")})


def killed_delivery(folder: Path, step: str) -> None:
    """Deliver thirty messages in batches of ten and be killed in the second."""
    some = reopened(folder)
    for number in range(30):
        some.customer(f"C{number}", name="陈", phone="138")
    some.run(NOW)
    seen: list[str] = []

    def kill(reached: str) -> None:
        seen.append(reached)
        if reached == step and seen.count(step) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    some.deliver(NOW, batch=10, reached=kill)


def test_an_answer_waits_for_a_database_that_is_locked(tmp_path: Path) -> None:
    """For longer than a transaction usually does: what a gateway answered is known to nobody else."""
    some = ready(database=tmp_path / "homing.db")
    asked = list[str]()

    def is_locked(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)
        if statement.startswith("BEGIN") and len(asked) <= LOCKED:
            raise sa.exc.OperationalError("", None, sqlite3.OperationalError("database is locked"))

    def lock(reached: str) -> None:
        if reached == "sent":
            sa.event.listen(some.store.engine, "before_cursor_execute", is_locked)

    assert some.deliver(NOW, reached=lock) == {"sent": 1}
    assert some.one()["status"] == "sent"
    assert len(asked) > LOCKED


LOCKED = 8
"""Times that the database is found locked; each transaction asks twice, at once and then for ten seconds."""
