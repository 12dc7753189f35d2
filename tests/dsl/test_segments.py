"""How long messages are as sms, and how their static text is told apart from what is filled in."""

import pytest

from dsl.model.conditions import DATE, TEXT, TIME, Type
from dsl.texts.segments import len_of, segments, size
from dsl.texts.static_text import FILLED, lacks, masked, ways

TYPES = {"name": TEXT, "due": TIME, "day": DATE, "tier": Type("choice", ("regular", "vip"))}


@pytest.mark.parametrize(
    ("text", "length", "count"),
    [
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("a" * 152 + "€" + "a" * 152, 306, 3),
        ("a" * 153 + "€" + "a" * 151, 306, 2),
        ("[{~}]\\^|", 16, 1),
        ("à" * 160, 160, 1),
        ("á" * 70, 70, 1),
        ("á" * 71, 71, 2),
        ("好" * 70, 70, 1),
        ("好" * 71, 71, 2),
        ("好" * 134, 134, 2),
        ("好" * 135, 135, 3),
        ("😀" * 35, 70, 1),
        ("😀" * 36, 72, 2),
        ("好" * 66 + "😀" + "好" * 66, 134, 3),
        ("", 0, 1),
    ],
)
def test_segments(text: str, length: int, count: int) -> None:
    """160 and 153 places in GSM-7, where some take two; 70 and 67 UTF-16 units else; no character is cut in two."""
    assert (len_of(text), segments(text)) == (length, count)


@pytest.mark.parametrize(
    ("value", "assumed"),
    [
        ("{{ name }}", 3),
        ("{{ anything }}", 3),
        ("{{ name|default('您') }}", 3),
        ("{{ due }}", 16),
        ("{{ day }}", 10),
        ("{{ due|date }}", 10),
        ("{{ due|time }}", 5),
        ("{{ due|date('%-m月%-d日') }}", 6),
        ('{{ day|date("%Y年%m月%d日 %a") }}', 14),
        ("{{ points|default(0)|money }}", 8),
        ("{{ phone|mask }}", 11),
        ("{{ tier }}", 7),
        ("{# nothing #}", 0),
    ],
)
def test_values_count_by_their_form(value: str, assumed: int) -> None:
    """By the filter, else by the declared type: what the page on `sms-length` states."""
    (way,) = ways(f"{value}好")
    assert size(way, TYPES) == (1, assumed, 1)


WAYS = {
    "a{% if x %}b{% elif y %}c{% else %}d{% endif %}e": ["abe", "ace", "ade"],
    "a{% if x %}b{% if z %}Q{% endif %}{% endif %}e": ["abQe", "abe", "ae"],
    "{%- if x -%}b{%- endif %}{# c #}f": ["bf", "f"],
    "": [""],
}


@pytest.mark.parametrize("template", WAYS)
def test_a_template_reads_in_several_ways(template: str) -> None:
    """By its conditions; a missing `else` is a way too."""
    assert ways(template) == WAYS[template]


def test_what_is_filled_in_is_no_text() -> None:
    """It is masked character by character, so that places stay; braces within quotes do not end it."""
    assert masked('a{{ "}}" }}b{% if x %}\nc{# y #}') == f"a{FILLED * 10}b{FILLED * 10}\nc{FILLED * 7}"


@pytest.mark.parametrize(
    ("template", "missing"),
    [
        ("x", True),
        ("您好回T退订", False),
        ("{% if a %}回T退订{% endif %}", True),
        ("{% if a %}回T退订{% else %}{{ b }}，回T退订{% endif %}", False),
        ("回{{ b }}退订", False),
        ("{{ b }}", True),
        ("{# 回T退订 #}", True),
        ("{{ '回T退订' }}", False),
    ],
)
def test_what_a_text_lacks(template: str, missing: bool) -> None:  # noqa: FBT001  # a column of the table
    """A phrase is missing when one way lacks it, unless a value beside a part of it may bring the rest."""
    assert lacks(template, "回T退订") == missing
