"""Returns: what journeys cost, what customers spent because of them, by those held out, and whether that was worth it.

Money comes from what data hold: events with a field of money, benefits redeemed; costs from homing.toml. Knows nothing
of what customers would spend later than in the goal's time.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from math import sqrt
from operator import add
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.model.journeys import Goal, Journey
from engine.conditions import moments
from engine.reports.study import Row, Study
from engine.storage.benefit_tables import grant
from engine.storage.declared import column_name
from engine.storage.flow_tables import SENT_MESSAGE
from engine.storage.schema import SUBJECT, enrolment, message, task
from engine.storage.states import TaskStatus

_CERTAIN = 1.959964
"""Standard deviations on either side of 95 of 100."""

_MINOR = 100
"""Minor units of money in a major one."""


class Spenders(NamedTuple):
    """So many customers, what they spent each on the average, and how far from that they are: in major units."""

    number: int
    mean: float
    variance: float


def returns(study: Study) -> Iterator[Row]:
    """A line for each journey with a goal: of those who came in so long ago that its time was over in the period."""
    for journey in study.window.model.ordered_journeys():
        if journey.goal is not None:
            yield _returned(study, journey, journey.goal)


def _returned(study: Study, journey: Journey, goal: Goal) -> Row:
    """`extra`: what those treated spent more than as many of those held out; None where there is nobody to compare."""
    treated, held_out = (_spent(study, journey, goal, held=held) for held in (False, True))
    parts = {
        "messages_cost": _messages(study, journey, goal),
        "tasks_cost": _tasks(study, journey, goal),
        "benefits_cost": _benefits(study, journey, goal),
    }
    cost = reduce(add, parts.values())
    low, extra, high = _extra(treated, held_out)
    roi = [_roi(one, cost, study.window.config.costs.margin) for one in (extra, low, high)]
    return {
        "journey": journey.name,
        "customers": treated.number,
        "held_out": held_out.number,
        "spent_each": round(treated.mean, 2) if treated.number else None,
        "held_out_spent_each": round(held_out.mean, 2) if held_out.number else None,
        "extra": extra,
        **{name: float(one) for name, one in parts.items()},
        "cost": float(cost),
        **dict(zip(("roi", "roi_at_least", "roi_at_most"), roi, strict=True)),
    }


def _extra(treated: Spenders, held_out: Spenders) -> tuple[float | None, float | None, float | None]:
    """By Welch's interval; at least two on each side, else nobody knows how far apart customers are."""
    if min(treated.number, held_out.number) < 2:
        return None, None, None
    each = treated.mean - held_out.mean
    half = _CERTAIN * sqrt(treated.variance / treated.number + held_out.variance / held_out.number)
    low, middle, high = (round(treated.number * one, 2) for one in (each - half, each, each + half))
    return low, middle, high


def _roi(extra: float | None, cost: Decimal, margin: Decimal) -> float | None:
    """What is left of it once it is paid, for each unit that it cost; None where it cost nothing."""
    if extra is None or not cost:
        return None
    return round((extra * float(margin) - float(cost)) / float(cost), 4)


def _those(study: Study, journey: Journey, goal: Goal, *, held: bool) -> tuple[sa.ColumnElement[bool], ...]:
    first, last = (study.window.zone.shift(at, goal.duration, back=True) for at in (study.since, study.until))
    return (
        enrolment.c.journey == study.window.symbols.known("journey", journey.name),
        enrolment.c.entered_at >= first,
        enrolment.c.entered_at < last,
        enrolment.c.visit == 0 if held else enrolment.c.visit > 0,
    )


def _spent(study: Study, journey: Journey, goal: Goal, *, held: bool) -> Spenders:
    """What they spent between coming in and the end of the goal's time."""
    amounts = reduce(add, _sums(study, goal), sa.literal(0))
    mine = sa.select(amounts.label("amount")).where(*_those(study, journey, goal, held=held)).subquery()
    amount = sa.cast(mine.c.amount, sa.Double()) / _MINOR
    ((number, total, squares),) = study.ask(
        sa.select(sa.func.count(), sa.func.sum(amount), sa.func.sum(amount * amount)).select_from(mine)
    )
    mean = total / number if number else 0.0
    variance = max(squares - number * mean * mean, 0.0) / (number - 1) if number > 1 else 0.0
    return Spenders(number, mean, variance)


def _sums(study: Study, goal: Goal) -> Iterator[sa.ColumnElement[Any]]:
    """What of each kind of purchase, by its first field of money."""
    until = moments.shift(study.window.zone, enrolment.c.entered_at, goal.duration, back=False)
    for kind in study.window.model.purchases:
        fields = study.window.model.events[kind].fields
        amount = next(field.name for field in fields if field.type.kind == "money")
        rows = study.window.tables.events[kind].alias()
        these = (
            rows.c.customer == enrolment.c.customer,
            rows.c.at > enrolment.c.entered_at,
            rows.c.at <= until,
        )
        total = sa.func.coalesce(sa.func.sum(rows.c[column_name(amount)]), 0)
        yield sa.select(total).where(*these).correlate(enrolment).scalar_subquery()


def _of(
    study: Study, journey: Journey, goal: Goal, rows: sa.Table, *what: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """What there is of the runs of those treated."""
    same = sa.and_(*(rows.c[name] == enrolment.c[name] for name in SUBJECT))
    joined = sa.select(*what).select_from(enrolment).join(rows, same)
    return joined.where(*_those(study, journey, goal, held=False))


def _messages(study: Study, journey: Journey, goal: Goal) -> Decimal:
    query = _of(study, journey, goal, message, message.c.channel, sa.func.count())
    channels = study.window.config.channels
    return sum(
        (
            number * channels[name].cost
            for channel, number in study.ask(query.where(SENT_MESSAGE).group_by(message.c.channel))
            if (name := study.window.name(channel) or "") in channels
        ),
        Decimal(0),
    )


def _tasks(study: Study, journey: Journey, goal: Goal) -> Decimal:
    query = _of(study, journey, goal, task, sa.func.count()).where(task.c.status == int(TaskStatus.DONE))
    ((number,),) = study.ask(query)
    return study.window.config.costs.task * int(number)


def _benefits(study: Study, journey: Journey, goal: Goal) -> Decimal:
    total = sa.func.coalesce(sa.func.sum(grant.c.cost), 0)
    ((cost,),) = study.ask(_of(study, journey, goal, grant, total).where(grant.c.redeemed_at.is_not(None)))
    return Decimal(cost) / _MINOR
