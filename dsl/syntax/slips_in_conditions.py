"""Usual slips in conditions and values: comparisons, durations, brackets, words of other languages. Data."""

from dsl.syntax.slips import Slip, slip
from dsl.wording import say

_UNIT = "(?:minute|hour|day|week|month|year)s?"
_ABSENT = r"(?i:null|none|empty|nil|blank|undefined|set|present|filled|空|缺失|已知|有值)"
_MORE = r"more|greater|bigger|higher|larger|longer"
_LESS = r"less|fewer|smaller|lower|shorter"

SLIPS: tuple[Slip, ...] = (
    slip(
        r"(?P<low>[\d._]+)\s*<=?\s*(?P<what>[\w.]+(?:\([^)]*\))?)\s*▸<=?\s*(?P<high>[\d._]+)",
        say("Write `{what} between {low} and {high}`; both ends belong to it."),
    ),
    slip(rf"▸(?:{_MORE})\s+than\s+(?P<what>[\w.]+)", say("Write `> {what}`.")),
    slip(rf"▸(?:{_LESS})\s+than\s+(?P<what>[\w.]+)", say("Write `< {what}`.")),
    slip(rf"\bis\s+▸(?:{_MORE})\s+than", say("Write `>` instead of `is more than`.")),
    slip(rf"\bis\s+▸(?:{_LESS})\s+than", say("Write `<` instead of `is less than`.")),
    slip(r"\w\)?\s+▸at least\s+(?P<what>[\w.]+)", say("Write `>= {what}`.")),
    slip(r"\w\)?\s+▸at most\s+(?P<what>[\w.]+)\s*(?:$|[#,}]|and|or|->)", say("Write `<= {what}`.")),
    slip(
        r"\bbetween\s+(?P<low>\S+)\s+▸(?:to|-|–|~|到|至)\s*(?P<high>[\w.-]+)",
        say("Write `between {low} and {high}`."),
    ),
    slip(
        rf"\bin\s+▸?(?:the\s+)?▸?(?:last|past)\s+(?P<time>\d+\s+{_UNIT})",
        say("Write `within last {time}` behind the event, as in `count(visit within last {time})`."),
    ),
    slip(
        rf"\bno\s+(?P<event>\w+)\s+▸(?:for|in|since)\s+(?P<time>\d+\s+{_UNIT})",
        say("Write `no {event} within last {time}`."),
    ),
    slip(
        r"\d+\s+days\s+▸since\s+(?:the\s+)?last\s+(?P<event>\w+)",
        say("Write `days since last({event}) >= 90`, or `last({event}) before 90 days ago`."),
    ),
    slip(r"^\s*audience\b[^(]*▸[,，](?!\d)", say("Between two conditions stands `and` or `or`.")),
    slip(r"▸=>\s*[\d\"]", say("At least is `>=`.")),
    slip(r"\bis\s+▸not\s+missing\b", say("Write `is known`.")),
    slip(r"\bis\s+▸not\s+known\b", say("Write `is missing`.")),
    slip(r"\bis\s+▸not\s+(?P<what>\w+|\"[^\"]*\")", say("Unequal is `!=`: `!= {what}`.")),
    slip(rf"\bis\s+▸(?!{_ABSENT})(?P<what>[^\W\d]\w*|\"[^\"]*\"|\d[\d.]*)", say("Equal is `=`: `= {what}`.")),
    slip(
        r"\b(?P<which>last|first)\s+▸(?P<event>\w+)",
        say("Put the event between brackets: `{which}({event})`."),
    ),
    slip(
        r"\bwhere\s+▸(?P<test>[^(\s].*?)(?=\s+(?:ever|within|since)\b|\s*->|\s*\)?\s*(?:[#,}]|$))",
        say("The condition stands between brackets: `where ({test})`."),
    ),
    slip(
        rf"[\w)]\s+(?<!up )(?<!reenter )(?P<way>before|after)\s+(?P<time>\d+\s+{_UNIT})\s*▸",
        say("Say from when on it counts: `{way} {time} ago`, or `{way} in {time}`."),
    ),
    slip(
        rf"\bdays\s+(?:since|until)\b.*?(?P<sign>[<>]=?|=)\s*(?P<number>\d+)\s+(?P<here>{_UNIT})\s*▸",
        say("It counts days, so the number stands alone: `{sign} {number}`."),
        say("A unit stands here behind a number of days."),
    ),
    slip(
        rf"(?P<what>\b(?:last|first)\([^)]*\)|\b\w+)\s*(?P<here>>=?)\s*(?P<time>\d+\s+{_UNIT})\s*▸",
        say("For longer ago than that write `{what} before {time} ago`."),
        say("A time is not compared with a duration."),
    ),
    slip(
        rf"(?P<what>\b(?:last|first)\([^)]*\)|\b\w+)\s*(?P<here><=?)\s*(?P<time>\d+\s+{_UNIT})\s*▸",
        say("For less long ago than that write `{what} after {time} ago`."),
        say("A time is not compared with a duration."),
    ),
    slip(
        r"\bwithin\s+(?P<way>last|next)\s+(?P<number>\d+)(?P<here>\s*)▸(?!\s*\w*(?:day|month|week|hour|year)|\s*[天日月周年个小])",
        say("Say of what: `within {way} {number} days`."),
    ),
    slip(
        r"\bin\s+stage\s+(?P<stage>\w+)\s*▸(?!\s*\.)",
        say("Name the journey too: `in stage journey.{stage}`."),
    ),
    slip(
        r"\b(?P<kind>audience|value)\s+\w+(?:\s+\"[^\"]*\")?\s*▸[:：]",
        say("Behind the name stands `=`: `{kind} name = …`."),
    ),
)
