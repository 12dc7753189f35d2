"""Whether what a scenario expects is so. Looks only; how it came about is told by `engine.scenarios.telling`."""

from dataclasses import dataclass, field
from functools import singledispatch

import sqlalchemy as sa

from dsl.model import scenarios as m
from dsl.units import Duration
from engine.plans.plan import Plan
from engine.scenarios.asking import ask
from engine.scenarios.finding import (
    Given,
    Gone,
    Opened,
    given,
    gone,
    held_up,
    is_meant,
    open_tasks,
    opened,
    outcomes,
    place_names,
    places,
)
from engine.storage.arrivals import arrivals


@dataclass(slots=True)
class Notes:
    """What expectations remember: up to where messages have been expected, and how much there had been."""

    sent: dict[tuple[m.Who, str], int] = field(default_factory=dict)
    done: dict[m.Who, tuple[int, int, int]] = field(default_factory=dict)

    def step_over(self, connection: sa.Connection, plan: Plan, who: m.Who) -> None:
        """What comes from now on is news to the next step."""
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
    found = since_expected(expected, look)
    if found and not expected.negated:
        look.notes.sent[look.who, expected.message] = arrivals(look.connection)
    return bool(found) is not expected.negated


@holds.register
def _(expected: m.InState, look: Look) -> bool:
    found = places(look.connection, look.plan, look.who)
    return any(expected.name in place_names(journey, state) for journey, state in found)


@holds.register
def _(expected: m.Ended, look: Look) -> bool:
    return any(outcome == expected.outcome for _, outcome in outcomes(look.connection, look.plan, look.who))


@holds.register
def _(expected: m.Asked, look: Look) -> bool:
    return expected.task in open_tasks(look.connection, look.plan, look.who)


@holds.register
def _(expected: m.Waiting, look: Look) -> bool:
    found = held_up(look.connection, look.plan, look.who)
    return any(name == expected.message and (expected.because or "") in because for name, because, _ in found)


@holds.register
def _(expected: m.Granted, look: Look) -> bool:
    found = given(look.connection, look.plan, look.who)
    return any(one.benefit == expected.benefit for one in found)


@holds.register
def _(expected: m.Holds, look: Look) -> bool:
    found = ask(look.connection, look.plan, look.who, expected, look.now)
    return found is not None and found.holds


@holds.register
def _(expected: m.Nothing, look: Look) -> bool:
    del expected
    return not news(look)


@holds.register
def _(expected: m.AtMost, look: Look) -> bool:
    return len(most_within(look, expected.per)) <= expected.count


def since_expected(expected: m.Sent, look: Look) -> list[Gone]:
    """What has gone of a message, that way and with those words, since it was last expected."""
    since = look.notes.sent.get((look.who, expected.message), 0)
    found = gone(look.connection, look.plan, look.who, expected.message)
    return [one for one in found if one.seq > since and is_meant(one, expected)]


def news(look: Look) -> list[Gone | Opened | Given]:
    """The messages that have gone, the tasks opened and the benefits given since the step before."""
    messages, tasks, grants = look.notes.done.get(look.who, (0, 0, 0))
    sent = gone(look.connection, look.plan, look.who)[messages:]
    asked = opened(look.connection, look.plan, look.who)[tasks:]
    return [*sent, *asked, *given(look.connection, look.plan, look.who)[grants:]]


def most_within(look: Look, per: Duration) -> list[Gone]:
    """The most messages that went within any time of that length, in order."""
    sent, zone = gone(look.connection, look.plan, look.who), look.plan.world.zone
    within = (
        [one for one in sent[first:] if one.at < zone.shift(start.at, per)]
        for first, start in enumerate(sent)
    )
    return max(within, key=len, default=[])


def _amount(connection: sa.Connection, plan: Plan, who: m.Who) -> tuple[int, int, int]:
    found = (gone(connection, plan, who), opened(connection, plan, who), given(connection, plan, who))
    return len(found[0]), len(found[1]), len(found[2])
