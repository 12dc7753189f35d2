"""Times as gateways write them in what they report. What cannot be read is no time, and no reason to lose a receipt."""

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

_MILLISECONDS_FROM = 100_000_000_000  # as seconds this is the year 5138
_DIGITS = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M"}


def read_time(text: str, zone: ZoneInfo) -> int | None:
    """Milliseconds UTC of a time: seconds or milliseconds since 1970, ISO 8601, the form of mails, or plain digits.

    `zone`: that of times which do not say theirs.
    """
    text = text.strip()
    number = text.removesuffix(".0")
    if number.isascii() and number.isdecimal():
        return _of_digits(number, zone)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, TypeError, OverflowError):
            return _instant(read(text), zone)
    return None


def _of_digits(text: str, zone: ZoneInfo) -> int | None:
    with suppress(ValueError, OverflowError):
        if len(text) in _DIGITS and text.startswith("20"):
            return _instant(datetime.strptime(text, _DIGITS[len(text)]).replace(tzinfo=zone), zone)
        number = int(text[:20])
        return number if number >= _MILLISECONDS_FROM else number * 1000
    return None


def _instant(moment: datetime, zone: ZoneInfo) -> int:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return int(aware.astimezone(UTC).timestamp() * 1000)
