"""Whom a step of a run looks at, for one journey: what fills the temporary table `looked`.

At first those are they whom the change set names for the journey, and whom the journeys before it have stirred; then
only those who were stirred since.
"""

from collections.abc import Sequence
from functools import partial

import sqlalchemy as sa

from dsl.model.journeys import Journey
from engine.conditions import moments
from engine.plans.work import Steps, Work
from engine.plans.working import batch, due, stirred
from engine.storage.schema import Instant

FIRST = sa.bindparam("first_customer", type_=Instant, required=True)
"""The customers of the batch lie above this number and not above `LAST`."""

LAST = sa.bindparam("last_customer", type_=Instant, required=True)

_AFTER = sa.bindparam("after_step", type_=Instant, required=True)
_UP_TO = sa.bindparam("up_to_step", type_=Instant, required=True)


def look(work: Work, journey: Journey, steps: Steps) -> int:
    """Look at these customers from now on, for a journey; how many they are."""
    work.values["after_step"], work.values["up_to_step"] = steps or (0, work.step)
    if steps is not None:
        return work.look(("look at stirred",), steps, _stirred_between)
    if work.full:
        return work.look(("look at batch",), None, lambda: sa.select(batch))
    concerned = partial(_concerned, work.plan.circles.around(journey.name), stirring=work.step > 0)
    return work.look(("look at concerned", journey.name, work.step > 0), (0, work.step), concerned)


def look_at_all(work: Work, journey: Journey) -> int:
    """Look at all whom the run will look at for a journey, before the first batch; how many they are."""
    if work.full:
        everybody = work.plan.tables.customer
        return work.look(("look at everybody",), None, lambda: sa.select(everybody.c.customer))
    own = _in_circles(work.plan.circles.around(journey.name))
    return work.look(
        ("look at due", journey.name), None, lambda: sa.select(due.c.customer).distinct().where(own)
    )


def _stirred_between() -> sa.Select[int]:
    return sa.select(stirred.c.customer).distinct().where(stirred.c.step > _AFTER, stirred.c.step <= _UP_TO)


def _concerned(circles: Sequence[int], *, stirring: bool) -> sa.Select[int] | sa.CompoundSelect[int]:
    """Those of the batch whom the change set names for some circles, and those stirred if there are any."""
    here = (due.c.customer > FIRST, due.c.customer <= LAST)
    named = sa.select(due.c.customer).where(*here, _in_circles(circles))
    return sa.union(named, _stirred_between()) if stirring else named.distinct()


def _in_circles(circles: Sequence[int]) -> sa.ColumnElement[bool]:
    return due.c.circle.in_([moments.integer(circle) for circle in circles])
