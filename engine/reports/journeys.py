"""Journeys: who came in, how they ended, and whether that was worth it, beside those held out and other arms."""

from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from dsl.model.journeys import Goal, Journey, Split, ToState
from engine.reports.study import Row, Study, share
from engine.storage.schema import SUBJECT, enrolment, visit
from engine.storage.symbols import state_name
from engine.views.flows import Flow, flows, standing
from engine.views.goals import Conversion, Group, conversion, interval


def journeys(study: Study) -> Iterator[Row]:
    """A line for each journey: counts of the period, and the goal of those whose time for it was over in it."""
    window, zone = study.window, study.window.zone
    first, last = zone.day(study.since), zone.day(study.until - 1)
    there = standing(window.connection, window.symbols)
    moved = flows(window, first)
    for journey in window.model.ordered_journeys():
        moves = [one for one in moved.get(journey.name, ()) if one.day <= last]
        ended = Counter[str]()
        for one in moves:
            if one.source is not None and one.target is None:
                ended[one.outcome or ""] += one.number
        yield {
            "journey": journey.name,
            "under_way": sum(there.get(journey.name, {}).values()),
            "entered": _number(moves, "entry"),
            "held_out": _number(moves, "held_out"),
            "ended": dict(ended.most_common()),
            **_goal(_conversion(study, journey)),
        }


def _number(moves: list[Flow], which: str) -> int:
    return sum(one.number for one in moves if getattr(one, which))


def _conversion(study: Study, journey: Journey) -> Conversion | None:
    """Of those whose time for the goal was over during the period."""
    if journey.goal is None:
        return None
    zone = study.window.zone
    first = zone.day(zone.shift(study.since, journey.goal.duration, back=True))
    return conversion(study.window, journey, study.until, first)


def _goal(found: Conversion | None) -> Row:
    """`difference` in points of a share, `relative` to what those held out did by themselves."""
    lift = None if found is None else found.lift
    difference, low, high = (None, None, None) if lift is None else (round(one, 4) for one in lift)
    base = None if found is None else found.held_out.rate
    return {
        "goal_rate": None if found is None else share(found.treated.reached, found.treated.number),
        "held_out_goal_rate": None if found is None else share(found.held_out.reached, found.held_out.number),
        "difference": difference,
        "low": low,
        "high": high,
        "relative": round(lift[0] / base, 4) if lift is not None and base else None,
    }


def tests(study: Study) -> Iterator[Row]:
    """A line for each arm: those held out and the others of a journey, and where a `split` leads to."""
    for journey in study.window.model.ordered_journeys():
        found = _conversion(study, journey)
        if found is not None and journey.holdout:
            yield _arm(journey, "holdout", "treated", found.treated)
            yield _arm(journey, "holdout", "held out", found.held_out)
        if journey.goal is not None:
            yield from _splits(study, journey, journey.goal)


def _splits(study: Study, journey: Journey, goal: Goal) -> Iterator[Row]:
    for state in journey.states:
        for way in state.transitions:
            if isinstance(way, Split) and isinstance(way.target, ToState):
                group = _group(study, journey, goal, way.target.state)
                yield _arm(journey, state.name, way.target.state, group)


def _group(study: Study, journey: Journey, goal: Goal, state: str) -> Group:
    """Those who entered a state, and who of them reached the goal, of whom its time was over during the period."""
    first, last = (study.window.zone.shift(at, goal.duration, back=True) for at in (study.since, study.until))
    number = study.window.symbols.known("state", state_name(journey.name, state))
    same = sa.and_(*(visit.c[name] == enrolment.c[name] for name in SUBJECT))
    rows = (
        sa.select(sa.func.count(), sa.func.count(enrolment.c.goal_at))
        .select_from(visit)
        .join(enrolment, same)
        .where(visit.c.state == number, enrolment.c.entered_at >= first, enrolment.c.entered_at < last)
    )
    (row,) = study.ask(rows)
    return Group(*row)


def _arm(journey: Journey, test: str, arm: str, group: Group) -> Row:
    low, high = interval(group) if group.number else (None, None)
    return {
        "journey": journey.name,
        "test": test,
        "arm": arm,
        "customers": group.number,
        "reached": group.reached,
        "rate": share(group.reached, group.number),
        "low": None if low is None else round(low, 4),
        "high": None if high is None else round(high, 4),
    }
