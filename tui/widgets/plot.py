"""Numbers by day as bars that lie: a line for each day, in columns beside each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.widgets.bars import padded, width_of

_EIGHTHS = " ▏▎▍▌▋▊▉"
_GAP = 2
_LONGEST = 40  # cells


@dataclass(frozen=True, slots=True)
class Bar:
    """`length`: how long it is beside the others; `said`: what stands behind it."""

    length: float
    said: str


def plotted(titles: Sequence[str], rows: Sequence[tuple[str, Sequence[Bar]]], width: int) -> Iterator[str]:
    """A line for the titles, then one for each row; all bars are drawn to one scale."""
    label = max((width_of(name) for name, _ in rows), default=0)
    said = max((width_of(bar.said) for _, bars in rows for bar in bars), default=0)
    column = max(1, (width - label) // max(1, len(titles)) - _GAP)
    room = max(1, min(_LONGEST, column - said - 1))
    top = max((bar.length for _, bars in rows for bar in bars), default=0) or 1
    wide = room + 1 + said
    gap = " " * _GAP
    yield " " * label + "".join(gap + padded(title, wide) for title in titles).rstrip()
    for name, bars in rows:
        cells = (padded(f"{_drawn(bar.length / top * room)} {bar.said}".strip(), wide) for bar in bars)
        yield (padded(name, label) + "".join(gap + cell for cell in cells)).rstrip()


def _drawn(cells: float) -> str:
    """So many cells, to an eighth; what is there at all is seen."""
    eighths = max(round(cells * 8), 1 if cells > 0 else 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
