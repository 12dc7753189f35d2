"""Running text: no line is too wide, nothing is lost, and lines break where Chinese and other readers expect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.prose import folded

_TEXTS = st.text(st.sampled_from(" \nabz19￥元，。、（）“”…—:/.()中文字合每次🚗e\u0301\u200d"), max_size=60)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("保养套餐，合每次 366 元，省 114 元。", 19, ["保养套餐，合每次", "366 元，省 114 元。"]),
        ("没来的原因（不方便、价格、服务）", 12, ["没来的原因", "（不方便、价", "格、服务）"]),
        ("a price of 1,200.50 for two", 12, ["a price of", "1,200.50 for", "two"]),
        ("see https://example.com/abcdef now", 10, ["see https:", "//example.", "com/abcdef", "now"]),
        ("  indented\n\nand apart", 20, ["  indented", "", "and apart"]),
        ("他说“最近忙”：好的", 12, ["他说“最近", "忙”：好的"]),
    ],
)  # fmt: skip
def test_lines_break_where_readers_expect(text: str, width: int, lines: list[str]) -> None:
    """Not before a comma, not after an opening bracket, not within a word that has room."""
    assert list(folded(text, width)) == lines


@given(_TEXTS, st.integers(2, 30))
def test_nothing_is_lost_and_nothing_sticks_out(text: str, width: int) -> None:
    """Only spaces at the ends of lines go."""
    lines = list(folded(text, width))
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
