"""The business calendar: which days are working days, holidays and key days, and for which years it is known.

Days are integer days since 1970-01-01, local ones. Knows nothing of clock times or of what the days are for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.model.model import Calendar, SpecialDays
from dsl.wording import Phrase
from engine.cached import cached
from engine.calendars.zone import Zone, date_of, day_of, weekday
from engine.errors import EngineError
from engine.wording import all_of, say

if TYPE_CHECKING:
    from holidays import HolidayBase

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_WHOLE_PERIODS = frozenset({"CN", "CHN"})
"""Countries that announce holidays as periods: the weekend days that adjoin a public holiday belong to it."""


class UnknownCountryError(EngineError):
    """The library of public holidays does not know the country."""


@dataclass(slots=True)
class BusinessDays:
    """The calendar of a rule set in its zone. UnknownCountryError when nobody knows the country's holidays.

    What the rules say of single days overrules the public calendar; `closed` overrules `workday`.
    """

    calendar: Calendar
    zone: Zone
    _closed: frozenset[int] = field(init=False, repr=False)
    _workdays: frozenset[int] = field(init=False, repr=False)
    _keydays: tuple[int, ...] = field(init=False, repr=False)
    _public: "_PublicDays | None" = field(init=False, repr=False)
    _words: dict[tuple[int, str], bool] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        special = self.calendar.special
        self._closed = frozenset(_days_of(special, "closed"))
        self._workdays = frozenset(_days_of(special, "workday")) - self._closed
        self._keydays = tuple(sorted(set(_days_of(special, "keyday"))))
        self._public = _PublicDays(self.calendar.country) if self.calendar.country else None

    def is_holiday(self, day: int) -> bool:
        """A public holiday, weekend days within its period included, or a day the rules call closed."""
        if day in self._closed or day in self._workdays:
            return day in self._closed
        return self._public is not None and self._public.is_holiday(day)

    def is_workday(self, day: int) -> bool:
        """Monday to Friday without holidays, and the weekend days that are worked to make up for them."""
        if day in self._closed or day in self._workdays:
            return day in self._workdays
        if self._public is not None and self._public.is_made_up(day):
            return True
        return weekday(day) < 5 and not self.is_holiday(day)

    def is_weekend(self, day: int) -> bool:
        """A Saturday or Sunday that is neither holiday nor working day."""
        return weekday(day) >= 5 and not self.is_holiday(day) and not self.is_workday(day)

    def is_keyday(self, day: int) -> bool:
        """A day that the rules call a key day."""
        return day in self._keydays

    def next_keyday(self, day: int) -> int | None:
        """The first key day after a day; None when there is none."""
        return next((item for item in self._keydays if item > day), None)

    def matches(self, day: int, word: str) -> bool:
        """Whether a word of `dsl.units.DAYS` means this day; a weekday's name means it in any case."""
        key = (day, word)
        if key not in self._words:
            self._words[key] = self._matches(day, word)
        return self._words[key]

    def known_until(self) -> int | None:
        """The last day whose make-up days have been announced; None when nothing is left to be announced."""
        last = None if self._public is None else self._public.last_year
        return None if last is None else day_of(date_of(0).replace(last, 12, 31))

    def unknown_years(self, first: int, last: int) -> tuple[int, ...]:
        """The years from day `first` to day `last` whose make-up days are not announced yet."""
        known = self.known_until()
        if known is None:
            return ()
        return tuple(range(date_of(max(first, known + 1)).year, date_of(max(last, known)).year + 1))

    def warning(self, first: int, last: int) -> Phrase | None:
        """What to tell people when rules reach into years that are not announced yet."""
        years = self.unknown_years(first, last)
        if not years:
            return None
        return say(
            "the public calendar of {country} for {years} is not announced yet: make-up working days and the days "
            "off they pay for are missing",
            country=self.calendar.country,
            years=all_of(map(str, years)),
        )

    def _matches(self, day: int, word: str) -> bool:
        match word:
            case "every day":
                return True
            case "workdays":
                return self.is_workday(day)
            case "weekends":
                return self.is_weekend(day)
            case "holidays":
                return self.is_holiday(day)
            case "keydays":
                return self.is_keyday(day)
            case _:
                return _WEEKDAYS[weekday(day)] == word


def _days_of(special: Iterable[SpecialDays], kind: str) -> Iterable[int]:
    for item in special:
        if item.kind == kind:
            yield from range(day_of(item.first), day_of(item.last) + 1)


@dataclass(slots=True)
class _PublicDays:
    """The public calendar of a country, computed by the year as years are asked for.

    `last_year`: the last one with announced make-up days; None in countries that have none.
    """

    country: str
    last_year: int | None = field(init=False)
    _loaded: "HolidayBase | None" = field(init=False, default=None)
    _known: dict[int, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.last_year = cached("calendar", (self.country, _library_is()), self._last_year)

    @property
    def library(self) -> "HolidayBase":
        """Loaded when a day is asked for: with one country the library loads all of them, a tenth of a second."""
        if self._loaded is None:
            self._loaded = _library(self.country)
        return self._loaded

    def _last_year(self) -> int | None:
        if not self.library.has_substituted_holidays:
            return None
        return max(getattr(self.library, "special_public_holidays", {}), default=None)

    def is_made_up(self, day: int) -> bool:
        """A weekend day that is worked."""
        self.library.get(date_of(day))  # computes the year
        self.library.get(date_of(day + 7))  # days of early January are made up for in December
        return date_of(day) in getattr(self.library, "weekend_workdays", ())

    def is_holiday(self, day: int) -> bool:
        """A public holiday, or a weekend day of its period."""
        if day not in self._known:
            self._known[day] = date_of(day) in self.library or self._is_in_period(day)
        return self._known[day]

    def _is_in_period(self, day: int) -> bool:
        if self.country not in _WHOLE_PERIODS or not self._is_free(day):
            return False
        return self._meets_holiday(day, 1) or self._meets_holiday(day, -1)

    def _meets_holiday(self, day: int, step: int) -> bool:
        while self._is_free(day):
            day += step
        return date_of(day) in self.library

    def _is_free(self, day: int) -> bool:
        return weekday(day) >= 5 and date_of(day) not in self.library and not self.is_made_up(day)


def _library_is() -> tuple[str, int] | None:
    """Which library of holidays it is, told as Python tells whether a module was written anew; loads none of it."""
    found = find_spec("holidays")
    place = None if found is None else found.origin
    return None if place is None else (place, Path(place).stat().st_mtime_ns)


def _library(country: str) -> "HolidayBase":
    import holidays  # noqa: PLC0415  # takes a while to load and is seldom needed

    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        raise UnknownCountryError(
            say("nobody knows the public holidays of {country!r}", country=country),
            say("write a country's code, such as CN, or name the days with `closed`"),
        ) from None
