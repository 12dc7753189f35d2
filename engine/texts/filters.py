"""How values read in messages: the default form of each type, and the filters for other forms.

Knows nothing of templates. Dates are `date`, times LocalTime, money `Decimal`, flags Flag.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any

from engine.reasons import AMOUNT, DATE_OR_TIME, TIME, UNFIT
from engine.storage.phones import mask_phone

DATE_FORM, CLOCK_FORM = "%Y-%m-%d", "%H:%M"

_CENT = Decimal("0.01")
_DIRECTIVE = re.compile(r"(%-?[A-Za-z%])")
_WEEKDAYS = "一二三四五六日"

_PARTS: Mapping[str, Callable[[Any], str]] = {
    "%Y": lambda value: f"{value.year:04}",
    "%y": lambda value: f"{value.year % 100:02}",
    "%m": lambda value: f"{value.month:02}",
    "%-m": lambda value: str(value.month),
    "%d": lambda value: f"{value.day:02}",
    "%-d": lambda value: str(value.day),
    "%H": lambda value: f"{getattr(value, 'hour', 0):02}",
    "%-H": lambda value: str(getattr(value, "hour", 0)),
    "%M": lambda value: f"{getattr(value, 'minute', 0):02}",
    "%S": lambda value: f"{getattr(value, 'second', 0):02}",
    "%a": lambda value: f"周{_WEEKDAYS[value.weekday()]}",
    "%A": lambda value: f"星期{_WEEKDAYS[value.weekday()]}",
    "%%": lambda _: "%",
}
"""What a form may hold, spelt out: `strftime` depends on the locale and loses Chinese in some."""


class UnfitValueError(ValueError):
    """A filter was given a value that it cannot show."""


class LocalTime(datetime):
    """A local date and time that reads `2026-10-01 09:30`."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.isoformat(" ", "minutes")


class Flag(int):
    """A flag that reads `true` or `false`."""

    __slots__ = ()

    def __str__(self) -> str:
        return "true" if self else "false"


def number(value: float) -> float:
    """A number that reads without decimals when it is whole, and with six at most."""
    whole = int(value)
    return whole if whole == value else round(value, 6)


def money(minor: float) -> Decimal:
    """An amount of minor units that reads without decimals when it is whole, else with two.

    A computed amount may hold fractions of a minor unit: halves go to the even one.
    """
    units, rest = divmod(round(minor), 100)
    return Decimal(round(minor)).scaleb(-2) if rest else Decimal(units)


def plain(value: object) -> object:
    """The result of a filter or an expression of the template in the same forms."""
    if isinstance(value, bool):
        return Flag(value)
    if isinstance(value, float):
        return number(value)
    return money(float(value * 100)) if isinstance(value, Decimal) else value


def date_filter(value: object, form: str = DATE_FORM) -> str:
    """The date of a date or time: `2026-10-01`, or `{{ due|date("%-m月%-d日") }}`: `10月1日`."""
    if not isinstance(value, date):
        raise _unfit(value, "date", DATE_OR_TIME())
    return formatted(value, form)


def time_filter(value: object, form: str = CLOCK_FORM) -> str:
    """The clock time of a time: `09:30`."""
    if not isinstance(value, datetime):
        raise _unfit(value, "time", TIME())
    return formatted(value, form)


def money_filter(value: object) -> str:
    """An amount with two decimals and its thousands apart: `1,234.50`."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float):
        raise _unfit(value, "money", AMOUNT())
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return f"{exact.quantize(_CENT, ROUND_HALF_EVEN):,}"


def mask_filter(value: object) -> str:
    """Only as much as is needed to recognise it: `159****1234`, `c***@example.com`, `陈*`."""
    text = str(value)
    local, at, domain = text.partition("@")
    if at:
        return f"{local[:1]}***@{domain}"
    if text.startswith("+"):
        return mask_phone(text)
    if len(text) >= 9:
        return f"{text[:-8]}****{text[-4:]}"
    return text[:1] + "*" * (len(text) - 1)


def formatted(value: date, form: str) -> str:
    """A date or time in a form of `strftime`; a date's clock shows 00:00, as a time of that day would."""
    return "".join([part if isinstance(part, str) else part(value) for part in _parts(form)])


@lru_cache(maxsize=256)
def _parts(form: str) -> tuple[str | Callable[[Any], str], ...]:
    return tuple(_PARTS.get(part, part) for part in _DIRECTIVE.split(form) if part)


def _unfit(value: object, name: str, wanted: str) -> UnfitValueError:
    # An absent value raises here by itself, with its own name.
    return UnfitValueError(UNFIT(name=name, value=value, wanted=wanted))


FILTERS: Mapping[str, Callable[..., str]] = {
    "date": date_filter,
    "time": time_filter,
    "money": money_filter,
    "mask": mask_filter,
}
