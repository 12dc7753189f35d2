"""Two people at once, and one who dies in the middle: real processes on one database."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from engine.storage.schema import audit
from tests.killed import killed_at, statements_of
from tests.projects import Homing
from tests.queues import held, messages, tasks, with_held

COMMAND = [sys.executable, "-m", "engine.cli", "--project"]


def _started(homing: Homing, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, str(homing.folder), *args],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _deeds(homing: Homing, verbs: tuple[str, ...]) -> list[str]:
    project = homing.opened()
    try:
        with project.store.read() as connection:
            rows = sa.select(audit.c.actor).where(audit.c.verb.in_(verbs)).order_by(audit.c.seq)
            return list(connection.scalars(rows))
    finally:
        project.store.close()


def test_of_two_people_one_decides(tmp_path: Path) -> None:
    """B7: two processes at the same time; one wins, the other is told who did and when. One row on the trail."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    both = [
        _started(homing, "queue", "approve", one["id"], "--as", "王经理"),
        _started(homing, "queue", "refuse", one["id"], "--as", "李总"),
    ]
    told = [process.communicate(timeout=60) for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    (winner,) = _deeds(homing, ("message approved", "message refused"))
    lost = next(err for process, (_, err) in zip(both, told, strict=True) if process.returncode)
    verb = "approved" if winner == "王经理" else "refused"
    assert lost.startswith(
        f"homing: {one['id']} is not held: {verb} by {winner} at 2026-11-23T10:00:00+08:00\n"
    )


def test_of_two_people_one_finishes(tmp_path: Path) -> None:
    """The same of a task."""
    homing = with_held(tmp_path)
    (one,) = tasks(homing)
    both = [
        _started(homing, "tasks", "finish", one["id"], "--outcome", outcome, "--as", who)
        for outcome, who in (("reached", "小李"), ("refused", "小赵"))
    ]
    told = [process.communicate(timeout=60) for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    (winner,) = _deeds(homing, ("task finished",))
    lost = next(err for process, (_, err) in zip(both, told, strict=True) if process.returncode)
    assert lost == f"homing: task {one['id']} is done already by {winner} at 2026-11-23T10:00:00+08:00\n"


def test_an_approval_that_is_killed_is_none_or_whole(tmp_path: Path) -> None:
    """H6: killed before some of its statements and before its commit; a few here, every one with HOMING_KILLS."""
    first = with_held(tmp_path / "whole")
    (one,) = held(first)
    approve = ("queue", "approve", one["id"], "--as", "王经理")
    count = statements_of(("--project", str(first.folder), *approve))
    most = int(os.environ.get("HOMING_KILLS", "3"))
    step = max(1, count // most)
    homing = with_held(tmp_path / "killed")
    for statement in range(count - step * (min(most, count) - 1), count + 1, step):
        said = killed_at(statement, ("--project", str(homing.folder), *approve))
        done = _deeds(homing, ("message approved",))
        assert said.returncode == -signal.SIGKILL or done == ["王经理"]
        assert len(done) == (messages(homing)["C1"][0] == "waiting")
        if done:
            break
    else:
        homing.well(*approve)
    homing.well("run", "--at", "2026-11-23 10:05")
    assert messages(homing)["C1"][0] == "sent"


def test_a_burst_of_approvals(tmp_path: Path) -> None:
    """H5: the same key again and again decides once; many are decided on only by their number."""
    homing = with_held(tmp_path, 3)
    first = held(homing)[0]["id"]
    said = [homing("queue", "approve", first).status for _ in range(20)]
    assert said == [0] + [1] * 19
    assert homing("queue", "approve", "--all").status == 2
    assert len(held(homing)) == 2
