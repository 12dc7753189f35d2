"""Tables as lines of text: as wide as there is room, with columns as headings where there is not enough."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from textual.content import Content

from engine.terminal import cell
from tui.widgets.bars import padded, width_of
from tui.wording import told

_GAP = 2
_FIGURES = frozenset("0123456789,. →≈")


def table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], width: int, headed: int = 0
) -> Iterator[Content]:
    """A line for each row. Numbers stand to the right; up to `headed` columns may become lines above their rows."""
    cells = [[cell(value) for value in row] for row in rows]
    names = [told(name) for name in columns]
    widths = [max(map(width_of, column)) for column in zip(names, *cells, strict=True)]
    right = [_is_number(row[place] for row in cells) for place in range(len(names))]
    above = next(
        (n for n in range(headed) if sum(widths[n:]) + _GAP * (len(widths) - n - 1) <= width), headed
    )
    yield Content.styled(_joined(names[above:], widths[above:], right[above:], width), "bold $primary")
    for heading, group in groupby(cells, lambda row: row[:above]):
        if above:
            yield Content.styled(padded(" · ".join(filter(None, heading)), width), "bold")
        yield from (Content(_joined(row[above:], widths[above:], right[above:], width)) for row in group)


def _is_number(values: Iterator[str]) -> bool:
    return all(_FIGURES.issuperset(value) for value in values)


def _joined(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool], width: int) -> str:
    parts = [
        " " * (size - width_of(text)) + text if is_right else padded(text, size)
        for text, size, is_right in zip(cells, widths, right, strict=True)
    ]
    return padded((" " * _GAP).join(parts).rstrip(), width).rstrip()
