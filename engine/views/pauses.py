"""What is paused, in words."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.calendars.zone import Zone
from engine.delivery.pausing import Pause, keeping
from engine.reasons import read_back
from engine.views.window import Window
from engine.wording import all_of, say

_WHAT: dict[str, Phrase] = {
    "all": say("all sending"),
    "channel": say("channel"),
    "journey": say("journey"),
    "message": say("message"),
}


def pause_said(item: Pause, zone: Zone) -> Phrase:
    """One sentence: what, since when, by whom and why."""
    if item.what == "quarantine":
        return _quarantine_said(item, zone)
    what = say("{kind} `{name}`", kind=_WHAT[item.what], name=item.name) if item.name else _WHAT[item.what]
    said = say("{what} is paused since {since} by {who}", what=what, since=zone.iso(item.since), who=item.by)
    return (
        said
        if item.because is None
        else say("{first}: {because}", first=said, because=read_back(item.because))
    )


def paused_said(window: Window, row: sa.Row[Any], found: Sequence[Pause]) -> Phrase | None:
    """Why a message of the store that may go does not, of the pauses there are: somebody has stopped it."""
    columns = {"channel": row.channel, "journey": row.journey, "message": row.message}
    item = keeping(found, {what: window.name(number) for what, number in columns.items()})
    return None if item is None else pause_said(item, window.zone)


def _quarantine_said(item: Pause, zone: Zone) -> Phrase:
    said = say(
        "nothing leaves since {since}, {because} by {who}: `homing resume` lets all go, `--journey` one",
        since=zone.iso(item.since),
        because=item.because,
        who=item.by,
    )
    if not item.released:
        return said
    return say("{said} (so far {journeys})", said=said, journeys=all_of(item.released))
