"""Card numbers in texts: 12 to 19 digits whose last one checks out (Luhn)."""

import re
from collections.abc import Iterator

_DIGITS = re.compile(r"(?<![\d.])\d(?:[ -]?\d){11,18}(?![\d.])", re.ASCII)
_LEAST = 12


def card_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand, from and to."""
    if len(text) >= _LEAST:
        for found in _DIGITS.finditer(text):
            if _checks_out(re.sub(r"\D", "", found[0])):
                yield found.span()


def _checks_out(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
