"""What a daemon does, step by step, on a clock of ours: schedule, deliveries in between, rules, chores, trouble."""

import io
from pathlib import Path

import pysqlite3
import pytest

from engine.calendars.zone import MINUTE, parse_time
from engine.daemon.chores import Chore
from engine.daemon.logs import start_logging
from engine.daemon.worker import Worker
from engine.errors import ReplacedStoreError
from engine.storage import sqlite
from tests.serving import (
    RULES,
    SHANGHAI,
    Hands,
    customers,
    make_ready,
    outbox,
    own_daemon,
    run_times,
    served_project,
)

START = parse_time("2026-11-23 10:00:20", SHANGHAI)

ON_PURCHASE = """
customer { name: text, phone: phone }
event purchase
journey thanks {
  enter when purchase ever
  state first { after 1 day -> end done }
}
"""

NARROW = RULES.replace("send hello via sms", "send hello via sms during 12:00 to 13:00")


class TestSchedule:
    """Runs take place when the schedule says so."""

    def test_several_lines(self, tmp_path: Path) -> None:
        """Each firing of each line is a run, one for those that coincide."""
        homing, hands = served_project(tmp_path, schedule='["0 11 * * *", "*/30 11 * * *"]'), Hands(START)
        with own_daemon(homing, hands, pause=60.0) as own:
            own.pass_time(3 * 3600)
            assert [SHANGHAI.on_the_wall(at)[11:] for at in run_times(homing)] == ["11:00", "11:30"]
            own.close()

    def test_what_was_missed_is_made_good_once(self, tmp_path: Path) -> None:
        """A daemon that starts after firings that nobody served runs at once, and then as usual."""
        homing = served_project(tmp_path)
        make_ready(homing, START - 10 * MINUTE)
        with own_daemon(homing, Hands(START)) as own:
            own.pass_time(50)
            times = [SHANGHAI.on_the_wall(at)[11:] for at in run_times(homing)]
            assert times == ["09:50", "10:00", "10:01"]
            own.close()

    def test_a_new_project_waits_for_its_first_firing(self, tmp_path: Path) -> None:
        """Nothing was missed yet."""
        homing = served_project(tmp_path, schedule='"30 10 * * *"')
        with own_daemon(homing, Hands(START), pause=60.0) as own:
            own.pass_time(20 * 60)
            assert run_times(homing) == []
            own.pass_time(20 * 60)
            assert len(run_times(homing)) == 1
            own.close()


class TestBetweenRuns:
    """Messages go on by their own times."""

    def test_a_window_opens_between_two_runs(self, tmp_path: Path) -> None:
        """What waits for it leaves then, though no run is near; nobody new comes in."""
        homing = served_project(tmp_path, rules=NARROW, schedule='"0 9 * * *"')
        customers(homing, 3)
        make_ready(homing, START)
        with own_daemon(homing, Hands(START), pause=60.0) as own:
            own.pass_time(1.9 * 3600)
            customers(homing, 3, first=3)
            assert outbox(homing) == []
            own.pass_time(0.3 * 3600)
            assert len(outbox(homing)) == 3
            assert len(run_times(homing)) == 1
            own.close()

    def test_who_has_left_meanwhile_gets_nothing(self, tmp_path: Path) -> None:
        """Whoever is looked at because of a message moves first, as in every run."""
        rules = NARROW.replace("state s {", "on visit -> end came\n  state s {").replace(
            "message hello", "event visit { store: text }\nmessage hello"
        )
        homing = served_project(tmp_path, rules=rules, schedule='"0 9 * * *"')
        customers(homing, 3)
        make_ready(homing, START)
        homing.well("import", "visit", homing.file("v.csv", "customer,at,store\nC1,2026-11-23 11:00,s\n"))
        with own_daemon(homing, Hands(START), pause=60.0) as own:
            own.pass_time(2.2 * 3600)
            assert sorted(item["customer"] for item in outbox(homing)) == ["C0", "C2"]
            own.close()

    def test_what_others_let_go_is_noticed(self, tmp_path: Path) -> None:
        """A pause that another process takes back lets messages leave within a second."""
        homing = served_project(tmp_path, schedule='"0 9 * * *"')
        customers(homing, 3)
        make_ready(homing, START)
        homing.well("pause")
        with own_daemon(homing, Hands(START)) as own:
            own.pass_time(10)
            assert outbox(homing) == []
            homing.well("resume")
            own.pass_time(1)
            assert len(outbox(homing)) == 3
            own.close()


