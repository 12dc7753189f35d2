"""A project on a copy of its database: rules can be applied there, and time can pass, without anybody noticing.

Runs take place at firings of the schedule, as they do in production, and not where nothing can happen. Where there are
many customers somebody is due at nearly each: then the first in every so many hours will do, and the first after every
clock time that rules name. Every message that may go is accepted by its channel, and goes nowhere.
"""

import gc
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import sqlalchemy as sa

from engine.channels.protocol import Accepted, Capabilities, InTime, Outcome, Outgoing
from engine.delivery.delivery import Delivery
from engine.permits.overseeing import take_pilots_for_granted
from engine.planning.firings import clocks_of, firings, thinned
from engine.projects.project import Project
from engine.projects.project_turn import Engine, take_turn
from engine.running.next_due import next_due
from engine.storage.bulk import many_objects
from engine.storage.customers import customer
from engine.storage.snapshot import copied

BATCH = 5_000
"""Messages accepted in one go."""

_TIDIED = 50
"""Turns after which circular garbage is looked for; after every few thousand objects it takes a twelfth of the time."""

_PACES = ((2_000, None), (20_000, 1), (2**62, 12))
"""Up to so many customers, every firing of the schedule may be a turn (None), or one in so many hours."""


class Accepting:
    """A channel that takes everything and keeps nothing."""

    capabilities = Capabilities(batch=BATCH)

    def send(self, batch: Sequence[Outgoing], _: InTime) -> Sequence[Outcome]:
        """All are accepted."""
        return [Accepted()] * len(batch)

    def close(self) -> None:
        """There is nothing to give back."""


@contextmanager
def on_a_copy(project: Project) -> Iterator[Project]:
    """The project with a copy of its database as it is now, to which anybody may apply rules."""
    with copied(project.store, project.folder) as store:
        yield replace(project, config=replace(project.config, apply_by=()), store=store)


def untold(_: int) -> None:
    """Nobody asks how far time has come."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `after` (without it) until `until`, both instants. `told` is told how far time has come."""

    after: int
    until: int
    told: Callable[[int], None] = untold


@dataclass(frozen=True, slots=True)
class News:
    """What people say or do at an instant; `happen` does it on the copy, at the time of the turn after it."""

    at: int
    happen: Callable[[Engine, int], None]


def let_time_pass(engine: Engine, period: Period, news: Sequence[News] = ()) -> int:
    """Take the turns that the schedule asks for in a period and that may find something to do; how many there were.

    `news` come in meanwhile, in their order.
    """
    with many_objects():
        return _passed(engine, period, news)


def _passed(engine: Engine, period: Period, news: Sequence[News]) -> int:
    with engine.project.store.write() as connection:
        take_pilots_for_granted(connection, engine.plan, period.after)
    turns, place, heard = 0, 0, 0
    deliver, times = _accepting(engine), _times(engine, period)
    while place < len(times):
        at = times[place]
        while heard < len(news) and news[heard].at <= at:
            news[heard].happen(engine, at)
            heard += 1
        take_turn(engine, at, deliver)
        period.told(at)
        turns += 1
        if turns % _TIDIED == 0:
            gc.collect()
        coming = [item.at for item in news[heard : heard + 1]]
        place = bisect_left(
            times, min([*_due(engine, at, period.until), *coming], default=period.until + 1), place + 1
        )
    return turns


def _due(engine: Engine, at: int, until: int) -> list[int]:
    with engine.project.store.read() as connection:
        due = next_due(connection, engine.plan, at, until)
    return [] if due is None else [due]


def pace(project: Project) -> int | None:
    """A turn in so many hours at most, and at the clock times of rules; None: at every firing of the schedule."""
    with project.store.read() as connection:
        known = sa.inspect(connection).has_table(customer.name)
        people = connection.scalar(sa.select(sa.func.count()).select_from(customer)) if known else 0
    return next(hours for most, hours in _PACES if (people or 0) <= most)


def _times(engine: Engine, period: Period) -> list[int]:
    """When turns may take place."""
    config, hours = engine.project.config, pace(engine.project)
    found = firings(config.schedule, config.zone, period.after, period.until)
    return thinned(found, hours, clocks_of(engine.release.model), config.zone) if hours else found


def _accepting(engine: Engine) -> Delivery:
    channels = {name: Accepting() for name in engine.project.config.channels}
    return Delivery(engine.project.store, engine.plan, engine.permits, channels, alone=True, batch=BATCH)
