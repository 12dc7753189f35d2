"""Whom a step of a run looks at: what fills the temporary table `looked`.

At first those are they whom the change set names for those under way in a journey, or for its way in, and whom the
journeys before it have stirred; then only those who were stirred since.
"""

from functools import partial

import sqlalchemy as sa

from engine.conditions import moments
from engine.plans.circles import Circles
from engine.plans.watching import Scope
from engine.plans.work import Steps, Work
from engine.plans.working import batch, due, stirred
from engine.storage.schema import Instant

FIRST = sa.bindparam("first_customer", type_=Instant, required=True)
"""The customers of the batch lie above this number and not above `LAST`."""

LAST = sa.bindparam("last_customer", type_=Instant, required=True)

_AFTER = sa.bindparam("after_step", type_=Instant, required=True)
_UP_TO = sa.bindparam("up_to_step", type_=Instant, required=True)


def look(work: Work, scope: Scope, steps: Steps) -> int:
    """Look at these customers from now on, for what a scope asks; how many they are."""
    if steps is not None:
        return look_at_stirred(work, steps)
    if work.full:
        return work.look(("look at batch",), None, lambda: sa.select(batch))
    work.values["after_step"], work.values["up_to_step"] = 0, work.step
    concerned = partial(_concerned, work.plan.circles, scope, stirring=work.step > 0)
    return work.look(("look at concerned", *scope, work.step > 0), (0, work.step), concerned)


def look_at_stirred(work: Work, steps: tuple[int, int]) -> int:
    """Look at those who were stirred after the first and up to the second step; how many they are."""
    work.values["after_step"], work.values["up_to_step"] = steps
    return work.look(("look at stirred",), steps, _stirred_between)


def look_at_all(work: Work, scope: Scope) -> int:
    """Look at all whom the run will look at for what a scope asks, before the first batch; how many they are."""
    if work.full:
        everybody = work.plan.tables.customer
        return work.look(("look at everybody",), None, lambda: sa.select(everybody.c.customer))
    return work.look(("look at due", *scope), None, partial(_all_concerned, work.plan.circles, scope))


def _all_concerned(circles: Circles, scope: Scope) -> sa.Select[int]:
    """Those whom the change set names for a scope."""
    return sa.select(due.c.customer).distinct().where(_around(circles, scope))


def _stirred_between() -> sa.Select[int]:
    return sa.select(stirred.c.customer).distinct().where(stirred.c.step > _AFTER, stirred.c.step <= _UP_TO)


def _concerned(circles: Circles, scope: Scope, *, stirring: bool) -> sa.Select[int] | sa.CompoundSelect[int]:
    """Those of the batch whom the change set names for a scope, and those stirred if there are any."""
    here = (due.c.customer > FIRST, due.c.customer <= LAST)
    named = sa.select(due.c.customer).where(*here, _around(circles, scope))
    return sa.union(named, _stirred_between()) if stirring else named.distinct()


def _around(circles: Circles, scope: Scope) -> sa.ColumnElement[bool]:
    return due.c.circle.in_([moments.integer(circle) for circle in circles.around(scope)])
