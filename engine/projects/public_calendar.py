"""What the public calendar says about a rule set: countries it does not know, years it does not know yet."""

from collections.abc import Iterable

from dsl.diagnostics import Diagnostic
from dsl.model.model import Calendar
from dsl.tree.statements import CalendarDecl, DayRange, File, HolidaysOf
from engine.calendars.business_days import BusinessDays, UnknownCountryError
from engine.calendars.zone import Zone, day_of
from engine.wording import all_of, say


def calendar_findings(files: Iterable[File], zone: Zone) -> list[Diagnostic]:
    """`unknown-name` for a country, `unknown-year` where rules name days of years that are not announced yet.

    The years that are near by the clock are a matter of `status`: rules say the same on every day.
    """
    blocks = [item for file in files for item in file.statements if isinstance(item, CalendarDecl)]
    lines = [line for block in blocks for line in block.lines]
    days = [day_of(day) for line in lines if isinstance(line, DayRange) for day in (line.first, line.last)]
    found = (_finding(line, zone, days) for line in lines if isinstance(line, HolidaysOf))
    return [item for item in found if item is not None]


def _finding(line: HolidaysOf, zone: Zone, days: list[int]) -> Diagnostic | None:
    country = line.country
    try:
        calendar = BusinessDays(Calendar(country.text), zone)
    except UnknownCountryError:
        message = say("Nobody knows the public holidays of {country!r}.", country=country.text)
        hint = say("Write a country's code, such as `CN`, or name the days with `closed`.")
        return Diagnostic("unknown-name", "error", country.span, message, hint)
    years = sorted({year for day in days for year in calendar.unknown_years(day, day)})
    message = say(
        "The public calendar of {country} for {years} is not announced yet: make-up working days and the days off "
        "they pay for are missing.",
        country=country.text,
        years=all_of(map(str, years)),
    )
    return Diagnostic("unknown-year", "warning", line.span, message) if years else None
