"""The business time zone: days, clock times, durations and periods, over clock changes too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.units import Clock, Duration, Unit
from engine.calendars.zone import (
    DAY,
    HOUR,
    MINUTE,
    UnknownZoneError,
    Zone,
    date_of,
    day_of,
    parse_time,
    weekday,
)
from engine.errors import UsageError

SHANGHAI = Zone("Asia/Shanghai")
NEW_YORK = Zone("America/New_York")
NAMES = (
    "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo",
    "Pacific/Apia", "America/Havana", "Europe/Dublin", "Asia/Kathmandu", "UTC",
)  # fmt: skip
names = st.sampled_from(NAMES)
seconds = st.integers(
    int(datetime(2000, 1, 3, tzinfo=UTC).timestamp()), int(datetime(2099, 12, 1, tzinfo=UTC).timestamp())
)


def at(text: str, zone: Zone = SHANGHAI) -> int:
    """The instant that a text means."""
    return parse_time(text, zone)


def clock(text: str) -> Clock:
    """A clock time."""
    hours, minutes = text.split(":")
    return Clock(int(hours) * 60 + int(minutes))


@given(names, seconds)
def test_offsets_are_those_of_the_time_zone_database(name: str, second: int) -> None:
    """At any second of 2000 to 2100 the local time is what zoneinfo says."""
    expected = datetime.fromtimestamp(second, ZoneInfo(name))
    found = Zone(name).local(second * 1000)
    assert (found.replace(tzinfo=None), found.utcoffset()) == (
        expected.replace(tzinfo=None, fold=0),
        expected.utcoffset(),
    )


@given(names, seconds)
def test_wall_clock_times_are_read_as_the_first_of_two_and_gaps_move_on(name: str, second: int) -> None:
    """A naive local time becomes what zoneinfo makes of it with fold 0."""
    wall = datetime(1970, 1, 1) + timedelta(seconds=second)  # noqa: DTZ001
    expected = wall.replace(tzinfo=ZoneInfo(name), fold=0).timestamp()
    assert Zone(name).instant(wall) == round(expected) * 1000


@given(names, seconds)
def test_a_day_begins_at_its_midnight(name: str, second: int) -> None:
    """Every instant lies between the beginning of its day and that of the next."""
    zone, instant = Zone(name), second * 1000
    day = zone.day(instant)
    assert zone.midnight(day) <= instant < zone.midnight(day + 1)


def test_a_midnight_that_the_clock_skips_is_the_first_instant_of_its_day() -> None:
    """Where daylight saving begins at midnight the day begins at one o'clock."""
    zone = Zone("America/Sao_Paulo")
    day = day_of(datetime(2018, 11, 4, tzinfo=UTC).date())
    assert zone.iso(zone.midnight(day)) == "2018-11-04T01:00:00-02:00"
    assert zone.day(zone.midnight(day)) == day


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-01-31 10:00", Duration(1, "month"), "2026-02-28 10:00"),
        ("2024-02-29 10:00", Duration(1, "year"), "2025-02-28 10:00"),
        ("2026-12-31 23:30", Duration(2, "month"), "2027-02-28 23:30"),
        ("2026-11-25 09:00", Duration(30, "day"), "2026-12-25 09:00"),
        ("2026-11-25 09:00", Duration(2, "week"), "2026-12-09 09:00"),
        ("2026-11-25 09:00", Duration(90, "minute"), "2026-11-25 10:30"),
    ],
)
def test_durations_move_an_instant(start: str, duration: Duration, end: str) -> None:
    """Months and years are calendar ones and clamp to the month's end."""
    assert SHANGHAI.iso(SHANGHAI.shift(at(start), duration)) == SHANGHAI.iso(at(end))


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-03-07 02:30", Duration(1, "day"), "2026-03-08T03:30:00-04:00"),
        ("2026-03-07 02:30", Duration(24, "hour"), "2026-03-08T03:30:00-04:00"),
        ("2026-03-07 12:00", Duration(1, "day"), "2026-03-08T12:00:00-04:00"),
        ("2026-03-07 12:00", Duration(24, "hour"), "2026-03-08T13:00:00-04:00"),
        ("2026-10-31 01:30", Duration(1, "day"), "2026-11-01T01:30:00-04:00"),
        ("2026-10-31 01:30", Duration(25, "hour"), "2026-11-01T01:30:00-05:00"),
    ],
)
def test_days_keep_the_wall_clock_where_hours_elapse(start: str, duration: Duration, end: str) -> None:
    """Over a clock change a day is not 24 hours; skipped times move on, repeated ones are the first."""
    assert NEW_YORK.iso(NEW_YORK.shift(at(start, NEW_YORK), duration)) == end


@given(names, seconds, st.integers(0, 400), st.sampled_from(["minute", "hour", "day", "week"]))
def test_moving_back_undoes_moving_on(name: str, second: int, amount: int, unit: Unit) -> None:
    """Exactly for elapsed time, and up to a clock change for days."""
    zone, instant, duration = Zone(name), second * 1000, Duration(amount, unit)
    there = zone.shift(zone.shift(instant, duration), duration, back=True)
    assert there == instant if unit in ("minute", "hour") else abs(there - instant) <= DAY


