"""The loop on Today: bars that say how it went, a line for each stage, what the week brought."""

from engine.views.loop import Course, Reach
from tui.rooms.courses import told_of_loop
from tui.widgets.bars import width_of
from tui.widgets.sparks import spark

DAYS = tuple(range(1, 31))


def test_bars_reach_from_the_least_to_the_greatest() -> None:
    """Stretches of days share a bar where there is little room; the last day stands for itself."""
    assert spark((0, 1, 2, 7)) == "▁▂▃█"
    assert spark((5, 6, 7), least=0) == "▆▇█"
    assert spark((3, 3)) == "▅▅"
    assert spark((0, 0)) == "▁▁"
    assert spark((0, 0, 4, 4, 8), 2) == "▁█"
    assert spark(()) == ""


def test_a_line_says_what_the_week_brought() -> None:
    """Stages tell where people came from, journeys how they ended; journeys with nobody are only named."""
    stages = (
        Reach("back", "召回", 7, DAYS, 0, {}),
        Reach("care", "关怀", 3, DAYS, 4, {"召回": 3, "预警": 1}),
    )
    course = Course("loop", Reach(None, "留住\u202e客户", 10, DAYS, 12, {}), stages, {"won": 2}, 5)
    quiet = Course("still", Reach(None, "元旦", 0, (0,) * 30, 0, {}), (), {}, None)
    for width in (60, 76, 190):
        lines = told_of_loop((course, quiet), width).plain.splitlines()[1:]
        assert max(map(width_of, lines)) <= width
        assert "⟨202E⟩" in lines[0]
    assert "+12 · 5 reached the goal · ■ won 2" in lines[0]
    assert lines[2].endswith("+4  ← 召回 3 · 预警 1")
    assert "元旦" in lines[3]