class TestRules:
    """The newest release runs; the configuration of the start does."""

    def test_rules_that_are_applied_run_from_then_on(self, tmp_path: Path) -> None:
        """Without a restart; a message is written by the release of its run."""
        homing = served_project(tmp_path)
        with own_daemon(homing, Hands(START)) as own:
            own.once()
            homing.file("rules/all.rules", RULES.replace("您好", "早上好"))
            homing.well("apply")
            customers(homing, 1)
            own.pass_time(60)
            assert [item["text"] for item in outbox(homing)] == ["客户0早上好"]
            own.close()

    def test_without_rules_it_waits_for_some(self, tmp_path: Path) -> None:
        """A new project may be served before its rules are applied."""
        homing = served_project(tmp_path / "other")
        homing.folder.joinpath("homing.db").unlink()
        homing.opened(create=True).store.close()
        with own_daemon(homing, Hands(START)) as own:
            own.pass_time(90)
            homing.well("apply")
            own.pass_time(90)
            assert run_times(homing)
            own.close()

    def test_a_changed_configuration_needs_a_restart(self, tmp_path: Path) -> None:
        """Told on SIGHUP, and not acted upon."""
        homing = served_project(tmp_path)
        with own_daemon(homing, Hands(START)) as own:
            own.once()
            heard = io.StringIO()
            start_logging("text", "info", heard)
            own.wishes.look = True
            own.pass_time(1)
            assert "configuration" not in heard.getvalue()
            config = homing.folder / "homing.toml"
            config.write_text(config.read_text().replace("毛毛家", "另一家"))
            own.wishes.look = True
            own.pass_time(1)
            assert "configuration changed todo=restart" in heard.getvalue()
            own.close()


def test_chores_come_round_at_their_own_intervals(tmp_path: Path) -> None:
    """Each at once, then at its interval; one that fails keeps nothing waiting."""
    done: list[str] = []

    def fail(_: int) -> None:
        done.append("fails")
        raise ValueError

    chores = (Chore("a", 10.0, lambda _: done.append("a")), Chore("b", 25.0, fail))
    homing = served_project(tmp_path)
    customers(homing, 1)
    make_ready(homing, START)
    with own_daemon(homing, Hands(START), chores=chores) as own:
        own.pass_time(30)
        own.close()
    assert (done.count("a"), done.count("fails")) == (4, 2)
    assert len(outbox(homing)) == 1


class TestTrouble:
    """What goes wrong in a step is told and tried again, ever more seldom."""

    def test_a_locked_database(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another program holds it; when it lets go, all goes on."""
        monkeypatch.setitem(sqlite._SETTINGS, "busy_timeout", 1)  # type: ignore[index]  # not ten seconds
        homing = served_project(tmp_path)
        customers(homing, 2)
        make_ready(homing, START)
        with own_daemon(homing, Hands(START)) as own:
            other = pysqlite3.connect(str(homing.folder / "homing.db"), isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            assert [next(own.steps) for _ in range(4)] == [1.0, 2.0, 4.0, 8.0]
            other.close()
            own.pass_time(10)
            assert len(outbox(homing)) == 2
            own.close()

    def test_another_database_in_its_place(self, tmp_path: Path) -> None:
        """`homing restore` refuses; whoever moves files by hand ends the daemon before anything leaves."""
        homing = served_project(tmp_path)
        with own_daemon(homing, Hands(START)) as own:
            own.once()
            homing.well("backup", str(tmp_path / "copy"))
            assert "has it open" in homing("restore", str(tmp_path / "copy")).err
            (tmp_path / "homing.db").rename(tmp_path / "old.db")
            (tmp_path / "copy").rename(tmp_path / "homing.db")
            with pytest.raises(ReplacedStoreError):
                own.pass_time(120)
            assert outbox(homing) == []

    def test_a_fault_of_our_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is told by where it is, not by what it says; later it is tried again."""
        homing = served_project(tmp_path)
        customers(homing, 1)
        make_ready(homing, START)

        def fault(_: Worker, _now: int) -> bool:
            raise MemoryError("客户0")

        heard = io.StringIO()
        with own_daemon(homing, Hands(START)) as own:
            with monkeypatch.context() as patch:
                patch.setattr(Worker, "look", fault)
                start_logging("text", "info", heard)
                assert next(own.steps) == 1.0
            own.pass_time(5)
            own.close()
        assert "failed kind=MemoryError" in heard.getvalue()
        assert "test_daemon.py:" in heard.getvalue()
        assert "客户" not in heard.getvalue()
        assert len(outbox(homing)) == 1


def test_a_restart_takes_the_lead_at_once(tmp_path: Path) -> None:
    """Who was told to stop has given it back."""
    homing, hands = served_project(tmp_path, lease=3600), Hands(START)
    for epoch in (1, 2, 3):
        with own_daemon(homing, hands) as own:
            own.once()
            assert own.daemon.lead.epoch == epoch
            own.close()


def test_what_comes_in_while_a_step_begins_is_acted_upon(tmp_path: Path) -> None:
    """It is later than the time that the step began with: the run that it wishes for is at a later one."""
    homing = served_project(tmp_path, rules=ON_PURCHASE, schedule='"0 0 1 1 *"')
    customers(homing, 1)
    hands = Hands(START)

    def buy(_now: int) -> None:
        hands.wait(5)
        at = SHANGHAI.iso(hands.wall)
        homing.well("import", "purchase", homing.file("p.csv", f"customer,at\nC0,{at}\n"))
        own.wishes.run = True

    with own_daemon(homing, hands, chores=[Chore("somebody buys", 3600.0, buy)]) as own:
        own.once()
        own.close()
    (run,) = homing.well("customer", "C0", "--json").json["journeys"]
    assert run["journey"] == "thanks"
