"""Usual slips in the steps of scenarios. Data."""

from dsl.syntax.slips import Slip, slip
from dsl.wording import say

SLIPS: tuple[Slip, ...] = (
    slip(
        r"\bset\s+(?P<what>[\w.]+)\s+▸(?:to|as|is|为)\s+(?P<value>[^,}#\n]*)",
        say("Write `set {what} = {value}`."),
    ),
    slip(r"\bfinish\s+(?P<task>\w+)\s+▸(?P<outcome>\w+)", say("Write `finish {task} as {outcome}`.")),
    slip(
        r"\bexpect\s+▸(?:no|not|never)\s+(?!sent\b)(?P<message>\w+)",
        say("Write `expect not sent {message}`; where nothing at all may go, `expect nothing`."),
    ),
    slip(
        r"\bexpect\s+▸(?!end|send|noth|sent)(?P<name>[^\W\d]\w*)\s*(?:$|[#,}])",
        say("Say what it is: `expect state {name}`, `expect sent {name}` or `expect task {name}`."),
    ),
    slip(r"(?P<clock>\d{1,2}[:：]\d{2})▸[:：]\d{2}", say("Times have no seconds: `{clock}`."), whole=True),
)
