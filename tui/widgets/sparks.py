"""How something went over the days, as a line of small bars."""

from collections.abc import Sequence
from itertools import pairwise

_BARS = "▁▂▃▄▅▆▇█"


def spark(values: Sequence[float], width: int | None = None, *, least: float | None = None) -> str:
    """A bar for each value, or for each stretch of them where there is less room.

    Bars reach from the least value to the greatest; `least`: what has the lowest bar instead. What never changes is
    a flat line in the middle, or at the bottom where it is nothing.
    """
    shown = _fitted(values, len(values) if width is None else min(width, len(values)))
    if not shown:
        return ""
    low = min(shown) if least is None else least
    height = max(shown) - low
    if height <= 0:
        return (_BARS[len(_BARS) // 2] if low else _BARS[0]) * len(shown)
    return "".join(_BARS[round((value - low) / height * (len(_BARS) - 1))] for value in shown)


def _fitted(values: Sequence[float], width: int) -> list[float]:
    """The middle of each of so many stretches; the last value stays as it is."""
    if width == len(values):
        return list(values)
    edges = [len(values) * place // width for place in range(width + 1)]
    means = [sum(values[first:last]) / (last - first) for first, last in pairwise(edges)]
    return [*means[:-1], values[-1]] if means else []
