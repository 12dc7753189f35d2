"""Two people who decide on much at the same time: each thing once, and who came too late is told by whom."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from engine.people import many
from engine.people.decisions import Done
from engine.people.many import Choice, approve_all, pick, refuse_all
from engine.people.practice import Hand, Practice
from engine.people.task_changes import HandOver, hand_over
from engine.projects.project import Project
from engine.storage.audit import By
from engine.storage.schema import task
from tests.projects import Homing
from tests.queues import held, messages, tasks, with_held

COUNT = 60
AT = 1_795_399_200_000  # 2026-11-23 10:00 in Shanghai

Act = Callable[[Project], Done]


def _at_once(homing: Homing, *acts: Act) -> list[Done]:
    """What came of it when each acts in a thread of its own, on the database opened for itself."""
    begin = Barrier(len(acts))

    def run(act: Act) -> Done:
        project = homing.opened()
        try:
            begin.wait(timeout=60)
            return act(project)
        finally:
            project.store.close()

    with ThreadPoolExecutor(len(acts)) as hands:
        return list(hands.map(run, acts))


def _deciding(who: str, verb: str) -> Act:
    """Everything that is held, from one end or the other."""

    def act(project: Project) -> Done:
        with project.store.read() as connection:
            picked = pick(connection, Choice())
        decide, order = (approve_all, 1) if verb == "approved" else (refuse_all, -1)
        return decide(project.store, picked[::order], By(who, AT), Practice(project.config.zone), None)

    return act


def test_overlapping_decisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two approve and one refuses all that is held, in many small transactions that overlap."""
    monkeypatch.setattr(many, "_BATCH", 4)
    homing = with_held(tmp_path, COUNT)
    everybody = {"王经理": "approved", "李总": "refused", "赵经理": "approved"}
    found = _at_once(homing, *(_deciding(who, verb) for who, verb in everybody.items()))
    done = dict(zip(everybody, found, strict=True))
    decided = Counter(intent.id for one in found for intent in one.decided)
    assert (len(decided), set(decided.values())) == (COUNT, {1})
    whose = {intent.id: who for who, one in done.items() for intent in one.decided}
    for who, one in done.items():
        assert len(one.decided) + len(one.passed_over) == COUNT
        for intent, told in one.passed_over:
            other = whose[intent.id]
            assert other != who
            assert f"{everybody[other]} by {other} at" in str(told.message)
    refused = len(done["李总"].decided)
    assert Counter(status for status, _ in messages(homing).values()) == Counter(
        waiting=COUNT - refused, dropped=refused
    )
    trail = Counter(
        row["actor"] for row in homing.well("audit", "--json").json if row["verb"].startswith("message ")
    )
    assert trail == Counter({who: len(one.decided) for who, one in done.items() if one.decided})
    homing.well("audit", "--verify")
    assert held(homing) == []


def test_overlapping_hand_overs(tmp_path: Path) -> None:
    """Whose they were has none any more; each is with one of those who were to have it, and counted for them."""
    homing = with_held(tmp_path, COUNT)
    project = homing.opened()
    with project.store.write() as connection:
        connection.execute(task.update().values(assignee="小李"))
    project.store.close()

    def handing(to: str) -> Act:
        def act(project: Project) -> Done:
            with project.store.write() as connection:
                hand = Hand(connection, By("老板", AT), Practice(project.config.zone))
                return hand_over(hand, HandOver(to, "小李"))

        return act

    found = _at_once(homing, handing("小赵"), handing("小钱"), handing("小孙"))
    given = Counter(one["assignee"] for one in tasks(homing))
    assert sum(given.values()) == COUNT
    assert given == Counter(
        {to: len(one.decided) for to, one in zip(("小赵", "小钱", "小孙"), found, strict=True) if one.decided}
    )
    assert all(not one.passed_over for one in found)
