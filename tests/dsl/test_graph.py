"""Pictures of journeys: Mermaid, DOT and SVG."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from dsl.graphs import graph
from dsl.graphs import layout as graph_layout
from dsl.model.journeys import After, On, Stage, State, ToEnd, ToState
from dsl.units import Duration
from tests.graph_journeys import WIN_BACK, journey, written

CASES = Path(__file__).parent / "cases" / "graph"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>alert(1)</script> "]; # & \\ ` | %% \x1b[31m\u202e\nend'


def test_mermaid_of_a_journey_with_stages() -> None:
    """Stages are subgraphs, outer transitions leave them, ends and the first state are marked."""
    assert graph.mermaid(WIN_BACK) == (CASES / "win_back.mmd").read_text()


def test_dot_of_a_journey_with_stages() -> None:
    """Stages are clusters, outer transitions leave their borders, ends and the first state are marked."""
    assert graph.dot(WIN_BACK) == (CASES / "win_back.dot").read_text()


def test_svg_shows_every_name_title_action_and_label() -> None:
    """The SVG tells what the rules say, Chinese titles included, in texts that can be searched."""
    shown = {text.text for text in _parsed(graph.svg(WIN_BACK)).iter(f"{SVG}text")}
    names = {
        "win_back",
        "召回激活",
        "contact  五次接触",
        "care  90天关怀",
        "hello",
        "问候",
        "stopped",
        "won",
        "回来了",
    }
    actions = {"send hello", "task phone", "tag 到店", "grant half_price"}
    labels = {
        "after 3 days at 10:00",
        "phone: interested",
        "half_price: else",
        "50%",
        "on visit",
        "any state",
    }
    wrapped = {"at 7 days before", "next(birthday) at 10:00", 'contains "不用了")', "5000 and tier in (vip,"}
    assert names | actions | labels | wrapped <= shown


def test_svg_draws_the_same_picture_each_time() -> None:
    """Nothing in the SVG depends on chance."""
    assert graph.svg(WIN_BACK) == graph.svg(WIN_BACK)


def test_states_lie_within_their_stage_and_apart_from_each_other() -> None:
    """The boxes of states do not overlap, and those of a stage lie inside of its frame."""
    root = _parsed(graph.svg(WIN_BACK))
    boxes = [_box(rect) for rect in root.iter(f"{SVG}rect") if rect.get("width") != "100%"]
    frames, states = boxes[:2], boxes[3:]
    assert all(_apart(one, other) for number, one in enumerate(states) for other in states[:number])
    inside = [sum(_within(state, frame) for state in states) for frame in frames]
    assert inside == [6, 2]


def test_one_state_that_waits_for_ever() -> None:
    """A journey of one state without a way out is a picture too."""
    alone = journey(State("only", None, "only", (), ()), title="win_back")
    assert graph.mermaid(alone).splitlines()[1:3] == ["  n0(( ))", '  n1("only")']
    assert "only" in graph.svg(alone)


def test_a_stage_without_states_is_not_drawn() -> None:
    """Only stages that somebody can be in are shown."""
    bare = journey(State("only", None, "only", (), ()), stages=(Stage("empty", "empty"),))
    assert "empty" not in graph.svg(bare) + graph.dot(bare) + graph.mermaid(bare)


def test_hostile_text_stays_text() -> None:
    """Titles and conditions cannot leave their place in any format, nor carry control characters."""
    way = On(ToState("a"), "visit", written(HOSTILE))
    bad = journey(State("a", None, HOSTILE, (), (way,)), title=HOSTILE)
    root = _parsed(graph.svg(bad))
    assert not list(root.iter(f"{SVG}script"))
    for text in (graph.svg(bad), graph.dot(bad), graph.mermaid(bad)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "#lt;script#gt;" in graph.mermaid(bad)
    assert '\\"]; # & \\\\' in graph.dot(bad)


def test_long_conditions_are_cut() -> None:
    """A label takes four lines at most."""
    long = written(" and ".join(f"attribute_{number} is known" for number in range(20)))
    way = On(ToState("a"), "visit", long)
    label = next(
        line for line in graph.mermaid(journey(State("a", None, "a", (), (way,)))).splitlines() if "|" in line
    )
    assert label.count("<br/>") == 3
    assert label.endswith('…"| n1')


def test_two_transitions_to_one_target_share_an_arrow() -> None:
    """Several ways between the same two states are one arrow with a line for each."""
    ways = (On(ToEnd("done"), "visit", None), After(ToEnd("done"), Duration(1, "day"), "state", None))
    assert '|"on visit<br/>after 1 day"|' in graph.mermaid(journey(State("a", None, "a", (), ways)))


def test_missing_layout_program_is_a_named_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program that arranges pictures there is an error that says so."""
    monkeypatch.setattr(graph_layout, "PROGRAM", "no-such-program")
    with pytest.raises(graph_layout.LayoutUnavailableError):
        graph.svg(WIN_BACK)


def _parsed(document: str) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - our own document


def _box(rect: ET.Element) -> tuple[float, float, float, float]:
    x, y, width, height = (float(rect.get(name, "0")) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def _within(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]
