"""Values as they come in, to values as they are stored, by declared type.

An empty text is a missing value. Nothing is guessed: what might be read in two ways is refused with a reason.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from dsl.model.conditions import Kind, Type
from dsl.wording import Phrase
from engine.calendars.zone import Zone
from engine.keywords import USUAL, Keywords
from engine.storage.bad_values import BadValueError
from engine.storage.phones import normalise_phone
from engine.storage.time_values import date_reader, time_reader
from engine.wording import all_of, say

Stored = bool | float | int | str | None
Reader = Callable[[object], Stored]

LONGEST = 131_072  # characters of one text
LARGEST = 10**15  # money in minor units and numbers: what a float still tells apart to the hundredth

_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SHORT = 15  # characters of a plain amount that is surely not too large
_EMAIL = re.compile(r"[^@\s<>,;\"']+@[^@\s<>,;\"']+\.[^@\s<>,;\"'.]+")

_FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "yes", "1", "y", "t", "是", "有", "对", "√"), True),
    **dict.fromkeys(("false", "no", "0", "n", "f", "否", "无", "没有", "×"), False),
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What reading needs besides the type: the business zone, and the country of numbers without a code.

    `keywords`: what replies are read by.
    """

    zone: Zone
    country: str
    keywords: Keywords = USUAL


def reader(kind: Type, surroundings: Surroundings) -> Reader:
    """How to read values of a type; the reader raises BadValueError."""
    if kind.kind == "choice":
        return _choice_reader(kind.choices)
    readers: Mapping[Kind, Reader] = {
        "text": read_text,
        "number": read_number,
        "money": read_money,
        "flag": read_flag,
        "email": read_email,
        "phone": lambda raw: _phone(raw, surroundings.country),
        "date": date_reader(surroundings.zone),
        "time": time_reader(surroundings.zone),
    }
    return readers[kind.kind]


def read_text(raw: object) -> str | None:
    """A text without the blanks around it; a whole number as its digits."""
    if not isinstance(raw, str):
        return None if raw is None else _written(raw)
    text = raw.strip()
    if not text.isascii():
        _check_characters(text)
    elif "\0" in text:
        raise BadValueError(say("a NUL character"))
    if len(text) > LONGEST:
        raise BadValueError(
            say("a text of {length:,} characters (at most {most:,})", length=len(text), most=LONGEST)
        )
    return text or None


def read_id(raw: object) -> str | None:
    """The key of a customer, record or event: one line of at most 200 characters."""
    if isinstance(raw, str) and raw.isalnum() and len(raw) <= 200:
        return raw
    text = read_text(raw)
    if text is not None and (len(text) > 200 or not text.isprintable()):
        raise BadValueError(say("{text!r} is no id: one line of at most 200 characters", text=text[:40]))
    return text


def read_flag(raw: object) -> bool | None:
    """`true`/`false`, `yes`/`no`, `1`/`0`, `是`/`否` and their like."""
    if isinstance(raw, bool):
        return raw
    text = read_text(raw)
    if text is None:
        return None
    known = _FLAGS.get(unicodedata.normalize("NFKC", text).casefold())
    if known is None:
        raise BadValueError(say("{text!r} is neither true nor false", text=text))
    return known


def read_number(raw: object) -> float | None:
    """Digits with a decimal point; commas may group thousands. No powers of ten: those were rounded."""
    value = _decimal(raw, say("number"))
    return None if value is None else float(value)


def read_money(raw: object) -> int | None:
    """An amount in minor units: `1234.5`, `1,234.50`, `¥1,234.50`, `1234元`; at most two decimals."""
    if isinstance(raw, str) and raw.isascii() and len(raw) < _SHORT:
        whole, dot, cents = raw.partition(".")
        if whole.isdecimal() and (len(cents) == 2 and cents.isdecimal() if dot else True):
            return int(whole + cents) if dot else int(whole) * 100
    value = _decimal(raw, say("amount"))
    if value is None:
        return None
    minor = value * 100
    rounded = minor.to_integral_value()
    if abs(minor - rounded) > (Decimal("1e-6") if isinstance(raw, float) else 0):
        raise BadValueError(say("{raw!r} has more than two decimals", raw=raw))
    return int(rounded)


def read_email(raw: object) -> str | None:
    """An address; its domain in small letters."""
    text = read_text(raw)
    if text is None:
        return None
    folded = unicodedata.normalize("NFKC", text)
    if len(folded) > 254 or not _EMAIL.fullmatch(folded):
        raise BadValueError(say("{text!r} is no email address", text=text))
    local, _, domain = folded.rpartition("@")
    return f"{local}@{domain.lower()}"


def _phone(raw: object, country: str) -> str | None:
    text = read_text(raw)
    return None if text is None else normalise_phone(text, country)


def _choice_reader(words: tuple[str, ...]) -> Reader:
    known = {unicodedata.normalize("NFC", word): word for word in words}

    def read(raw: object) -> str | None:
        text = read_text(raw)
        if text is None:
            return None
        word = known.get(unicodedata.normalize("NFC", text))
        if word is None:
            raise BadValueError(say("{text!r} is not one of {words}", text=text, words=all_of(words)))
        return word

    return read


def _written(raw: object) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < LARGEST:
        return str(int(raw))
    if isinstance(raw, int | float):
        return str(raw)
    if isinstance(raw, list | dict):
        raise BadValueError(say("a list or an object where a single value belongs"))
    return str(raw)


def _check_characters(text: str) -> None:
    if "\0" in text:
        raise BadValueError(say("a NUL character"))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadValueError(say("bytes that are no text in this encoding")) from None


def _decimal(raw: object, expected: Phrase) -> Decimal | None:
    if isinstance(raw, bool):
        raise BadValueError(say("{raw} is no {expected}", raw=_written(raw), expected=expected))
    text = read_text(raw) if not isinstance(raw, float) else repr(raw)
    if text is None:
        return None
    digits = text if isinstance(raw, float) else _digits(text, expected)
    try:
        value = Decimal(digits)
    except InvalidOperation:
        raise BadValueError(say("{text!r} is no {expected}", text=text, expected=expected)) from None
    if not value.is_finite() or abs(value) >= LARGEST:
        raise BadValueError(say("{text!r} is too large", text=text))
    return value


def _digits(text: str, expected: Phrase) -> str:
    if _PLAIN_NUMBER.fullmatch(text) and text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text).replace("−", "-").replace(" ", "")
    if expected == "amount":
        folded = re.sub(r"^([+-]?)(?:¥|\$|€|£|CNY|RMB|USD)", r"\1", folded).removesuffix("元")
    if not _PLAIN_NUMBER.fullmatch(folded) and not _GROUPED_NUMBER.fullmatch(folded):
        raise BadValueError(say("{text!r} is no {expected}", text=text, expected=expected))
    return folded.replace(",", "")
