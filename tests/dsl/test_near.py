"""The nearest known name."""

from dsl.near import nearest


def test_the_most_similar_name_is_suggested() -> None:
    """Whatever the case, and in Chinese; nothing when nothing is similar."""
    assert nearest("pints", ["points", "prints", "tier"]) == "points"
    assert nearest("TIER", ["tier"]) == "tier"
    assert nearest("客单", ["客单价", "会员"]) == "客单价"
    assert nearest("x", ["points"]) is None
    assert nearest("x", []) is None
