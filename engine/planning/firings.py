"""When runs take place: the firings of the schedule, all of them or as few as will do. Knows no store."""

from collections.abc import Iterable
from itertools import takewhile

from dsl.model.journeys import After, At, Send
from dsl.model.model import Model
from dsl.units import Clock
from engine.calendars.zone import HOUR, Zone
from engine.running.firing import firings_after


def firings(schedule: Iterable[str], zone: Zone, after: int, until: int) -> list[int]:
    """The firings of some cron lines after an instant and up to another, in order. Read on the wall clock."""
    lines = (takewhile(lambda at: at <= until, firings_after(line, after, zone)) for line in schedule)
    return sorted({at for line in lines for at in line})


def thinned(times: Iterable[int], hours: int, clocks: Iterable[Clock], zone: Zone) -> list[int]:
    """Of these times, the first in each so many hours of the day, and the first at or after each clock time."""
    found, before = [], 0
    for at in times:
        if zone.wall(at) // (hours * HOUR) != zone.wall(before) // (hours * HOUR) or any(
            before < zone.clock_on_day(at, clock) <= at for clock in clocks
        ):
            found.append(at)
        before = at
    return found


def clocks_of(model: Model) -> tuple[Clock, ...]:
    """The clock times at which rules let messages go and time moves people on."""
    states = [state for journey in model.journeys.values() for state in journey.states]
    found = {line.window.start for policy in model.policies.values() for line in policy.windows}
    for state in states:
        sends = (action for action in state.actions if isinstance(action, Send))
        found |= {window.start for send in sends for window in send.during}
        timed = (way for way in state.transitions if isinstance(way, After | At))
        found |= {way.clock for way in timed if way.clock is not None}
    return tuple(sorted(found))
