"""Usual slips in journeys and policies: where to go, what to do, when. Data."""

from dsl.syntax.slips import ARROW, Slip, slip
from dsl.wording import say

_WAY = r"(?:^|[{,])\s*(?:when|on|after|at(?!\s+\d{4}-)|otherwise)\b"
_VERB = "send|grant|task|set|tag|untag|emit|begin"
_REST = r"[^,}#\n]*?(?=\s*(?:[,}#]|$))"
_ACTION = say("`{word}` stands in a state: write `-> name` here, and `state name {{ {word} {rest} }}`.")
_DURING = say("When it may go stands behind `during`: `during wednesday 15:00 to 17:00`.")
_WHOLE = say("A duration is a whole number and a unit: `36 hours` for a day and a half.")

SLIPS: tuple[Slip, ...] = (
    slip(rf"{_WAY}.*?(?:->\s*)?▸(?P<word>{_VERB})\s+(?P<rest>{_REST})", _ACTION),
    slip(rf"->\s*(?P<here>(?P<word>{_VERB})\s+▸(?P<rest>{_REST}))", _ACTION),
    slip(
        r"\botherwise\s+(?:▸(?:when|if)\b|->\s*(?:when|if)\s+▸)",
        say("`otherwise` has no condition: `otherwise -> name`; a condition of its own is another `when`."),
    ),
    slip(rf"{_WAY}(?:(?!->).)*▸(?P<target>end\s+\w+|[^\W\d]\w*\.\w+)", ARROW),
    slip(
        r'\bon\s+repl\w*\s+▸"(?P<text>[^"]*)"',
        say('Write `on replied where (text = "{text}") -> …`.'),
    ),
    slip(
        r"\bon\s+(?P<event>\w+)▸\.(?P<test>[^-]*?)\s*->",
        say("What the event must be stands behind `where`: `on {event} where ({test}) -> …`."),
    ),
    slip(r"\bsend\s+(?!on\b)\w+\b.*▸(?:on|at|every|from|between)\b", _DURING),
    slip(
        r"\bduring\s+(?P<days>[\w, ]+?)\s*▸\s*(?:[}#]|$)",
        say("A window has days and times: `during {days} 09:00 to 17:00`."),
    ),
    slip(
        r"\boutcome\s+(?P<one>\w+)\s+▸(?P<two>\w+)",
        say(
            'A title stands between quotes, `outcome {one} "{two}" -> …`; '
            "a name has no blank in it, `outcome {one}_{two} -> …`."
        ),
    ),
    slip(r"▸(?:max|maximum|最多|至多)\s+(?P<rest>\d.*)", say("Write `at most {rest}`.")),
    slip(r"▸no more than\s+(?P<rest>\d.*)", say("Write `at most {rest}`.")),
    slip(r"▸(?:\d+\.\d+\s*(?:minute|hour|day|week|month|year|小时|天|周|个月|年)|half\b|半)", _WHOLE),
    slip(
        r"\d+\s*▸(?:个)?(?:workdays?|working|business|工作日)\b",
        say("Working days cannot be counted: write `days`, and `send … during workdays 09:00 to 18:00`."),
    ),
    slip(
        r'\bsend\s+▸"(?![A-Za-z_]\w*")',
        say(
            'A text stands in a message, which is sent by its name: `message name { sms: "…" }`, `send name`.'
        ),
    ),
    slip(
        r'\b(?P<kind>state|stage|journey|message|policy|benefit|event|record|audience|value|task)\s+▸(?P<title>"[^"]*")\s*[{=]',
        say("The name comes first, then the title: `{kind} name {title}`."),
    ),
)
