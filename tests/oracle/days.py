"""Which words of the rules mean a day (`workdays`, `holidays`, `keydays`, `friday` …), straight from the library."""

from datetime import date, timedelta
from functools import cache

import holidays

from dsl.model.model import Calendar

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def words_of(day: date, calendar: Calendar) -> set[str]:
    """Every word of a window that means this day."""
    words = {"every day", _WEEKDAYS[day.weekday()]}
    if is_workday(day, calendar):
        words.add("workdays")
    elif is_holiday(day, calendar):
        words.add("holidays")
    else:
        words.add("weekends")
    if _named(day, calendar, "keyday"):
        words.add("keydays")
    return words


def is_holiday(day: date, calendar: Calendar) -> bool:
    """A public holiday with the weekend that belongs to it, or a day that the rules call closed."""
    if _named(day, calendar, "closed"):
        return True
    if _named(day, calendar, "workday") or calendar.country is None:
        return False
    return _is_public(day, calendar.country) or _adjoins_public(day, calendar.country)


def is_workday(day: date, calendar: Calendar) -> bool:
    """Monday to Friday without holidays, and the weekend days worked to make up for them."""
    if _named(day, calendar, "closed"):
        return False
    if _named(day, calendar, "workday"):
        return True
    if calendar.country is not None and _is_made_up(day, calendar.country):
        return True
    return day.weekday() < 5 and not is_holiday(day, calendar)


def _named(day: date, calendar: Calendar, kind: str) -> bool:
    return any(item.kind == kind and item.first <= day <= item.last for item in calendar.special)


@cache
def _is_public(day: date, country: str) -> bool:
    return day in _library(country, day.year)


@cache
def _is_made_up(day: date, country: str) -> bool:
    worked = set()
    for year in (day.year, day.year + 1):
        worked |= set(getattr(_library(country, year), "weekend_workdays", ()))
    return day in worked


@cache
def _adjoins_public(day: date, country: str) -> bool:
    """China's holidays are periods: a free weekend beside a public holiday is part of it."""
    if country != "CN":
        return False
    for step in (timedelta(days=-1), timedelta(days=1)):
        other = day
        while other.weekday() >= 5 and not _is_made_up(other, country) and not _is_public(other, country):
            other += step
        if other != day and _is_public(other, country):
            return True
    return False


@cache
def _library(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=year)
