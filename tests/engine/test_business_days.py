"""The business calendar: public holidays with make-up days, key days, closed days, unknown years."""

from datetime import date, timedelta

import pytest

from dsl.model.model import Calendar, SpecialDays
from dsl.units import DAYS
from engine.calendars.business_days import BusinessDays, UnknownCountryError
from engine.calendars.zone import Zone, day_of

ZONE = Zone("Asia/Shanghai")
CHINA = BusinessDays(Calendar("CN"), ZONE)


def day(text: str) -> int:
    """The number of a date."""
    return day_of(date.fromisoformat(text))


def days(text: str) -> set[date]:
    """Dates written as `01-01..01-03 02-15` of 2025 and 2026 with the year in front."""
    year, *spans = text.split()
    found: set[date] = set()
    for span in spans:
        first, _, last = span.partition("..")
        start, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last or first}")
        found |= {start + timedelta(n) for n in range((end - start).days + 1)}
    return found


@pytest.mark.parametrize(
    ("holidays", "made_up"),
    [
        (
            "2025 01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
            "2025 01-26 02-08 04-27 09-28 10-11",
        ),
        (
            "2026 01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
            "2026 01-04 02-14 02-28 05-09 09-20 10-10",
        ),
    ],
)
def test_the_calendar_of_china_is_the_announced_one(holidays: str, made_up: str) -> None:
    """Whole holiday periods, weekend days included, and every weekend day that is worked, of a whole year."""
    year = int(holidays[:4])
    all_days = [date(year, 1, 1) + timedelta(n) for n in range(365)]
    assert {item for item in all_days if CHINA.is_holiday(day_of(item))} == days(holidays)
    worked = {item for item in all_days if item.weekday() >= 5 and CHINA.is_workday(day_of(item))}
    assert worked == days(made_up)


def test_every_day_is_a_workday_a_weekend_day_or_a_holiday() -> None:
    """The three divide the year between them, whatever the rules add."""
    special = (
        SpecialDays("closed", "盘点", date(2026, 12, 31), date(2026, 12, 31)),
        SpecialDays("workday", "调休", date(2026, 10, 4), date(2026, 10, 5)),
    )
    for calendar in (Calendar(), Calendar("CN"), Calendar("CN", special), Calendar("US", special)):
        known = BusinessDays(calendar, ZONE)
        for number in range(day("2025-12-01"), day("2027-02-01")):
            words = [known.matches(number, word) for word in ("workdays", "weekends", "holidays")]
            assert sum(words) == 1


def test_the_rules_overrule_the_public_calendar() -> None:
    """`closed` makes a holiday, `workday` a working day; on the same day `closed` is stronger."""
    special = (
        SpecialDays("closed", "盘点", date(2026, 2, 14), date(2026, 2, 14)),
        SpecialDays("workday", "调休", date(2026, 10, 3), date(2026, 10, 3)),
        SpecialDays("workday", "错", date(2026, 2, 14), date(2026, 2, 14)),
    )
    known = BusinessDays(Calendar("CN", special), ZONE)
    assert known.is_holiday(day("2026-02-14"))
    assert not known.is_workday(day("2026-02-14"))
    assert known.is_workday(day("2026-10-03"))
    assert not known.is_holiday(day("2026-10-03"))
    assert known.is_holiday(day("2026-10-04"))


def test_key_days_are_those_that_the_rules_name() -> None:
    """Every day of the range, both ends included; the next one after a day can be found."""
    known = BusinessDays(
        Calendar(None, (SpecialDays("keyday", "春节", date(2027, 2, 6), date(2027, 2, 12)),)), ZONE
    )
    keydays = [item for item in range(day("2027-01-01"), day("2027-12-31")) if known.is_keyday(item)]
    assert keydays == list(range(day("2027-02-06"), day("2027-02-13")))
    assert known.next_keyday(day("2027-01-01")) == day("2027-02-06")
    assert known.next_keyday(day("2027-02-06")) == day("2027-02-07")
    assert known.next_keyday(day("2027-02-12")) is None


def test_a_weekday_by_name_is_that_weekday_even_on_a_holiday() -> None:
    """`thursday` means 1 October 2026 too."""
    assert CHINA.matches(day("2026-10-01"), "thursday")
    assert not CHINA.matches(day("2026-10-01"), "friday")
    assert CHINA.matches(day("2026-10-01"), "every day")


def test_every_word_for_days_means_something() -> None:
    """Each word that a window may name holds on some day of a year with a key day."""
    special = (SpecialDays("keyday", "店庆", date(2026, 5, 20), date(2026, 5, 20)),)
    known = BusinessDays(Calendar("CN", special), ZONE)
    year = range(day("2026-01-01"), day("2027-01-01"))
    assert [word for word in DAYS if not any(known.matches(item, word) for item in year)] == []


def test_without_a_country_working_days_are_monday_to_friday() -> None:
    """And nothing is a holiday."""
    plain = BusinessDays(Calendar(), ZONE)
    assert plain.is_workday(day("2026-10-01"))
    assert plain.is_weekend(day("2026-10-04"))
    assert plain.known_until() is None


def test_elsewhere_a_weekend_next_to_a_holiday_stays_a_weekend() -> None:
    """Only China announces holidays as whole periods: the Saturday before Easter is a weekend day."""
    germany = BusinessDays(Calendar("DE"), ZONE)
    assert germany.is_holiday(day("2026-04-03"))
    assert germany.is_weekend(day("2026-04-04"))


def test_a_year_that_is_not_announced_yet_is_a_warning() -> None:
    """Make-up days are announced in the autumn before; until then the statutory days are all there is."""
    known = CHINA.known_until()
    assert known is not None
    assert CHINA.unknown_years(day("2026-01-01"), known) == ()
    assert CHINA.warning(day("2026-01-01"), known) is None
    assert len(CHINA.unknown_years(known, known + 1)) == 1
    assert len(CHINA.unknown_years(known + 1, known + 400)) == 2
    warning = CHINA.warning(known, known + 1)
    assert warning is not None
    assert "CN" in warning
    assert "not announced yet" in warning
    assert BusinessDays(Calendar("US"), ZONE).warning(day("2026-01-01"), day("2040-01-01")) is None


def test_an_unknown_country_is_refused() -> None:
    """With a typed error that names it."""
    with pytest.raises(UnknownCountryError, match="'ZZ'"):
        BusinessDays(Calendar("ZZ"), ZONE)
