"""Usual slips that may stand in any line: comments, names, texts without quotes, hours, days, numbers. Data."""

from dsl.syntax.slips import Slip, slip
from dsl.wording import say

_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_NAMED = "state|stage|journey|message|policy|benefit|event|record|audience|value|task"
_CLOCK = r"\d{1,2}[:：]\d{2}"
_NO_COMMENT = say("This looks like a comment.")
_COMMENT = say("A comment begins with `#`.")
_NAME = say("A name has no `-` and no blank in it, and does not begin with a digit: `{one}_{two}`.")

SLIPS: tuple[Slip, ...] = (
    slip(
        r"\{\{.*\|\s*\w+\s*\(\s*\"▸(?P<form>[^\"]*)",
        say("Inside a text use single quotes: `'{form}'`."),
        say("This quote ends the text."),
        whole=True,
    ),
    slip(r"(?P<here>▸//|/▸/|▸/\*|/▸\*|▸\*/|\*▸/|▸--|-▸-).*", _COMMENT, _NO_COMMENT, whole=True),
    slip(r"->\s*(?:end\s+)?[\w.]+\s*▸[(（].*$", _COMMENT, _NO_COMMENT, whole=True),
    slip(r"▸[(（][^()（）]*[\u4e00-\u9fff][^()（）]*[)）]\s*$", _COMMENT, _NO_COMMENT, whole=True),
    slip(rf"\b(?:{_NAMED})\s+(?P<one>\w+)▸-(?P<two>\w+)", _NAME),
    slip(rf"\b(?:{_NAMED})\s+▸(?P<two>\d+)(?P<one>[^\W\d]\w*)", _NAME),
    slip(rf"\b(?:{_NAMED})\s+(?P<one>\w+)\s+▸(?P<two>[A-Za-z]\w*)\s*[\"{{=]", _NAME),
    slip(r"->\s*(?:end\s+)?(?P<one>\w+)(?:▸-|\s+▸)(?P<two>\w+)\s*(?=[,}#]|$)", _NAME),
    slip(r"->\s*▸(?P<two>\d+)(?P<one>[^\W\d]\w*)", _NAME),
    slip(
        r"(?:^|[{,])\s*(?P<channel>\w+)\s*[:：]\s*▸(?![\"'‘“「『《{])(?=[^\"']*[^\x00-\x7f]).*",
        say('Put the whole text between quotes: `{channel}: "…"`.'),
        whole=True,
    ),
    slip(
        rf"(?P<one>{_CLOCK})\s*▸[-–—~～至到]+\s*(?P<two>{_CLOCK})", say("Write `{one} to {two}`."), whole=True
    ),
    slip(
        rf"{_DAY}\s*▸(?:to|until|through|-|–|—|~|～|至|到)\s*{_DAY}",
        say("Name each day, as in `monday, tuesday, friday`; Monday to Friday is `workdays`."),
        whole=True,
    ),
    slip(r"▸(?:everyday|daily|每天|天天)", say("Write `every day`.")),
    slip(
        r"(?P<one>\d[\d_.]*)\s*▸(?:元|块钱?|圆|人民币|(?i:rmb|cny|yuan|dollars?)\b)",
        say("Amounts are plain numbers: `{one}`."),
    ),
    slip(r"(?P<one>\d+)\s*▸(?:times?\b|次|个|条|单|分|人)", say("A count is a plain number: `{one}`.")),
    slip(r"^\s*▸[(（]", say("A line goes on when the one before it ends in `and` or `or`: write it there.")),
    slip(
        r"[:：]\s*(?:\"[^\"]*\"|[^\s\"]+)\s+▸(?P<two>[^\W\d]\w*)\s*[:：]",
        say("A `,` is missing before `{two}`."),
    ),
)
