"""The loop and the week on Today: bars that say how it went, a line for each stage, what the days brought."""

from engine.views.brought import Brought, Period
from engine.views.loop import Course, Reach
from tui.rooms.courses import told_of_loop
from tui.rooms.weeks import in_lines
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
    assert lines[0].endswith("+12  5 reached the goal · ■ won 2")
    assert lines[2].endswith("+4  from 召回 3 · 预警 1")
    assert "元旦" in lines[3]


def test_the_week_is_told_with_ones_own_work_first() -> None:
    """A number of which nothing is known is a dash; what does not fit stands below, in so many cells."""
    now = Brought(
        sent=1234, arrived=0.981, replies=12, optouts=3, entered=57, reached=None, ended={"回来了": 2},
        granted=None, redeemed=None, outcomes={"接通": 6, "没接": 1},
        people={"小李": {"接通": 2, "没接": 1}, "小\u202e赵": {"接通": 4}},
    )  # fmt: skip
    found = Period(7, now, None, {"小李": 2, None: 1})
    for width in (40, 74):
        lines = in_lines(found, "小李", width).plain.splitlines()
        assert max(map(width_of, lines[1:])) <= width
    assert lines[1].startswith("Messages   sent 1,234 (—)  delivered 98.1% (—)")
    assert lines[-2] == "You        done 3 (—)  接通 2  没接 1  ! 2 overdue"
    assert lines[-1] == "All tasks  done 7 (—)  ! 3 overdue  小⟨202E⟩赵 4  小李 3"
    assert "goals reached — (—)" in "".join(lines)
    assert "redeemed" not in "".join(lines)
