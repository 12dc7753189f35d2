"""Benefits from the rule to the till, as the acceptance scenarios tell it."""

from collections import Counter
from pathlib import Path

import pytest

from engine.storage.codes import ALPHABET, LENGTH
from tests.projects import Homing
from tests.shops_with_benefits import RULES, START, codes, grants, with_customers


def test_s49_the_monthly_pack_is_spent(tmp_path: Path) -> None:
    """S49: of 20 free checks a month the 21st waits, people see it and why, and December brings it."""
    homing = with_customers(tmp_path / "shop", 21)
    first = homing.well("run", "--at", START, "--json").json
    assert first["grants"] == 20 + 15
    stored = Counter(one["status"] for one in homing.well("messages", "--json").json)
    assert first["messages"] == stored + Counter(waiting=stored["cancelled"])  # until they were taken back
    status = homing.well("status", "--json").json
    expected = "none is left of 免费检测 (benefit `free_check`): 20 given of 20 per month; 1 customer waits"
    assert expected in status["problems"]
    assert status["healthy"]
    waiting = [one for one in homing.well("messages", "--json").json if one["message"] == "check_text"]
    (last,) = [one for one in waiting if one["status"] == "waiting"]
    assert (last["customer"], last["because"], last["benefit"]) == (
        "C21", "free_check has not been granted yet", "free_check",
    )  # fmt: skip
    told = homing.well("explain", "C21", "--journey", "checks").out
    assert "waits for its turn: 20 given of 20 per month; until 2026-12-01" in told
    homing.well("run", "--at", "2026-11-30 23:59")
    assert len(codes(homing, "free_check")) == 20
    homing.well("run", "--at", "2026-12-01 00:00")
    assert len(codes(homing, "free_check")) == 21
    (sent,) = [one for one in homing.well("messages", "--customer", "C21", "--status", "sent", "--json").json
               if one["message"] == "check_text"]  # fmt: skip
    assert sent["text"] == f"客21您的检测券{codes(homing, 'free_check')[-1]}，2026-12-31前有效"


def test_s51_only_the_manager_gives_half_price(tmp_path: Path) -> None:
    """S51: no message before the manager's word; an advisor's is refused; name, time and note are kept."""
    homing = with_customers(tmp_path / "shop", 3)
    homing.well("staff", "add", "王经理", "--role", "manager", "--as", "老板")
    homing.well("run", "--at", START)
    held = homing.well("queue", "--kind", "benefit", "--json").json
    assert [(one["customer"], one["what"], one["role"]) for one in held] == [
        (name, "half_price", "manager") for name in ("C1", "C2", "C3")
    ]
    assert homing("queue", "approve", held[0]["id"], "--as", "小李").status == 1
    assert not _texts(homing, "half_text")
    homing.well("queue", "approve", held[0]["id"], "--as", "王经理", "--because", "老客户")
    homing.well("queue", "refuse", held[1]["id"], "--as", "王经理", "--because", "刚来过")
    late = homing("queue", "refuse", held[0]["id"], "--as", "王经理")
    assert (late.status, "approved by 王经理" in late.err) == (1, True)
    homing.well("run", "--at", "2026-11-25 11:00")
    assert list(_texts(homing, "half_text")) == ["C1"]
    assert list(_texts(homing, "plain_text")) == ["C2"]
    trail = homing.well("audit", "--json").json
    assert [(one["actor"], one["verb"], one["because"]) for one in trail][-2:] == [
        ("王经理", "benefit approved", "老客户"), ("王经理", "benefit refused", "刚来过"),
    ]  # fmt: skip


def test_s52_a_coupon_of_thirty_days(tmp_path: Path) -> None:
    """S52: good through the last day, once; the second try tells when and where the first was."""
    homing = with_customers(tmp_path / "shop", 2)
    homing.well("run", "--at", START)
    first, second = codes(homing, "free_check")
    homing.well("run", "--at", "2026-12-25 23:00")
    spelt = " ".join(first[place : place + 4].lower() for place in range(0, LENGTH, 4))
    told = homing.well("redeem", spelt, "--shop", "总店", "--json").json
    assert (told["customer"], told["benefit"], told["expires"]) == ("C1", "free_check", "2026-12-25")
    again = homing("redeem", first, "--shop", "分店")
    assert (again.status, again.err.strip()) == (
        1, f"homing: code {first} was used at 2026-12-25T23:00:00+08:00 in 总店",
    )  # fmt: skip
    homing.well("run", "--at", "2026-12-26 00:00")
    late = homing("redeem", second, "--json")
    assert (late.status, late.json["refused"], late.json["redeemed"]) == (1, "expired", None)
    # The run after it hears of the first one.
    told = homing.well("customer", "C1", "--json").json
    assert ("checks", "used") in [(one["journey"], one["outcome"]) for one in told["journeys"]]


