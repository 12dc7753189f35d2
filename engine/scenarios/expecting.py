"""Whether what a scenario expects is so. Looks only; how it came about is told by `engine.scenarios.telling`."""

from dataclasses import dataclass, field
from functools import singledispatch

import sqlalchemy as sa

from dsl.model import scenarios as m
from dsl.units import Duration
from engine.calendars.zone import Zone
from engine.plans.plan import Plan
from engine.scenarios.finding import (
    asked,
    gone,
    held_up,
    is_meant,
    open_tasks,
    outcomes,
    place_names,
    places,
)
from engine.storage.arrivals import arrivals


@dataclass(slots=True)
class Notes:
    """What expectations remember: up to where messages have been expected, and how much there had been."""

    sent: dict[tuple[m.Who, str], int] = field(default_factory=dict)
    done: dict[m.Who, tuple[int, int]] = field(default_factory=dict)

    def step_over(self, connection: sa.Connection, plan: Plan, who: m.Who) -> None:
        """A step is over: what comes from now on is news to the next one."""
        self.done[who] = _amount(connection, plan, who)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a customer. `now`: when, an instant."""

    connection: sa.Connection
    plan: Plan
    notes: Notes
    who: m.Who
    now: int


@singledispatch
def holds(expected: m.Expectation, look: Look) -> bool:
    """Whether an expectation holds."""
    raise NotImplementedError(type(expected).__name__, look)


@holds.register
def _(expected: m.Sent, look: Look) -> bool:
    key = look.who, expected.message
    since = look.notes.sent.get(key, 0)
    found = [
        one
        for one in gone(look.connection, look.plan, look.who, expected.message)
        if one.seq > since and is_meant(one, expected)
    ]
    if found and not expected.negated:
        look.notes.sent[key] = arrivals(look.connection)
    return bool(found) is not expected.negated


@holds.register
def _(expected: m.InState, look: Look) -> bool:
    found = places(look.connection, look.plan, look.who)
    return any(expected.name in place_names(journey, state) for journey, state in found)


@holds.register
def _(expected: m.Ended, look: Look) -> bool:
    return expected.outcome in outcomes(look.connection, look.plan, look.who)


@holds.register
def _(expected: m.Asked, look: Look) -> bool:
    return expected.task in open_tasks(look.connection, look.plan, look.who)


@holds.register
def _(expected: m.Waiting, look: Look) -> bool:
    found = held_up(look.connection, look.plan, look.who)
    return any(name == expected.message and (expected.because or "") in because for name, because, _ in found)


@holds.register
def _(expected: m.Granted, look: Look) -> bool:
    del expected, look  # nobody is granted a benefit yet
    return False


@holds.register
def _(expected: m.Nothing, look: Look) -> bool:
    del expected
    before = look.notes.done.get(look.who, (0, 0))
    return _amount(look.connection, look.plan, look.who) == before


@holds.register
def _(expected: m.AtMost, look: Look) -> bool:
    times = [one.at for one in gone(look.connection, look.plan, look.who)]
    return _most(times, expected.per, look.plan.world.zone) <= expected.count


def _most(times: list[int], per: Duration, zone: Zone) -> int:
    """The greatest number of instants, in order, within any time of that length."""
    within = ([t for t in times[first:] if t < zone.shift(start, per)] for first, start in enumerate(times))
    return max(map(len, within), default=0)


def _amount(connection: sa.Connection, plan: Plan, who: m.Who) -> tuple[int, int]:
    return len(gone(connection, plan, who)), asked(connection, plan, who)
