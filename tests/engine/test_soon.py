"""Times of the next days as people say them."""

import pytest

from engine.calendars.soon import parse_soon
from engine.calendars.zone import BadTimeError, Zone, parse_time

ZONE = Zone("Asia/Shanghai")
NOW = parse_time("2026-12-30 15:00", ZONE)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("16:30", "2026-12-30 16:30"),
        ("9:00", "2026-12-31 09:00"),
        ("15:00", "2026-12-31 15:00"),
        ("tomorrow", "2026-12-31 10:00"),
        ("Tomorrow 9:00", "2026-12-31 09:00"),
        ("明天 14:00", "2026-12-31 14:00"),
        ("后天", "2027-01-01 10:00"),
        ("今天 18:00", "2026-12-30 18:00"),
        ("12-31", "2026-12-31 10:00"),
        ("1-4 14:00", "2027-01-04 14:00"),
        ("2027-02-01", "2027-02-01 10:00"),
        ("2027-02-01 08:05", "2027-02-01 08:05"),
        ("2027-02-01T08:05", "2027-02-01 08:05"),
        ("+2h", "2026-12-30 17:00"),
        ("+ 3d", "2027-01-02 15:00"),
        ("+90m", "2026-12-30 16:30"),
        ("+1w", "2027-01-06 15:00"),
    ],
)
def test_what_people_write_is_understood(text: str, meant: str) -> None:
    """A day without a time is its morning, a time without a day the next one."""
    assert parse_soon(text, ZONE, NOW) == parse_time(meant, ZONE)


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "13-40", "2-30", "明天下午", "9", "today 14:00", "2026-12-30 14:00"]
)
def test_the_rest_is_refused_with_examples(text: str) -> None:
    """What is no time, and what has passed."""
    with pytest.raises(BadTimeError) as refused:
        parse_soon(text, ZONE, NOW)
    assert "+2h" in str(refused.value.hint)
