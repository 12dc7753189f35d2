"""Texts beside each other, as rows of the screen."""

from tui.widgets.sheet import Line, Note, Row, Sheet, compared, folds, laid_out

OLD, NEW = ("a", "b", "c"), ("a", "x", "y", "c")


def sheet(*notes: Note) -> Sheet:
    """The two of them compared."""
    old, new = (tuple(Line(at, text) for at, text in enumerate(texts, 1)) for texts in (OLD, NEW))
    return Sheet("", tuple(compared(old, new)), notes)


def texts(rows: list[Row]) -> list[tuple[str, str]]:
    """Left and right, with their marks."""
    return [tuple("" if part is None else part.line.mark + part.line.text for part in row) for row in rows]


def test_side_by_side_lines_that_belong_together_are_level() -> None:
    """What is the same stands beside itself; what one side has more of leaves room on the other."""
    assert texts(laid_out(sheet(), 20, beside=True)) == [
        (" a", " a"), ("-b", "+x"), ("", "+y"), (" c", " c"),
    ]  # fmt: skip


def test_in_one_column_what_is_gone_stands_before_what_is_new() -> None:
    """As people know it from other tools."""
    rows = texts(laid_out(sheet(), 20, beside=False))
    assert [right for _, right in rows] == [" a", "-b", "+x", "+y", " c"]


def test_notes_stand_under_their_line_and_none_is_lost() -> None:
    """One on no line stands at the top, one on a line that is not there at the end."""
    notes = [Note(number, str(number), (Line(0, f"n{number}"),)) for number in (99, 2, 0)]
    rows = texts(laid_out(sheet(*notes), 20, beside=False))
    assert [right for _, right in rows] == [" n0", " a", "-b", "+x", " n2", "+y", " c", " n99"]


def test_long_lines_are_cut_where_eyes_expect_it() -> None:
    """English between words, Chinese anywhere but before a full stop; nothing is lost, nothing is too wide."""
    for text, parts in (
        ("send hello at noon", ["send ", "hello at ", "noon"]),
        ("一二三四五。六", ["一二三四", "五。六"]),
        ("一二三四。六", ["一二三", "四。六"]),
        ("abcdefghijklmn", ["abcdefghi", "jklmn"]),
    ):
        assert [text[start:end] for start, end in folds(text, 9)] == parts
