"""Clocks that jump, hours that come twice or not at all: no burst, nothing twice, nothing forgotten."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.calendars.zone import DAY, HOUR, MINUTE, Zone, parse_time
from engine.daemon.timetable import next_firing
from engine.projects.trusted_time import trust
from tests.projects import Homing
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

NEW_YORK = Zone("America/New_York")
START = parse_time("2026-11-23 10:00:20", SHANGHAI)

LATER = RULES.replace(
    "    send hello via sms\n",
    "    after 20 hours -> t\n  }\n  state t {\n    send hello via sms\n",
)


@pytest.fixture
def started(tmp_path: Path) -> tuple[Homing, Hands]:
    """A project on whose clock twenty people have to wait for twenty hours, looked after until now."""
    homing = served_project(tmp_path, rules=LATER)
    customers(homing, 20)
    make_ready(homing, START)
    return homing, Hands(START + 10_000)


class TestForward:
    """C1: a clock that is a day ahead."""

    def test_nothing_leaves_until_somebody_says_so(self, started: tuple[Homing, Hands]) -> None:
        """What would be due by then waits; afterwards everything happens as usual."""
        homing, hands = started
        with own_daemon(homing, hands, pause=20.0) as own:
            own.pass_time(120)
            ran = run_times(homing)
            hands.wall += DAY
            own.pass_time(600)
            assert (outbox(homing), run_times(homing)) == ([], ran)
            trusted(homing, hands)
            own.pass_time(90)
            assert len(outbox(homing)) == 20
            own.close()

    def test_nothing_leaves_when_it_was_stopped_for_long(self, started: tuple[Homing, Hands]) -> None:
        """A weekend without a daemon is told from a jump by nobody but a person."""
        homing, hands = started
        with own_daemon(homing, hands, pause=20.0) as own:
            own.pass_time(120)
            own.close()
        hands.wait(2 * DAY / 1000)
        with own_daemon(homing, hands, "another", pause=20.0) as own:
            own.pass_time(600)
            assert outbox(homing) == []
            trusted(homing, hands)
            own.pass_time(90)
            assert len(outbox(homing)) == 20
            own.close()

    def test_a_daemon_that_lives_needs_nobody(self, tmp_path: Path) -> None:
        """A night without a run is none without a daemon."""
        homing, hands = served_project(tmp_path, rules=LATER, schedule='"0 7,8 * * *"'), Hands(START)
        customers(homing, 20)
        make_ready(homing, START)
        with own_daemon(homing, hands, pause=600.0) as own:
            own.pass_time(22 * HOUR / 1000)
            assert len(outbox(homing)) == 20
            own.close()

    def test_a_clock_that_is_mended_needs_nobody(self, started: tuple[Homing, Hands]) -> None:
        """It goes on by itself, and nothing has happened."""
        homing, hands = started
        with own_daemon(homing, hands, pause=20.0) as own:
            hands.wall += DAY
            own.pass_time(60)
            hands.wall -= DAY
            own.pass_time(300)
            assert outbox(homing) == []
            assert len(run_times(homing)) > 3
            own.close()

    def test_a_run_by_hand_is_a_word_too(self, started: tuple[Homing, Hands]) -> None:
        """Somebody who runs it by hand does so on purpose; from then on the daemon goes on."""
        homing, hands = started
        with own_daemon(homing, hands, pause=20.0) as own:
            hands.wall += 7 * HOUR
            own.pass_time(5)
            assert len(run_times(homing)) == 1
            make_ready(homing, hands.wall)
            own.pass_time(120)
            assert len(run_times(homing)) > 2
            own.close()


class TestBack:
    """C2: a clock that is an hour late."""

    def test_it_waits_until_time_catches_up(self, started: tuple[Homing, Hands]) -> None:
        """No run before the last one, no message twice, no traceback; then it goes on."""
        homing, hands = started
        with own_daemon(homing, hands, pause=20.0) as own:
            own.pass_time(120)
            ran = run_times(homing)
            hands.wall -= HOUR
            own.pass_time(50 * 60)
            assert run_times(homing) == ran
            own.pass_time(15 * 60)
            assert len(run_times(homing)) > len(ran)
            assert len(set(run_times(homing))) == len(run_times(homing))
            own.close()

    def test_a_minute_is_nothing(self, started: tuple[Homing, Hands]) -> None:
        """Clocks are set right all the time: time stands still meanwhile."""
        homing, hands = started
        with own_daemon(homing, hands, pause=20.0) as own:
            own.pass_time(120)
            ran = run_times(homing)
            hands.wall -= MINUTE
            own.pass_time(180)
            assert len(run_times(homing)) in (len(ran) + 2, len(ran) + 3)
            own.close()

    def test_a_lease_of_the_dead_ends_all_the_same(self, tmp_path: Path) -> None:
        """Whoever stands by sees that nobody renews it, whatever the clock shows."""
        homing, hands = served_project(tmp_path, lease=2), Hands(START)
        with own_daemon(homing, hands, "dead") as dead, own_daemon(homing, hands, "heir") as heir:
            dead.once()
            hands.wall -= 90_000
            heir.pass_time(1)
            assert heir.daemon.lead.epoch is None
            heir.pass_time(3)
            assert heir.daemon.lead.epoch == 2
            heir.close()


def test_a_machine_that_slept(started: tuple[Homing, Hands]) -> None:
    """C9: real time stood still, the clock went on: what was decided before is decided anew, with the time as it is."""
    homing, hands = started
    with own_daemon(homing, hands, pause=20.0) as own:
        own.pass_time(60)
        hands.wall += 3 * HOUR
        own.pass_time(120)
        assert max(run_times(homing)) > START + 3 * HOUR
        own.close()


class TestFirings:
    """The schedule is read on the wall clock of the business zone; each firing counts once."""

    def fired(self, lines: list[str], first: str, last: str) -> list[str]:
        """The firings between two times in New York, as one that sleeps from firing to firing sees them."""
        at, end = parse_time(first, NEW_YORK), parse_time(last, NEW_YORK)
        found = []
        while (at := next_firing(lines, at, NEW_YORK)) <= end:
            found.append(NEW_YORK.iso(at)[11:])
        return found

    def test_an_hour_that_is_skipped(self) -> None:
        """C3: 02:30 does not exist on 8 March 2026: it runs once, moved on by the gap as all times of rules are."""
        assert self.fired(["30 2 * * *"], "2026-03-08 00:00", "2026-03-08 23:00") == ["03:30:00-04:00"]

    def test_an_hour_that_is_skipped_and_another_line_in_it(self) -> None:
        """C3: what was skipped is not forgotten because something else ran meanwhile."""
        fired = self.fired(["30 2 * * *", "10 3 * * *"], "2026-03-08 00:00", "2026-03-08 23:00")
        assert fired == ["03:10:00-04:00", "03:30:00-04:00"]

    def test_an_hour_that_comes_twice(self) -> None:
        """C4: 01:30 comes twice on 1 November 2026 and fires once, the first time."""
        assert self.fired(["30 1 * * *"], "2026-11-01 00:00", "2026-11-01 23:00") == ["01:30:00-04:00"]

    def test_every_half_hour_while_the_clock_goes_back(self) -> None:
        """C4: each time on the wall counts once: the second hour has none of its own."""
        fired = self.fired(["*/30 * * * *"], "2026-11-01 00:45", "2026-11-01 02:00")
        assert fired == ["01:00:00-04:00", "01:30:00-04:00", "02:00:00-05:00"]

    @pytest.mark.parametrize(
        ("night", "hour"), [("2026-03-08", "03:30:00-04:00"), ("2026-11-01", "01:30:00-04:00")]
    )
    def test_a_daemon_through_such_a_night(self, tmp_path: Path, night: str, hour: str) -> None:
        """C3, C4: one turn, whenever the daemon looks at its clock."""
        line = "30 2 * * *" if hour.startswith("03") else "30 1 * * *"
        homing = served_project(tmp_path, schedule=f'"{line}"', zone="America/New_York")
        hands = Hands(parse_time(f"{night} 00:00", NEW_YORK))
        with own_daemon(homing, hands, pause=300.0) as own:
            own.pass_time(6 * 3600)
            assert [NEW_YORK.iso(at)[11:] for at in run_times(homing)] == [hour]
            own.close()


@pytest.mark.parametrize(
    ("now", "judged"),
    [
        (lambda high: high, "right"),
        (lambda high: high + 6 * HOUR, "right"),
        (lambda high: high + 6 * HOUR + 1, "ahead"),
        (lambda high: high - 2 * MINUTE, "right"),
        (lambda high: high - 2 * MINUTE - 1, "behind"),
    ],
)
def test_what_to_think_of_a_clock(now: Callable[[int], int], judged: str) -> None:
    """Right up to the gap ahead and two minutes back; of a store that nobody has trusted a time in, always."""
    assert trust(now(START), START, 6 * HOUR) == judged
    assert trust(now(START), None, 6 * HOUR) == "right"


def trusted(homing: Homing, hands: Hands) -> None:
    """Somebody says that the clock is right, at the time that it shows."""
    from engine.projects.leading import trust_clock  # noqa: PLC0415

    project = homing.opened()
    with project.store.write() as connection:
        trust_clock(connection, hands.wall)
    project.store.close()
