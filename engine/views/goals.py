"""How many reach the goal of a journey, and how many without it: conversion beside that of those held out."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import sqlalchemy as sa

from dsl.model.journeys import Journey
from engine.storage.flow_tables import NOWHERE, REACHED_GOAL, flow
from engine.storage.schema import enrolment
from engine.views.flows import WEEK
from engine.views.window import Window

_SIDES = 1.959964
"""Standard deviations on either side of 95 of 100."""


@dataclass(frozen=True, slots=True)
class Group:
    """Customers who came in, and how many of them reached the goal in its time."""

    number: int
    reached: int

    @property
    def rate(self) -> float | None:
        """The share; None of nobody."""
        return self.reached / self.number if self.number else None


@dataclass(frozen=True, slots=True)
class Conversion:
    """Those who went through a journey, and those who were held out. Only of whom the goal's time is over."""

    treated: Group
    held_out: Group

    @property
    def lift(self) -> tuple[float, float, float] | None:
        """By how much more of those who went through reach the goal, as a share, and between what with 95% certainty.

        By Newcombe's method, from Wilson's intervals of the two; None where a group is empty.
        """
        if self.treated.rate is None or self.held_out.rate is None:
            return None
        one, other = self.treated.rate, self.held_out.rate
        (low, high), (least, most) = interval(self.treated), interval(self.held_out)
        down = sqrt((one - low) ** 2 + (most - other) ** 2)
        up = sqrt((high - one) ** 2 + (other - least) ** 2)
        return one - other, one - other - down, one - other + up


def interval(group: Group) -> tuple[float, float]:
    """Wilson's interval of a share, with 95% certainty."""
    n, p, z = group.number, group.reached / group.number, _SIDES
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def conversion(window: Window, journey: Journey, now: int, since: int = 0) -> Conversion | None:
    """Of those who came in on a day since then, as long ago as the goal takes; None where there is no goal."""
    if journey.goal is None:
        return None
    last = window.zone.day(window.zone.shift(now, journey.goal.duration, back=True)) - 1
    came, reached = _came(window, journey, since, last), _reached(window, journey, since, last)
    return Conversion(
        *(Group(came.get(held, 0), min(reached.get(held, 0), came.get(held, 0))) for held in (False, True))
    )


def reached_this_week(window: Window, journey: Journey, now: int) -> int | None:
    """How many of those who went through reached the goal in the last seven days, today included; None without one."""
    if journey.goal is None:
        return None
    today = window.zone.day(now)
    return reached_within(window, journey.name, *map(window.zone.midnight, (today - WEEK + 1, today + 1)))


def reached_within(window: Window, journey: str, since: int, until: int) -> int:
    """How many of those who went through reached the goal from an instant until just before another."""
    own = (
        enrolment.c.journey == window.symbols.known("journey", journey),
        enrolment.c.goal_at >= since,
        enrolment.c.goal_at < until,
    )
    rows = sa.select(sa.func.count()).select_from(enrolment).where(REACHED_GOAL, *own, enrolment.c.visit > 0)
    return window.connection.execute(rows).scalar_one()


def _came(window: Window, journey: Journey, first: int, last: int) -> Mapping[bool, int]:
    """How many came in (False), how many were held out (True)."""
    held = flow.c.target == NOWHERE
    rows = (
        sa.select(held, sa.func.sum(flow.c.number))
        .where(flow.c.day.between(first, last), flow.c.source == NOWHERE)
        .where(flow.c.journey == window.symbols.known("journey", journey.name))
        .group_by(held)
    )
    return {bool(out): number for out, number in window.connection.execute(rows)}


def _reached(window: Window, journey: Journey, first: int, last: int) -> Mapping[bool, int]:
    held = enrolment.c.visit == 0
    between = (window.zone.midnight(first), window.zone.midnight(last + 1) - 1)
    rows = (
        sa.select(held, sa.func.count())
        .where(REACHED_GOAL, enrolment.c.journey == window.symbols.known("journey", journey.name))
        .where(enrolment.c.entered_at.between(*between))
        .group_by(held)
    )
    return {bool(out): number for out, number in window.connection.execute(rows)}
