"""Calendar arithmetic of the reference interpreter, with figures worked out by hand."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dsl.units import Clock, Duration
from tests.oracle import moments
from tests.oracle.cron import fires_between, matches_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """A local time."""
    return moments.instant_of(datetime.fromisoformat(text), zone)


def test_local_time_of_shanghai() -> None:
    """Business time is eight hours ahead of UTC."""
    assert at("2026-11-23 09:00") == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert moments.wall_of(at("2026-11-23 09:00"), SHANGHAI).isoformat() == "2026-11-23T09:00:00"
    assert moments.midnight(date(2026, 11, 23), SHANGHAI) == at("2026-11-23 00:00")


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-03-28 12:00", Duration(1, "day"), "2026-03-29 12:00"),  # 23 hours
        ("2026-03-28 02:30", Duration(1, "day"), "2026-03-29 03:30"),  # 02:30 is skipped
        ("2026-03-28 12:00", Duration(24, "hour"), "2026-03-29 13:00"),
        ("2026-10-24 12:00", Duration(24, "hour"), "2026-10-25 11:00"),
        ("2026-01-31 10:00", Duration(1, "month"), "2026-02-28 10:00"),
        ("2024-02-29 10:00", Duration(1, "year"), "2025-02-28 10:00"),
        ("2026-01-01 10:00", Duration(2, "week"), "2026-01-15 10:00"),
        ("2026-01-01 10:00", Duration(90, "minute"), "2026-01-01 11:30"),
    ],
)
def test_shift(start: str, duration: Duration, end: str) -> None:
    """Days and longer keep the local clock, months clamp, hours elapse."""
    assert moments.shift(at(start, BERLIN), duration, BERLIN) == at(end, BERLIN)


def test_shift_back() -> None:
    """Backwards clamps to the month's end as well."""
    back = moments.shift(at("2026-03-31 10:00"), Duration(1, "month"), SHANGHAI, back=True)
    assert back == at("2026-02-28 10:00")


def test_ambiguous_time_is_the_first() -> None:
    """What the clock shows twice is meant the first time."""
    assert at("2026-10-25 02:30", BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_first_clock() -> None:
    """The first such clock time may be now."""
    ten = Clock(600)
    assert moments.first_clock(at("2026-01-01 10:00"), ten, SHANGHAI) == at("2026-01-01 10:00")
    assert moments.first_clock(at("2026-01-01 10:01"), ten, SHANGHAI) == at("2026-01-02 10:00")


def test_week_begins_on_monday() -> None:
    """Sunday and Monday lie in two weeks, the last days of a year may lie in the next year's first week."""
    assert moments.period_of(at("2026-11-22 23:59"), "week", SHANGHAI) == (2026, 47)
    assert moments.period_of(at("2026-11-23 00:00"), "week", SHANGHAI) == (2026, 48)
    assert moments.period_of(at("2024-12-31 00:00"), "week", SHANGHAI) == (2025, 1)


def test_next_return() -> None:
    """A yearly return includes today; 29 February returns on 28 February in common years."""
    assert moments.next_return(date(1990, 11, 24), date(2026, 11, 24)) == date(2026, 11, 24)
    assert moments.next_return(date(1990, 11, 24), date(2026, 11, 25)) == date(2027, 11, 24)
    assert moments.next_return(date(2000, 2, 29), date(2027, 1, 1)) == date(2027, 2, 28)
    assert moments.next_return(date(2000, 2, 29), date(2027, 3, 1)) == date(2028, 2, 29)


def test_cron() -> None:
    """A line fires at its local minutes; the start of the span is not in it, its end is."""
    line = "0 9 * * mon"
    assert fires_between(line, at("2026-11-23 08:59"), at("2026-11-23 09:00"), SHANGHAI)
    assert not fires_between(line, at("2026-11-23 09:00"), at("2026-11-30 08:59"), SHANGHAI)
    assert fires_between("*/20 8-9,17 * * *", at("2026-11-23 16:00"), at("2026-11-23 17:00"), SHANGHAI)


def test_cron_days() -> None:
    """With a day of the month and one of the week either is enough; Sunday is 0 and 7."""
    assert matches_day("0 0 13 * fri", date(2026, 11, 13))
    assert matches_day("0 0 13 * fri", date(2026, 11, 20))
    assert matches_day("0 0 13 * fri", date(2026, 12, 13))
    assert not matches_day("0 0 13 * fri", date(2026, 11, 14))
    assert matches_day("0 0 * nov 7", date(2026, 11, 22))
    assert not matches_day("0 0 * nov sat-sun", date(2026, 11, 22) + timedelta(days=1))
