"""Numbers written in Chinese, for hints. Knows those below a hundred."""

from re import compile as pattern

_DIGITS = "零一二三四五六七八九"
_PERCENT = pattern(r"百分之([零一二两三四五六七八九十百]+)")
_TENS = pattern(r"([二两三四五六七八九]?)十([一二三四五六七八九]?)")


def percent_of(word: str) -> int | None:
    """The number of `百分之六十`, None when the word is no such share."""
    share = _PERCENT.fullmatch(word)
    return None if share is None else _number(share[1].replace("两", "二"))


def _number(word: str) -> int | None:
    tens = _TENS.fullmatch(word)
    if tens is not None:
        return 10 * (_DIGITS.index(tens[1]) if tens[1] else 1) + (_DIGITS.index(tens[2]) if tens[2] else 0)
    if word in ("百", "一百"):
        return 100
    return _DIGITS.index(word) if len(word) == 1 and word in _DIGITS else None
