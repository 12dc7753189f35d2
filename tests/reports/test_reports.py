"""Batches, benefits, journeys and tests: what came of what was done, beside what would have come without it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.reports.journeys import _goal
from engine.reports.returns import Spenders, _extra, _roi
from engine.views.goals import Conversion, Group
from tests.projects import CONFIG, Homing, applied_project

RULES = """
customer { name: text, phone: phone }
event visit "到店" { amount: money }
message hello "问候" { sms: "{{ name }}您好，券码{{ benefit.code }}" }
benefit free_check "免费检测" { worth 200, cost 40, valid 30 days }
policy service { send on every day 00:00 to 24:00 }
journey recall "召回" {
  policy service
  enter when name is known
  holdout 30%
  goal within 10 days when visit since entry
  state hello { grant free_check, send hello, split { 50% -> early, 50% -> late } }
  state early { after 20 days -> end over }
  state late { after 20 days -> end over }
}
"""
COUNT = 40
PRICED = CONFIG.replace("[channels.sms]", "[costs]\nmargin = 0.45\n[channels.sms]\ncost = 0.5")


def lived(folder: Path) -> Homing:
    """Forty customers are written to; two days later ten of them buy, one uses the code, one opts out."""
    homing = applied_project(folder, RULES, PRICED)
    people = "".join(f"C{n},客{n},1380000{n:04}\n" for n in range(COUNT))
    homing.well("import", "customers", homing.file("c.csv", "id,name,phone\n" + people))
    homing.well("run", "--at", "2026-11-02 10:00")
    wrote = [one["customer"] for one in homing.well("messages", "--json").json]
    visits = "".join(f"{one},2026-11-04 10:00,300\n" for one in wrote[:10])
    homing.well("import", "visit", homing.file("v.csv", "customer,at,amount\n" + visits))
    clicks = "".join(f"{one},2026-11-02 11:00,hello\n" for one in wrote[:4])
    homing.well("import", "clicked", homing.file("k.csv", "customer,at,message\n" + clicks))
    homing.well("run", "--at", "2026-11-04 11:00")
    text = next(one["text"] for one in homing.well("messages", "--json").json if one["customer"] == wrote[0])
    homing.well("redeem", text.rpartition("券码")[2], "--amount", "300")
    homing.well("optout", wrote[-1])
    homing.well("run", "--at", "2026-11-20 10:00")
    return homing


def rows(homing: Homing, name: str) -> list[dict[str, Any]]:
    """A report."""
    found: list[dict[str, Any]] = homing.well("report", name, "--json").json
    return found


def test_reports_tell_what_came_of_it(tmp_path: Path) -> None:
    """One batch with its shares; the benefit with its cost; the goal beside that of those held out; both arms."""
    homing = lived(tmp_path)
    (batch,) = rows(homing, "batches")
    sent = batch["sent"]
    assert 20 < sent < COUNT
    assert batch == {
        "batch": "hello 2026-11-02", "message": "hello", "audience": sent, "sent": sent, "delivered": 0,
        "open_rate": 0.0, "click_rate": round(4 / sent, 4), "response_rate": round(4 / sent, 4),
        "conversion_rate": round(10 / sent, 4), "redemption_rate": round(1 / sent, 4),
        "optout_rate": round(1 / sent, 4), "repurchase_days": 2.0,
    }  # fmt: skip
    (benefit,) = rows(homing, "benefits")
    assert (benefit["granted"], benefit["redeemed"]) == (sent, 1)
    assert (benefit["worth"], benefit["cost"], benefit["spent"]) == (200.0, 40.0, 300.0)
    (journey,) = rows(homing, "journeys")
    assert (journey["entered"], journey["held_out"]) == (sent, COUNT - sent)
    assert (journey["goal_rate"], journey["held_out_goal_rate"]) == (round(10 / sent, 4), 0.0)
    told = {(one["figure"], one["of"]): one["number"] for one in rows(homing, "summary")}
    assert (told["messages sent", None], told["share delivered", None]) == (sent, None)
    assert (told["came into journeys", None], told["goals reached", None]) == (sent, 10)
    assert (told["benefits given", None], told["benefits redeemed", None], told["opt-outs", None]) == (
        sent,
        1,
        1,
    )
    lately = homing.well("report", "summary", "--days", "7", "--json").json
    assert [(one["number"], one["before"]) for one in lately[:1]] == [(0, 0)]
    assert rows(homing, "people") == []
    (found,) = rows(homing, "returns")
    assert (found["customers"], found["held_out"], found["extra"]) == (sent, COUNT - sent, 3000.0)
    assert (found["messages_cost"], found["tasks_cost"], found["benefits_cost"]) == (sent * 0.5, 0.0, 40.0)
    assert found["roi"] == round((1350 - found["cost"]) / found["cost"], 4)
    assert found["roi_at_least"] < found["roi"] < found["roi_at_most"]
    treated, held_out, *arms = rows(homing, "tests")
    assert (treated["customers"], treated["reached"]) == (sent, 10)
    assert (held_out["customers"], held_out["reached"]) == (COUNT - sent, 0)
    assert sum(arm["customers"] for arm in arms) == sent
    assert sum(arm["reached"] for arm in arms) == 10


def test_a_return_is_what_is_left_of_the_margin() -> None:
    """S65: of 170,000 spent, 45% stay, 76,500; that cost 65,500: 16.79%. What cost nothing has no return."""
    assert _roi(170_000.0, Decimal(65_500), Decimal("0.45")) == 0.1679
    assert _roi(170_000.0, Decimal(0), Decimal(1)) is None
    assert _extra(Spenders(5, 10.0, 2.0), Spenders(1, 0.0, 0.0)) == (None, None, None)


def test_a_difference_is_told_in_both_forms() -> None:
    """S69: from 80% to 88% are 8 points, and a tenth more."""
    told = _goal(Conversion(Group(1000, 880), Group(1000, 800)))
    assert (told["difference"], told["relative"]) == (0.08, 0.1)
    assert told["low"] < 0.08 < told["high"]
