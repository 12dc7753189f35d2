"""The sorts of days that the check reckons with, beside the days that the engine finds in the calendar."""

from datetime import date

import pytest

from dsl.checks.business_days import WEEKDAYS, Day, possible_days
from dsl.model.model import Calendar, SpecialDays
from dsl.units import DAYS
from engine.calendars.business_days import BusinessDays
from engine.calendars.zone import Zone, day_of

_SPECIAL = (
    SpecialDays("keyday", "", date(2026, 5, 20), date(2026, 5, 22)),
    SpecialDays("closed", "", date(2026, 12, 31), date(2026, 12, 31)),
    SpecialDays("closed", "", date(2026, 3, 7), date(2026, 3, 7)),
    SpecialDays("workday", "", date(2026, 9, 20), date(2026, 9, 20)),
)
CALENDARS = [
    Calendar(),
    Calendar(special=_SPECIAL),
    Calendar("CN"),
    Calendar("CN", _SPECIAL),
    Calendar("DE"),
    Calendar("IL", _SPECIAL),
]


@pytest.mark.parametrize("calendar", CALENDARS, ids=str)
def test_every_day_of_the_calendar_is_of_a_possible_sort(calendar: Calendar) -> None:
    """No window is said never to open on a day that comes: every day has a sort, and its words mean the same."""
    days, possible = BusinessDays(calendar, Zone("Asia/Shanghai")), possible_days(calendar)
    for day in range(day_of(date(2024, 1, 1)), day_of(date(2027, 1, 1))):
        words = {word for word in DAYS if days.matches(day, word)}
        assert any(words == {word for word in DAYS if sort.matches(word)} for sort in possible), (day, words)


def test_without_a_public_calendar_only_named_days_differ() -> None:
    """Monday to Friday are worked; a Sunday that the rules call a working day is one, sometimes."""
    plain = possible_days(Calendar())
    assert [WEEKDAYS[day.weekday] for day in plain if day.sort == "workday"] == list(WEEKDAYS[:5])
    assert Day(6, "workday", keyday=False) in possible_days(Calendar(special=_SPECIAL))
    assert Day(6, "workday", keyday=False) not in plain
