"""Dates and times as people and programs write them, to days and instants. Guesses no order of parts."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from dsl.wording import Phrase
from engine.calendars.zone import DAY, Zone, day_of
from engine.storage.bad_values import BadValueError
from engine.wording import say

_YEARS = range(1900, 2200)
"""Years taken; outside are typing errors and the `9999-12-31` of programs that have no missing date."""

_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
    r"|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))"
)
_CLOCK = re.compile(
    r"[T\s]*(\d{1,2})[:时](\d{1,2})分?(?::?(\d{1,2})秒?(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_PLAIN_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PLAIN_CLOCK = re.compile(r"[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_REMEMBERED = 100_000  # different texts
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def date_reader(zone: Zone) -> Callable[[object], int | None]:
    """Reads `2026-10-01`, `2026/10/1`, `2026.10.1`, `2026年10月1日`, `20261001`, and times: their date."""

    def read(raw: object) -> int | None:
        if isinstance(raw, date):
            return zone.day(_of_datetime(raw, zone)) if isinstance(raw, datetime) else day_of(raw)
        text = _text(raw, say("date"))
        if text is None:
            return None
        day, rest = _day(text)
        return day if not rest else zone.day(_instant(day, rest, text, zone))

    return read


def time_reader(zone: Zone) -> Callable[[object], int | None]:
    """Reads a date with a clock time after it (seconds, fractions, an offset or `Z` if need be).

    Without an offset it is business time; a date alone is its midnight.
    """
    starts = _Starts(zone)
    clocks = _Clocks()

    def read(raw: object) -> int | None:
        if isinstance(raw, str):
            start, clock = starts[raw[:10]], clocks[raw[10:]]
            if start is not None and clock is not None:
                return start + clock
        elif isinstance(raw, date):
            return _of_datetime(raw, zone) if isinstance(raw, datetime) else zone.midnight(day_of(raw))
        text = _text(raw, say("time"))
        if text is None:
            return None
        day, rest = _day(text)
        return _instant(day, rest, text, zone) if rest else zone.midnight(day)

    return read


class _Starts(dict[str, int | None]):
    """When days of the plain form `2026-10-01` begin; None for other texts, and for days that are not 24 hours long."""

    def __init__(self, zone: Zone) -> None:
        super().__init__()
        self.zone = zone

    def __missing__(self, text: str) -> int | None:
        start = None
        if _PLAIN_DATE.fullmatch(text):
            day, _ = _day(text)
            start = self.zone.midnight(day)
            start = start if self.zone.midnight(day + 1) - start == DAY else None
        return _remembered(self, text, start)


class _Clocks(dict[str, int | None]):
    """Milliseconds after midnight of what follows a date in a plain form; None for other texts."""

    def __missing__(self, text: str) -> int | None:
        found = _PLAIN_CLOCK.fullmatch(text)
        if found is None:
            return _remembered(self, text, 0 if text == "" else None)
        hour, minute, second = (int(part or 0) for part in found.groups())
        return _remembered(self, text, ((hour * 60 + minute) * 60 + second) * 1000)


def _remembered(memory: dict[str, int | None], text: str, value: int | None) -> int | None:
    if len(memory) < _REMEMBERED:
        memory[text] = value
    return value


def _text(raw: object, expected: Phrase) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise BadValueError(say("{raw!r} is no {expected}", raw=_shown(raw), expected=expected))
    return raw.strip() or None


def _day(text: str) -> tuple[int, str]:
    """The day that a text begins with, and the rest of it."""
    found = _DATE.match(text)
    if found is None:
        folded = unicodedata.normalize("NFKC", text)
        if folded == text:
            raise BadValueError(say("{text!r} is no date: write 2026-10-01", text=text))
        return _day(folded)
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        number = day_of(date(year, month, day))
    except ValueError:
        raise BadValueError(say("{text!r}: there is no such day", text=text)) from None
    if year not in _YEARS:
        raise BadValueError(say("{text!r}: the year must lie between 1900 and 2199", text=text))
    return number, text[found.end() :]


def _instant(day: int, rest: str, text: str, zone: Zone) -> int:
    found = _CLOCK.fullmatch(unicodedata.normalize("NFKC", rest).strip())
    if found is None:
        raise BadValueError(say("{text!r} is no time: write 2026-10-01 09:30", text=text))
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    if hour > 23 or minute > 59 or second > 59:
        raise BadValueError(say("{text!r}: there is no such time of day", text=text))
    thousandths = int((found[4] or "0").ljust(3, "0")[:3])
    wall = day * DAY + ((hour * 60 + minute) * 60 + second) * 1000 + thousandths
    return zone.instant_of_wall(wall) if found[5] is None else wall - _offset(found[5])


def _offset(written: str) -> int:
    if written in "Zz":
        return 0
    minutes = int(written[1:3]) * 60 + int(written[-2:])
    return (minutes if written[0] == "+" else -minutes) * 60_000


def _of_datetime(value: datetime, zone: Zone) -> int:
    if value.year not in _YEARS:
        raise BadValueError(say("{value}: the year must lie between 1900 and 2199", value=value))
    return zone.instant(value) if value.tzinfo is None else (value - _EPOCH) // _MILLISECOND


def _shown(raw: object) -> object:
    """A value of another type, such as a spreadsheet's clock time, as people know it."""
    return raw if isinstance(raw, int | float | str) else str(raw)
