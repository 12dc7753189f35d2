"""When a run next has something to do: what virtual time jumps to, and how long a daemon may sleep.

Told of what the store holds now; what comes in later is due when it comes.
"""

from collections.abc import Iterator
from functools import partial

import sqlalchemy as sa

from dsl.model.journeys import Journey
from dsl.model.model import Benefit
from engine.calendars.zone import Zone
from engine.permits import quotas
from engine.plans.coming import Gap, ask, coming, starts
from engine.plans.plan import Plan
from engine.running import granting
from engine.running.admitting import entered_since, period_began
from engine.running.firing import firings_after
from engine.storage.schema import enrolment, entry_queue


def next_due(connection: sa.Connection, plan: Plan, after: int, until: int) -> int | None:
    """The first moment after a run at `after` at which another may find something to do; None: none up to `until`.

    Sometimes too early, never too late.
    """
    gap = Gap(after, until, plan.world.zone)
    statement = plan.statement(("next due",), lambda: ask(plan.world, plan.watches))
    assert statement is not None  # noqa: S101  # there is always something to ask for
    (row,) = statement.rows(connection, starts(plan.watches, gap))
    found = [
        *coming(plan.watches, row, gap),
        *_admissions(connection, plan, gap),
        *_next_quotas(connection, plan, gap),
    ]
    return min((moment for moment in found if moment is not None and after < moment <= until), default=None)


def _admissions(connection: sa.Connection, plan: Plan, gap: Gap) -> Iterator[int | None]:
    """When those who stand in a queue may be let in, and when a door opens, whoever waits there.

    A run after a firing lets in who qualifies by then: without one at the firing, those who did not when it came.
    """
    for journey in (journey for journey in plan.journeys if journey.limited):
        if journey.only_at is not None:
            yield next(firings_after(journey.only_at, gap.after, gap.zone))
            continue
        number = plan.world.number("journey", journey.name)
        waiting = sa.select(entry_queue.c.customer).where(entry_queue.c.journey == number).limit(1)
        if connection.scalar(waiting) is None:
            continue
        yield _room(connection, plan, journey, gap)


def _next_quotas(connection: sa.Connection, plan: Plan, gap: Gap) -> Iterator[int | None]:
    """When there is room again in the quotas of benefits that somebody waits for."""
    for benefit in granting.wanted(connection, plan):
        number = plan.world.number("benefit", benefit.name)
        first = quotas.first_counted(connection, number, gap.zone, benefit, gap.after)
        yield None if first is None else gap.first(partial(_counts_no_more, gap.zone, benefit, first))


def _counts_no_more(zone: Zone, benefit: Benefit, given: int, now: int) -> bool:
    return quotas.period_began(zone, benefit, now) > given


def _room(connection: sa.Connection, plan: Plan, journey: Journey, gap: Gap) -> int | None:
    """When a journey with a limit lets in more than it does now."""
    since = period_began(gap.zone, journey, gap.after)
    counted = entered_since(plan.world, journey).with_only_columns(sa.func.min(enrolment.c.entered_at))
    first = connection.scalar(counted, {"since": since})
    return None if first is None else gap.first(lambda now: period_began(gap.zone, journey, now) > first)
