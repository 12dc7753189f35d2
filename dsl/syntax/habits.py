"""Words that people bring along, from other languages and from their own, and what the rule language says for them.

Data, and one question: knows no grammar. Each is taken only where what it stands for can stand.
"""

from collections.abc import Collection, Mapping

_SAID: Mapping[str, str] = {
    # what to write: the words that people write for it
    "when": "if whenever 如果 当 若 要是",
    "where": "if 其中",
    "otherwise": "else elif default 否则",
    "->": "then goto go to next 那么 则 就 到 进入 转到",
    "after": "wait sleep delay pause 之后 等待 等",
    "before": "until 之前",
    "begin": "start run launch trigger 开始",
    "end": "stop finish exit quit 结束",
    "via": "by using through over with 通过 用",
    "per": "each every a an 每",
    ",": "or and 或 或者 和 与",
    "within": "in during 在",
    "and": "plus also 和 且 并且 而且 与 同时",
    "or": "either 或 或者",
    "worth": "value 价值 面值",
    "cost": "成本",
    "stock": "库存",
    "quota": "limit 名额 限量",
    "not": "isnt non 非 不 不是 没",
    "no": "without none 没有 无",
    "=": "equals equal eq is 等于 是 为",
    ">": "greater above exceeds 大于 超过 高于 多于",
    "<": "less below under 小于 低于 少于 不足",
    "contains": "has includes include like 包含 含有",
    "missing": "null none empty nil blank undefined 空 缺失",
    "known": "set present filled 已知 有值",
    "true": "yes on 是 真",
    "false": "no off 否 假",
    "workdays": "weekday weekdays workingdays businessdays 工作日",
    "weekends": "weekend 周末",
    "holidays": "holiday vacation 节假日 节日 假日",
    "monday": "mon 周一 星期一",
    "tuesday": "tue 周二 星期二",
    "wednesday": "wed 周三 星期三",
    "thursday": "thu 周四 星期四",
    "friday": "fri 周五 星期五",
    "saturday": "sat 周六 星期六",
    "sunday": "sun 周日 星期日 星期天",
    "minutes": "min mins 分 分钟",
    "hours": "h hr hrs 时 小时 个小时",
    "days": "d 天 日",
    "weeks": "w wk 周 星期 个星期 礼拜",
    "months": "mo mth 月 个月",
    "years": "y yr 年",
    "day": "daily 天 日",
    "week": "weekly 周 星期",
    "month": "monthly 月",
    "text": "string str varchar char 文字 文本 字符串",
    "number": "int integer float double decimal numeric 数字 数值",
    "money": "currency price amount 金额 钱",
    "flag": "bool boolean 是否 布尔",
    "date": "日期",
    "time": "datetime timestamp 时间",
    "phone": "mobile tel telephone 电话 手机 手机号",
    "email": "mail 邮箱 邮件",
    "last": "past previous 最近 过去",
    "next": "coming following 未来 接下来",
    "send": "发送 发",
    "task": "任务",
    "customer": "client user 客户",
    "event": "事件",
    "record": "记录",
    "audience": "segment group 人群",
    "value": "let var define 计算值",
    "message": "template msg 消息",
    "policy": "策略",
    "calendar": "日历",
    "benefit": "coupon 权益",
    "journey": "flow campaign workflow 旅程",
    "stage": "phase 阶段",
    "state": "step node 状态",
    "scenario": "test 场景",
}

_MEANT: dict[str, tuple[str, ...]] = {}
for _written, _words in _SAID.items():
    for _word in _words.split():
        _MEANT[_word] = (*_MEANT.get(_word, ()), _written)

_NUMBERS = (
    *("zero 零", "one 一", "two 二 两", "three 三", "four 四", "five 五"),
    *("six 六", "seven 七", "eight 八", "nine 九", "ten 十"),
)
_NUMBER_OF = {word: number for number, words in enumerate(_NUMBERS) for word in words.split()}

TIMES: Mapping[str, int] = {"k": 1000, "千": 1000, "w": 10_000, "万": 10_000, "亿": 100_000_000}
"""What a word behind a number multiplies it by."""


def meant_by(word: str, possible: Collection[str]) -> str | None:
    """What is written for a word, of what can stand there; None when it stands for nothing that can."""
    known = word.casefold()
    return next((meant for meant in (known, *_MEANT.get(known, ())) if meant in possible), None)


def number_of(word: str) -> int | None:
    """The number that a word names, up to ten."""
    return _NUMBER_OF.get(word.casefold())