def test_s53_an_offer_with_minimum_stock_and_end(tmp_path: Path) -> None:
    """S53: one fen below the minimum is refused; when the stock is gone nobody gets one; nor is it good afterwards."""
    homing = with_customers(tmp_path / "shop", 16)
    homing.well("run", "--at", "2026-08-15 09:00")
    mine = codes(homing, "offer")
    assert len(mine) == 15
    assert [one["status"] for one in grants(homing) if one["benefit"] == "offer"][-1] == "waiting"
    below = homing("redeem", mine[0], "--amount", "199.99", "--json")
    assert (below.status, below.json["refused"]) == (1, "below minimum")
    homing.well("redeem", mine[0], "--amount", "200.00")
    homing.well("run", "--at", "2026-08-18 23:59")
    homing.well("redeem", mine[1], "--amount", "200")
    homing.well("run", "--at", "2026-08-19 00:00")
    assert homing("redeem", mine[2], "--amount", "200", "--json").json["refused"] == "expired"
    assert len(codes(homing, "offer")) == 15  # what is gone is gone for good


REFERRAL = """\
customer { name: text, phone: phone, points: number }
record referral "推荐" { friend: text, paid: flag }
benefit bonus "推荐礼：100 积分" { worth 50, cost 50 }
journey referred { for referral
  enter when paid
  state thank {
    grant bonus
    set points = choose { points is known: points + 100, otherwise: 100 }
    after 1 day -> end done
  }
}
"""


def test_s54_a_referral_gives_points_to_both_once(tmp_path: Path) -> None:
    """S54: both have a referral that is paid; each gets 100 points once, which cost 50 yuan each."""
    homing = with_customers(tmp_path / "shop", 2, REFERRAL)
    for time in ("2026-11-25 10:00", "2026-11-26 10:00", "2026-11-28 10:00"):
        rows = "R1,C1,C2,true\nR2,C2,C1,true\n"
        homing.well("import", "referral", homing.file("r.csv", "id,customer,friend,paid\n" + rows))
        homing.well("run", "--at", time)
    found = grants(homing)
    assert [(one["status"], one["cost"]) for one in found] == [("granted", 5000)] * 2
    points = [homing.well("customer", name, "--json").json["attributes"]["points"] for name in ("C1", "C2")]
    assert points == [101, 100]


def test_codes_are_unguessable_and_readable(tmp_path: Path) -> None:
    """Long, all different, of characters that nobody mistakes; and not told before they are granted."""
    homing = with_customers(tmp_path / "shop", 30)
    homing.well("run", "--at", START)
    made = [one["code"] for one in grants(homing) if one["code"]]
    assert len(set(made)) == len(made) == 20 + 10 + 15
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in made)
    assert set("".join(made)) == set(ALPHABET)
    held = next(one["code"] for one in grants(homing) if one["status"] == "held")
    shown = homing.well("queue", "--json").out + homing.well("customer", "C1").out
    assert held not in shown
    assert homing("redeem", held, "--json").json["refused"] == "not granted"


@pytest.mark.parametrize("code", ["", "NOPE", "\x1b[2J", "0" * 5000])
def test_what_is_no_code(code: str, tmp_path: Path) -> None:
    """It is told so, with status 1, and nothing of it acts on the terminal."""
    said = with_customers(tmp_path / "shop", 1)("redeem", code, "--json")
    assert (said.status, said.json["refused"]) == (1, "unknown")
    assert "\x1b" not in said.err + said.out


def _texts(homing: Homing, message: str) -> dict[str, str]:
    listed = homing.well("messages", "--status", "sent", "--json").json
    return {one["customer"]: one["text"] for one in listed if one["message"] == message}


def test_a_script_names_the_benefit(tmp_path: Path) -> None:
    """The latest that the journey gave; nothing of it before there is one."""
    rules = (
        RULES
        + """
message call_text { task: "{{ name }}的{{ benefit.title }}{{ benefit.code }}" }
journey calls { enter when points >= 0
  state ask { grant friend
    task call "打电话" { assign advisor, due 2 days, script call_text, outcome reached -> end reached }
    after 9 days -> end over }
}
"""
    )
    homing = with_customers(tmp_path / "shop", 1, rules)
    homing.well("run", "--at", START)
    (one,) = homing.well("tasks", "--json").json
    (code,) = codes(homing, "friend")
    assert one["script"].endswith(f"的推荐积分{code}")
