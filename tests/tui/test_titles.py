"""People read words: what rules and `homing.toml` call things stands on every screen, and names stay what is stored."""

from pathlib import Path

from tests.projects import CONFIG, Homing
from tests.queues import RULES, hire, tasks, with_held
from tests.rooms import LARGE, Visitor, visit

_TITLES = {
    "  mood: one of good, bad": '  mood "心情": one of good "好", bad "不好"',
    "  lifetime_value: money": '  lifetime_value "累计消费": money',
    "policy marketing {": 'policy marketing "营销" {',
    "  state hello {": '  end reached "聊过了"\n  end silent "没回音"\n  state hello "问好" {',
    "      ask visits": '      ask visits "来过几次"',
    "outcome reached": 'outcome reached "接通了"',
    "outcome later": 'outcome later "改天再打"',
}


def titled(folder: Path) -> Homing:
    """A project whose rules got titles after they had run."""
    homing, rules = with_held(folder, 2), RULES
    for name, title in _TITLES.items():
        assert name in rules
        rules = rules.replace(name, title)
    homing.file("rules/all.rules", rules)
    homing.file("homing.toml", CONFIG + '\n[roles]\nmanager = "店长"\nadvisor = "顾问"\n')
    homing.well("apply")
    hire(homing)
    return homing


def shows(visitor: Visitor, *parts: str) -> None:
    """All of these stand on the screen."""
    for part in parts:
        assert part in visitor.text, part


def test_every_room_shows_titles(tmp_path: Path) -> None:
    """Decisions, calls, customers, journeys: in the shop's own words; what was chosen by them is stored by its name."""
    homing = titled(tmp_path)

    async def decides(visitor: Visitor) -> None:
        shows(visitor, "店长")
        await visitor.press("2")
        shows(visitor, "须由 店长 审批", "召回 · 问好", "短信：138****0001", "累计消费", "陈2")
        await visitor.press("5", "down", "enter")
        shows(visitor, "打电话: 接通了", "■ 聊过了", "send 问候")
        await visitor.press("7")
        shows(visitor, "短信 sms", "须由 店长 审批  (营销)")

    async def calls(visitor: Visitor) -> None:
        await visitor.press("3")
        shows(
            visitor, "顾问", "心情", "好 / 不好", "来过几次", "1 接通了  → “召回”结束：聊过了", "3 改天再打"
        )
        await visitor.press("f")
        shows(visitor, "○ 好  ○ 不好", "1 接通了")
        await visitor.press("1", "tab", "right", "tab", "2", "ctrl+s")
        shows(visitor, "接通了")
        homing.well("run", "--at", "2026-11-23 11:00")
        await visitor.press("4", *"陈1", "enter", "enter")
        shows(visitor, "心情", "好", "visits")
        await visitor.press("right")
        shows(visitor, "■ 召回", "聊过了")
        await visitor.press("right")
        shows(visitor, "召回：问好", "召回 结束：聊过了")

    visit(homing, "王经理", decides, LARGE, "zh")
    visit(homing, "小李", calls, LARGE, "zh")
    done = next(one for one in tasks(homing) if one["customer"] == "C1")
    assert (done["outcome"], done["title"]) == ("reached", "打电话")
    told = homing.well("customer", "C1", "--json").json
    assert (told["attributes"]["mood"], told["attributes"]["visits"]) == ("good", 2)
    assert {"win_back: hello", "phone done as reached by 小李"} <= {one["what"] for one in told["timeline"]}
