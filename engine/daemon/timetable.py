"""When runs take place: the firings of the schedule, on the wall clock of the business zone. Pure."""

from collections.abc import Iterable

from engine.calendars.zone import Zone
from engine.running.firing import firings_after


def next_firing(schedule: Iterable[str], after: int, zone: Zone) -> int:
    """The first firing of some cron lines after an instant: several that were missed are one."""
    return min(next(firings_after(line, after, zone)) for line in schedule)
