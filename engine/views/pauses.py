"""What is paused, in words."""

from dsl.wording import Phrase
from engine.calendars.zone import Zone
from engine.delivery.pausing import Pause
from engine.wording import say

_WHAT = {
    "all": say("all sending"),
    "channel": say("channel"),
    "journey": say("journey"),
    "message": say("message"),
}


def pause_said(item: Pause, zone: Zone) -> Phrase:
    """One sentence: what, since when, by whom and why."""
    what = say("{kind} `{name}`", kind=_WHAT[item.what], name=item.name) if item.name else _WHAT[item.what]
    said = say("{what} is paused since {since} by {who}", what=what, since=zone.iso(item.since), who=item.by)
    return said if item.because is None else say("{first}: {because}", first=said, because=item.because)
