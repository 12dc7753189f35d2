"""Phone numbers in one canonical form, E.164. Knows nothing of who has them."""

import re
import unicodedata

from engine.storage.bad_values import BadValueError
from engine.wording import say

_PLAIN_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)
_SPACING = str.maketrans("", "", " -‐‑‒–—()（）.\u00a0\u3000\u200b\u200e\u200f\u202a\u202c\u2060\ufeff")
_MANGLED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")


def normalise_phone(text: str, country: str) -> str:
    """A number as people write it in E.164 (spaces, full width, +86, 0086); BadValueError when it is none.

    Numbers without a country code belong to `country`. What a spreadsheet has rounded is refused.
    """
    if country == "CN" and (plain := _PLAIN_MOBILE.fullmatch(text)):
        return f"+86{plain[1]}"
    folded = unicodedata.normalize("NFKC", text).translate(_SPACING)
    if country == "CN" and (plain := _PLAIN_MOBILE.fullmatch(folded)):
        return f"+86{plain[1]}"
    if _MANGLED.fullmatch(text):
        raise BadValueError(say("{text!r} was rounded by a spreadsheet: the number is lost", text=text))
    return _any_number(text, folded, country)


def calling_code(country: str) -> str:
    """What a country's numbers begin with, `+86`."""
    if country == "CN":
        return "+86"
    import phonenumbers  # noqa: PLC0415  # takes a while to load and is seldom needed

    return f"+{phonenumbers.country_code_for_region(country)}"


def mask_phone(number: str) -> str:
    """A number as lists and logs may show it: `159****1234`."""
    digits = number.removeprefix("+86") if _PLAIN_MOBILE.fullmatch(number) else number
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}{'*' * max(4, len(digits) - 7)}{digits[-4:]}"


def _any_number(text: str, folded: str, country: str) -> str:
    import phonenumbers  # noqa: PLC0415  # takes a while to load and is seldom needed

    try:
        number = phonenumbers.parse(_with_plus(folded), country)
    except phonenumbers.NumberParseException:
        raise BadValueError(say("{text!r} is no phone number", text=text)) from None
    if not phonenumbers.is_valid_number(number):
        raise BadValueError(say("{text!r} is no valid phone number", text=text))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _with_plus(folded: str) -> str:
    return f"+{folded[2:]}" if folded.startswith("00") else folded
