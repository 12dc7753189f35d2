"""Why something waits or is held, in words of people."""

import pytest

from dsl.translation import in_language
from engine.views.because import because_told
from engine.views.titles import Titles

TITLES = Titles({
    ("role", "manager"): "店长",
    ("policy", "recall"): "召回",
    ("benefit", "half_price"): "五折券",
    ("field", "", "name"): "姓名",
    ("channel", "sms"): "短信",
})  # fmt: skip


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("review by manager", "须由 店长 审批"),
        ("review by manager when lifetime_value > 3; sample 20", "须由 店长 审批；新文案先抽查前 20 条"),
        ("approve by owner", "须由 owner 审批"),
        ("at most 3 per month", "每月最多 3 条"),
        ("at most 1 per 30 days for tier = vip", "30 天内最多 1 条"),
        ("at least 10 days apart", "与上一条间隔至少 10 天"),
        ("never on holidays", "节假日不发"),
        ("send on workdays 09:00 to 20:00, send on 10:00 to 11:00", "只在工作日 09:00 至 20:00、10:00 至 11:00 发"),
        ("during monday, friday 13:00 to 18:00", "只在每周一、每周五 13:00 至 18:00 发"),
        ("give up after 7 days; until then: `name` is not known", "满 7 天放弃；在此之前：缺少 `姓名` 的值"),
        ("no consent for recall via sms, email", "客户未同意通过短信、email 接收召回消息"),
        ("half_price has not been granted yet", "权益五折券还没有发放"),
        ('forbid "清仓; 甩卖"', "文字里有禁用的“清仓; 甩卖”"),
        ("on visit -> reminder", "on visit -> reminder"),
    ],
)  # fmt: skip
def test_reasons_are_told_in_words(stored: str, told: str) -> None:
    """Lines of rules become sentences, names their titles; what is no such line stays as it is written."""
    said = because_told(stored, TITLES)
    assert in_language(said or "", "zh") == told
