"""When time alone lets somebody into a journey: the moments of the change set, and `enter` asked again at each."""

from dataclasses import replace

from dsl.model.journeys import Journey
from engine.explaining.inquiry import ITS_CUSTOMER, Inquiry
from engine.explaining.outside import standings
from engine.plans.coming import Gap, ask, coming, starts
from engine.plans.watching import Watches, watches

_TRIES = 12
"""Moments that are looked at, the next ones."""

_AHEAD = 400 * 86_400_000  # milliseconds


def comes_in_at(inquiry: Inquiry, journey: Journey, record: int) -> int | None:
    """The first moment at which `enter` holds if nothing happens until then; None when none is near."""
    alone = replace(journey, states=(), goal=None)
    watched = watches(replace(inquiry.plan.model, journeys={journey.name: alone}, policies={}))
    at = inquiry.at
    for _ in range(_TRIES):
        moment = _next(inquiry, journey, watched, Gap(at, inquiry.at + _AHEAD, inquiry.world.zone))
        if moment is None:
            return None
        standing = standings(replace(inquiry, at=moment), journey).get(record)
        if standing is None or standing.enter is None or standing.enter.holds:
            return moment
        at = moment
    return None


def _next(inquiry: Inquiry, journey: Journey, watched: Watches, gap: Gap) -> int | None:
    """The next moment at which the answer may be another, by time and this customer's facts."""
    first = starts(watched, gap)
    (row,) = inquiry.rows(
        ("coming", journey.name), lambda: ask(inquiry.world, watched, ITS_CUSTOMER), **first
    )
    moments = (moment for moment in coming(watched, row, gap) if moment is not None)
    return min((moment for moment in moments if gap.after < moment <= gap.until), default=None)
