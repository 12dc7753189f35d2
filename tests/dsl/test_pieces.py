"""Rule texts taken apart for eyes."""

from hypothesis import given
from hypothesis import strategies as st

from dsl.source import Source
from dsl.syntax.pieces import pieces

TEXT = """\
# 说明
attribute = 3
journey journey "旅程" {
  when at least 3 visits within last 14 days -> `state`
  state state { send hello at 10:00, after 2 days -> end }
}
"""


def looks(text: str) -> list[tuple[str, str]]:
    """Each piece with its look."""
    return [(text[one.start : one.end], one.look) for one in pieces(Source("a.rules", text))]


def test_words_are_keywords_where_the_parser_takes_them_for_such() -> None:
    """`journey journey` is a keyword and a name; what cannot be read holds no keywords, and what follows does."""
    found = looks(TEXT)
    assert found[0] == ("# 说明", "comment")
    assert found[4:8] == [
        ("journey", "keyword"), ("journey", "name"), ('"旅程"', "text"), ("{", "sign"),
    ]  # fmt: skip
    assert ("state", "keyword") in found
    assert ("state", "name") in found
    assert ("`state`", "name") in found
    assert ("10:00", "number") in found


@given(st.text(alphabet=st.sampled_from("journey state { } \" \n # -> 3 at 年 ' ` “") | st.characters()))
def test_whatever_a_text_holds_it_is_taken_apart(text: str) -> None:
    """Pieces stand in order, do not overlap, and leave out nothing but what is no sign of anything."""
    found = pieces(Source("a.rules", text))
    ends = [0, *(one.end for one in found)]
    assert all(end <= one.start < one.end for end, one in zip(ends, found, strict=False))
    assert not found or found[-1].end <= len(text)
