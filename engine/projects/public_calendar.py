"""What the public calendar says about a rule set: countries it does not know, years it does not know yet."""

from collections.abc import Iterable

from dsl.diagnostics import Diagnostic
from dsl.model import Calendar
from dsl.tree import CalendarDecl, DayRange, File, HolidaysOf
from engine.calendars.business_days import BusinessDays, UnknownCountryError
from engine.calendars.zone import Zone, day_of
from engine.wording import all_of, say

_AHEAD = 30
"""Days ahead that rules reach into whatever they say."""


def calendar_findings(files: Iterable[File], zone: Zone, today: int) -> list[Diagnostic]:
    """`unknown-name` for a country, `unknown-year` where rules reach into years that are not announced yet."""
    blocks = [item for file in files for item in file.statements if isinstance(item, CalendarDecl)]
    lines = [line for block in blocks for line in block.lines]
    last = max((day_of(line.last) for line in lines if isinstance(line, DayRange)), default=today)
    found = (
        _finding(line, zone, today, max(last, today + _AHEAD))
        for line in lines
        if isinstance(line, HolidaysOf)
    )
    return [item for item in found if item is not None]


def _finding(line: HolidaysOf, zone: Zone, today: int, last: int) -> Diagnostic | None:
    country = line.country
    try:
        years = BusinessDays(Calendar(country.text), zone).unknown_years(today, last)
    except UnknownCountryError as error:
        message = say("Nobody knows the public holidays of {country!r}.", country=country.text)
        return Diagnostic("unknown-name", "error", country.span, message, error.hint)
    message = say(
        "The public calendar of {country} for {years} is not announced yet: make-up working days and the days off "
        "they pay for are missing.",
        country=country.text,
        years=all_of(map(str, years)),
    )
    return Diagnostic("unknown-year", "warning", line.span, message) if years else None
