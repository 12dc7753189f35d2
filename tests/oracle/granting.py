"""Who is given a benefit: one request after another, the best first, each asked whether there is one left."""

from datetime import datetime
from typing import Any

from dsl.model.model import Benefit
from dsl.units import Duration
from tests.oracle import moments
from tests.oracle.conditions import value_of
from tests.oracle.facts import Grant
from tests.oracle.moves import settle_one
from tests.oracle.world import Scope, World


def allot(now: datetime, world: World) -> None:
    """When everybody has moved: those who wait, by priority, rank and age."""
    waiting = [grant for grant in world.facts.grants if grant.status == "waiting"]
    for grant in sorted(waiting, key=lambda grant: _place(grant, now, world)):
        benefit = world.model.benefits[grant.benefit]
        if is_left(benefit, now, world):
            if benefit.approve_by:
                grant.status = "held"
            else:
                give(grant, now, world)
        elif grant.has_else:
            lose(grant, "spent", now, world)


def is_left(benefit: Benefit, now: datetime, world: World) -> bool:
    """Whether quota and stock have one more; what is held for a person counts as given."""
    same = [grant for grant in world.facts.grants if grant.benefit == benefit.name]
    held = sum(grant.status == "held" for grant in same)
    given = [grant.granted_at for grant in same if grant.status == "granted" and grant.granted_at]
    if benefit.stock is not None and held + len(given) >= benefit.stock:
        return False
    if benefit.quota is None:
        return True
    number, per = benefit.quota
    if isinstance(per, Duration):
        counted = [at for at in given if at > moments.shift(now, per, world.zone, back=True)]
    else:
        this = moments.period_of(now, per, world.zone)
        counted = [at for at in given if moments.period_of(at, per, world.zone) == this]
    return held + len(counted) < number


def give(grant: Grant, now: datetime, world: World) -> None:
    """The customer gets the benefit."""
    benefit = world.model.benefits[grant.benefit]
    grant.status, grant.granted_at = "granted", now
    if benefit.valid is not None:
        grant.last_day = moments.day_of(moments.shift(now, benefit.valid, world.zone), world.zone)
    _come_to_something(grant, now, world)


def lose(grant: Grant, status: Any, now: datetime, world: World) -> None:
    """The customer does not get it: none was left, or somebody refused."""
    grant.status = status
    _come_to_something(grant, now, world)


def _come_to_something(grant: Grant, now: datetime, world: World) -> None:
    """The state waits for it no more; the time of messages that did begins."""
    settle_one(grant, now)
    for message in world.facts.messages_of(grant.enrolment.customer):
        same = message.enrolment is grant.enrolment and message.visit == grant.visit
        if same and message.status == "waiting" and message.until is None:
            message.created_at = now


def _place(grant: Grant, now: datetime, world: World) -> tuple[Any, ...]:
    enrolment = grant.enrolment
    journey, customer = world.model.journeys[enrolment.journey], world.facts.customers[enrolment.customer]
    rank = (
        None
        if journey.rank is None
        else value_of(journey.rank, Scope(world, now, customer, enrolment.record))
    )
    return (
        -journey.priority, rank is None, -(rank or 0), grant.created_at, customer.number, journey.name,
        enrolment.record_number, enrolment.occurrence, grant.visit, grant.action,
    )  # fmt: skip
