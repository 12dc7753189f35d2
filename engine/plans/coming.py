"""When time alone next makes anybody behave differently: the ranges of the change set, asked forwards.

A moment may be told too early, never too late: a run at it that finds nothing to do costs little.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from dsl.model.known_events import RECORDED_BY_ENGINE
from engine.calendars.zone import HOUR, Zone
from engine.conditions import moments
from engine.conditions.moments import Sql
from engine.conditions.world import World
from engine.plans.changes import stored
from engine.plans.crossings import Common, Crossing, Passing
from engine.plans.watching import Watches
from engine.storage.schema import OPEN_MESSAGE, Instant, enrolment, message
from engine.storage.states import MessageStatus

AFTER = sa.bindparam("after", type_=Instant, required=True)

_AGES = 400 * 366  # days: further than any value lies from a moment of use


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between a run and the last moment of interest, both as instants; the run itself lies before it."""

    after: int
    until: int
    zone: Zone

    def first(self, holds: Callable[[int], bool]) -> int | None:
        """The first instant at which something holds that, once it does, goes on doing so; None when it never does."""
        found = bisect_left(range(self.after + 1, self.until + 1), True, key=holds) + self.after + 1
        return found if found <= self.until else None

    @property
    def midnight(self) -> int:
        """The next day's beginning."""
        return self.zone.midnight(self.zone.day(self.after) + 1)


def ask(world: World, watches: Watches, whose: Sql | None = None) -> sa.Select[Any]:
    """One row: what is due next of wake-ups, messages and events, then for each crossing the value that it meets next.

    Of everybody, or of one customer alone. Wants the parameters `after` and those of `starts`.
    """
    wake, waiting = enrolment.c.wake_at, (MessageStatus.WAITING, MessageStatus.HELD, MessageStatus.READY)
    instants = [
        sa.select(sa.func.min(wake)).where(wake > AFTER, *_of(enrolment.c.customer, whose)),
        *(_until(status, whose) for status in waiting),
    ]
    for kind in sorted(watches.kinds.keys() - RECORDED_BY_ENGINE):
        rows = world.tables.events[kind].alias()
        instants.append(
            sa.select(sa.func.min(rows.c.at)).where(rows.c.at > AFTER, *_of(rows.c.customer, whose))
        )
    met = [_met(world, item, place, whose) for place, item in enumerate(watches.crossings)]
    columns: list[Any] = [*(one.scalar_subquery() for one in instants), *met]
    return sa.select(*columns)


def _of(customer: Sql, whose: Sql | None) -> list[Sql]:
    return [] if whose is None else [customer == whose]


def starts(watches: Watches, gap: Gap) -> dict[str, int]:
    """The parameters of `ask`: from which value on a crossing is still to come."""
    found = {"after": gap.after}
    for place, crossing in enumerate(watches.crossings):
        found[f"from_{place}"] = _first_value(crossing, gap)
    return found


def coming(watches: Watches, row: tuple[int | None, ...], gap: Gap) -> Iterator[int | None]:
    """The moments that may change something, by the answer to `ask`."""
    crossings = list(watches.crossings)
    yield from row[: -len(crossings)] if crossings else row
    for crossing, value in zip(crossings, row[-len(crossings) :] if crossings else (), strict=True):
        if value is not None:
            yield _passed(crossing, value, gap)
    for common, _ in watches.common:
        yield _changed(common, gap)
    if watches.daily:
        yield gap.midnight
    if watches.always:
        yield (gap.after // HOUR + 1) * HOUR


def _until(status: MessageStatus, whose: Sql | None) -> sa.Select[int]:
    own = (OPEN_MESSAGE, message.c.status == moments.integer(status), message.c.until > AFTER)
    return sa.select(sa.func.min(message.c.until)).where(*own, *_of(message.c.customer, whose))


def _met(world: World, crossing: Crossing | Passing, place: int, whose: Sql | None) -> sa.ColumnElement[int]:
    rows, customer, value = stored(world, crossing.column)
    start = sa.bindparam(f"from_{place}", type_=Instant, required=True)
    these = (value >= start, *_of(customer, whose))
    return sa.select(sa.func.min(value)).select_from(rows).where(*these).scalar_subquery()


def _first_value(crossing: Crossing | Passing, gap: Gap) -> int:
    """The least value of the column that the boundary has not gone beyond at the run; what returns may be any."""
    if crossing.returns:
        return gap.zone.day(gap.after) - _AGES
    assert isinstance(crossing, Crossing)  # noqa: S101
    return _first(crossing, gap, days=crossing.column.date)


def _passed(crossing: Crossing | Passing, value: int, gap: Gap) -> int | None:
    """When the boundary comes to a value, or leaves it when it is there; to any day, where days return."""
    if isinstance(crossing, Passing):
        return gap.midnight
    if crossing.returns:
        returning = replace(crossing, column=replace(crossing.column, date=True), returns=False)
        moved = _passed(returning, _first(returning, gap, days=True), gap)
        return gap.midnight if moved is None else min(moved, gap.midnight)
    place = _place(crossing, value, gap.zone)
    if place > _boundary(crossing, gap.after, gap.zone):
        return gap.first(lambda instant: _boundary(crossing, instant, gap.zone) >= place)
    return gap.first(lambda instant: _boundary(crossing, instant, gap.zone) > place)


def _first(crossing: Crossing, gap: Gap, *, days: bool) -> int:
    """The least value, a day or an instant, whose place the boundary has not gone beyond at the run."""
    today = gap.zone.day(gap.after)
    ends = (today - _AGES, today + _AGES)
    low, high = ends if days else (gap.zone.midnight(ends[0]), gap.zone.midnight(ends[1]))
    reached = _boundary(crossing, gap.after, gap.zone)
    return bisect_left(range(low, high), reached, key=lambda value: _place(crossing, value, gap.zone)) + low


def _boundary(crossing: Crossing, instant: int, zone: Zone) -> float:
    """Where the boundary lies at an instant: an instant, or a day."""
    return crossing.moving.at(instant, zone) if crossing.days is None else zone.day(instant) + crossing.days


def _place(crossing: Crossing, value: int, zone: Zone) -> int:
    """Where a value of the column lies, in what the boundary is told in."""
    instant = zone.midnight(value) if crossing.column.date else value
    for duration, back in crossing.steps:
        instant = zone.shift(instant, duration, back=back)
    return instant if crossing.days is None else zone.day(instant)


def _changed(common: Common, gap: Gap) -> int | None:
    return gap.first(lambda instant: common.changed(gap.after, instant, gap.zone))