@pytest.mark.parametrize(
    ("start", "time", "end"),
    [
        ("2026-11-25 10:00", "10:00", "2026-11-25T10:00:00+08:00"),
        ("2026-11-25 10:01", "10:00", "2026-11-26T10:00:00+08:00"),
        ("2026-11-25 09:59", "10:00", "2026-11-25T10:00:00+08:00"),
        ("2026-12-31 23:00", "00:00", "2027-01-01T00:00:00+08:00"),
    ],
)
def test_the_first_clock_time_may_be_this_very_moment(start: str, time: str, end: str) -> None:
    """`at 10:00` is today's when it has not passed, else tomorrow's."""
    assert SHANGHAI.iso(SHANGHAI.first_clock(at(start), clock(time))) == end


def test_a_clock_time_that_is_skipped_comes_an_hour_later_and_once() -> None:
    """02:30 on the morning of the gap is 03:30, and 01:30 in the night of the fold is its first."""
    gap, fold = at("2026-03-08 00:00", NEW_YORK), at("2026-11-01 00:00", NEW_YORK)
    assert NEW_YORK.iso(NEW_YORK.first_clock(gap, clock("02:30"))) == "2026-03-08T03:30:00-04:00"
    first = NEW_YORK.first_clock(fold, clock("01:30"))
    assert NEW_YORK.iso(first) == "2026-11-01T01:30:00-04:00"
    assert NEW_YORK.iso(NEW_YORK.first_clock(first + MINUTE, clock("01:30"))) == "2026-11-02T01:30:00-05:00"


@given(names, seconds, st.integers(0, 1439))
def test_the_first_clock_time_is_never_before(name: str, second: int, minutes: int) -> None:
    """It lies at or after the instant and within two days of it."""
    zone, instant = Zone(name), second * 1000
    assert instant <= zone.first_clock(instant, Clock(minutes)) <= instant + 2 * DAY + 25 * HOUR


def test_clock_on_day_may_lie_before() -> None:
    """The clock time of that day, whether it has passed or not; 24:00 is the next midnight."""
    noon = at("2026-11-25 12:00")
    assert SHANGHAI.clock_on_day(noon, clock("10:00")) == at("2026-11-25 10:00")
    assert SHANGHAI.clock_on_day(noon, clock("24:00")) == at("2026-11-26")


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("day", "2026-12-30", "2026-12-31"),
        ("week", "2026-12-28", "2027-01-04"),
        ("month", "2026-12-01", "2027-01-01"),
        ("year", "2026-01-01", "2027-01-01"),
    ],
)
def test_periods_are_calendar_periods(period: str, start: str, end: str) -> None:
    """A week begins on Monday; the others as the calendar says; half-open."""
    instant = at("2026-12-30 18:00")
    assert SHANGHAI.period_start(instant, period) == at(start)  # type: ignore[arg-type]
    assert SHANGHAI.period_end(instant, period) == at(end)  # type: ignore[arg-type]


def test_transitions_list_every_offset() -> None:
    """The first is that of 2000; where the clock has not been changed since then there is one."""
    assert Zone("UTC").transitions() == ((946_684_800_000, 0),)
    assert SHANGHAI.transitions() == ((946_684_800_000, 8 * HOUR),)
    assert len(NEW_YORK.transitions()) == 201


def test_changes_of_the_clock_can_be_found() -> None:
    """Those from the first up to and without the last instant."""
    year = at("2026-01-01", NEW_YORK), at("2027-01-01", NEW_YORK)
    changes = NEW_YORK.changes(*year)
    assert [NEW_YORK.iso(change)[:16] for change in changes] == ["2026-03-08T03:00", "2026-11-01T01:00"]
    assert NEW_YORK.changes(changes[0], changes[1]) == changes[:1]


def test_iso_shows_milliseconds_only_when_there_are_some() -> None:
    """ISO 8601 with offset."""
    assert SHANGHAI.iso(at("2026-10-01 09:30")) == "2026-10-01T09:30:00+08:00"
    assert SHANGHAI.iso(at("2026-10-01 09:30") + 7) == "2026-10-01T09:30:00.007+08:00"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-10-01", "2026-10-01T00:00:00+08:00"),
        ("2026-10-01 09:30", "2026-10-01T09:30:00+08:00"),
        ("2026-10-01T09:30:15", "2026-10-01T09:30:15+08:00"),
        ("2026-10-01T01:30Z", "2026-10-01T09:30:00+08:00"),
        (" 2026-10-01T03:30+02:00 ", "2026-10-01T09:30:00+08:00"),
    ],
)
def test_times_are_read_as_people_write_them(text: str, iso: str) -> None:
    """Without an offset it is business time."""
    assert SHANGHAI.iso(parse_time(text, SHANGHAI)) == iso


@pytest.mark.parametrize("text", ["", "tomorrow", "09:30", "2026-13-01", "2026-10-01 25:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """With a typed error that shows how to write one."""
    with pytest.raises(UsageError, match="is no time"):
        parse_time(text, SHANGHAI)


@pytest.mark.parametrize("name", ["Asia/Shangai", "", "../etc/passwd", "Europe"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    """With a typed error that names it."""
    with pytest.raises(UnknownZoneError, match="no time zone"):
        Zone(name)


def test_days_have_dates_and_weekdays() -> None:
    """Day 0 is Thursday, 1 January 1970."""
    assert weekday(0) == 3
    assert date_of(0).isoformat() == "1970-01-01"
    assert day_of(date_of(-40_000)) == -40_000
