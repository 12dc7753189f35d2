"""When journeys that let people in only at certain times, or only so many, let them in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from croniter import croniter

from dsl.model.journeys import Journey
from engine.calendars.zone import Zone
from engine.conditions.world import Clockwork

MINUTE = 60_000  # milliseconds

_LONGEST_GAP = 86_400_000
"""Milliseconds: no change of a clock has skipped more than a day."""


def fires(journey: Journey, clock: Clockwork, zone: Zone, *, first: bool) -> bool:
    """Whether this run lets people in: no times are written, or one of them lies since the run before.

    The very first run counts the minute before it. Times are read on the wall clock, so that an hour that
    comes twice fires once.
    """
    if journey.only_at is None:
        return True
    before = clock.now - MINUTE if first else clock.before_at
    return before < last_firing(journey.only_at, clock.now, zone) <= clock.now


def firings_after(cron: str, after: int, zone: Zone) -> Iterator[int]:
    """The firings of a cron line after an instant, in order, without end. Read on the wall clock."""
    start: datetime = zone.local(after).replace(tzinfo=None)
    if zone.changes(after - _LONGEST_GAP, after + 1):  # what a gap skipped may be still to come
        start -= timedelta(milliseconds=_LONGEST_GAP)
    coming = croniter(cron, start)
    while True:
        firing = zone.instant(coming.get_next(datetime))
        if firing > after:  # else an hour that comes twice
            yield firing


def last_firing(cron: str, now: int, zone: Zone) -> int:
    """The latest firing of a cron line at or before an instant."""
    wall: datetime = zone.local(now).replace(tzinfo=None)
    previous: datetime = croniter(cron, wall + timedelta(milliseconds=1)).get_prev(datetime)
    return zone.instant(previous)
