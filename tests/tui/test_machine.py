"""A journey drawn as a state machine: boxes that close, the place lit, ways that are told."""

from tests.checked import model_of
from tui.widgets.bars import width_of
from tui.widgets.drawing import Drawing, Line, drawn

RULES = """\
customer { name: text }
event visit "到店" { amount: money }
message hello "问候" { sms: "您好。回T退订" }
policy marketing { send on every day 09:00 to 20:00 }
journey recall "召回" {
  policy marketing
  enter when visit ever
  stage contact "接触" {
    on visit -> care
    state hello "一声问候" {
      send hello via sms
      after 3 days at 10:00 -> call
    }
    state call "打个电话，先知道原因再谈方案" {
      task phone "打电话" {
        assign advisor
        due 2 days
        outcome reached -> end reached
        outcome no -> hello
      }
      after 5 days -> again
    }
    state again { after 7 days -> end silent }
  }
  stage care "关怀" { state thanks "谢谢" { after 90 days -> end won } }
}
"""
RECALL = model_of(RULES).journeys["recall"]


def test_the_boxes_close_at_any_width() -> None:
    """Whatever the width, and with names in Chinese, every line is as wide as it should be."""
    for width in (40, 78, 130):
        for unfolded in (None, frozenset[str]()):
            lines = drawn(Drawing(RECALL, {"contact.call": "12 人"}), width, unfolded)
            assert {width_of(text(line)) for line in lines} == {width}


def test_the_place_is_lit_and_its_ways_are_told() -> None:
    """A sign says where somebody is and was; ways branch off to where they lead, the next state straight below."""
    drawing = Drawing(RECALL, {"contact.call": "since 12-08"}, "contact.call", frozenset({"contact.hello"}))
    assert shown(drawing, frozenset({"contact.call"})) == SHOWN


SHOWN = """\
╭─ 接触 contact ─────────────────────────────────────────────╮
│ ◇ wherever they are                                        │
│ └▶ 关怀 · 谢谢  on visit                                   │
│ ✓ 一声问候 hello  → 打个电话，先知道原因再谈方案           │
│ ● 打个电话，先知道原因再谈方案 call            since 12-08 │
│ │ task phone                                               │
│ ├▶ ■ reached  phone: reached                               │
│ ├▶ 一声问候   phone: no                                    │
│ ▼ after 5 days                                             │
│ ○ again  → ■ silent                                        │
╰────────────────────────────────────────────────────────────╯
╭─ 关怀 care ────────────────────────────────────────────────╮
│ ○ 谢谢 thanks  → ■ won                                     │
╰────────────────────────────────────────────────────────────╯"""


def shown(drawing: Drawing, unfolded: frozenset[str]) -> str:
    """The drawing at a width of 62."""
    return "\n".join(text(line) for line in drawn(drawing, 62, unfolded))


def text(line: Line) -> str:
    """A line without its styles."""
    return "".join(words for words, _ in line.parts)
