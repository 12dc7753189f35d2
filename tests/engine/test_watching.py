"""Whoever a condition begins or ceases to hold for, as time passes, is in the change set, and hardly anybody else."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from engine.calendars.zone import DAY, HOUR, Zone
from engine.plans.watching import Scope
from tests.checked import model_of
from tests.engine_side import ms
from tests.oracle_tests.times import at
from tests.watched import Watched, drawn_watched

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.parametrize("of_record", [False, True])
@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_whoever_time_makes_qualify_is_found(of_record: bool, data: st.DataObject) -> None:  # noqa: FBT001
    """Between any two runs, who qualifies only at one of them is in the change set of the second."""
    watched, history = drawn_watched(data, of_record=of_record)
    runs = [ms(moment.at) for moment in history]
    holding = [watched.qualified(now) for now in runs]
    for before, now, one, other in zip(runs, runs[1:], holding, holding[1:], strict=False):
        asked = watched.side.plan.watches.asked(before, now, watched.side.plan.world.zone)
        # Those who are asked in person join if the answer is yes.
        turned = {customer for customer, _ in (other - one if asked else one ^ other)}
        if turned:
            event(f"somebody turned, {'asked in person' if asked else 'by a range'}")
        assert turned <= watched.changed(before, now), f"{before} to {now}"


DECLARED = """
customer { birthday: date, renewal: date, seen: time, points: number, tier: one of regular, vip }
event visit { amount: money }
audience asleep = no visit within last 3 days and visit ever
value odds = choose { days since last(visit) < 30: 0.6, otherwise: 0.2 }
value score = points * odds
value patience = choose { tier = vip: 30, otherwise: 60 }
journey other { state s { after 1 hour -> end over } }
"""
FIRST = 20_332  # 1 September 2025
MANY = 730


def town(condition: str) -> Watched:
    """Two customers for each day from September 2025: born, to renew, seen and having come on that day."""
    rules = f"{DECLARED} journey j {{ enter when {condition}, state s {{ after 1 day -> end done }} }}"
    watched = Watched(model_of(rules), ())
    tables = watched.side.plan.tables
    with watched.side.store.write() as connection:
        connection.execute(tables.customer.insert(), [_citizen(number) for number in range(MANY)])
        visits = [{"customer": n, "seq": n, "digest": n, "at": _seen(n), "amount": 100} for n in range(MANY)]
        connection.execute(tables.events["visit"].insert(), visits)
        connection.exec_driver_sql("UPDATE meta SET value = '1000' WHERE key = 'arrivals'")
    return watched


def _citizen(number: int) -> dict[str, Any]:
    day = FIRST + number % 365
    born = -671 if number % 50 == 0 else day - 13 * 1461 + (number % 4) * 365  # 29 February 1968
    known = {
        "birthday": born,
        "renewal": day,
        "seen": _seen(number),
        "points": float(number % 7),
        "tier": "regular",
    }
    return {"customer": number, "id": f"C{number}", "hash": number} | known


def _seen(number: int) -> int:
    return (FIRST + number % 365) * DAY + number * 60_000


RANGES = (
    "visit within last 90 days",
    "visit within last 1 month",
    "asleep",
    "count(visit within last 30 days) > 1",
    "last(visit) before 20 days ago",
    "seen within last 7 days",
    "seen before 1 month ago",
    "renewal within next 7 days",
    "renewal before in 7 days",
    "2 days before renewal before now",
    "1 month after seen after now",
    "now between 3 days before renewal and 3 days after renewal",
    "renewal = today",
    "days until renewal < 5",
    "days since last(visit) >= 20",
    "days since 2 days after seen = 4",
    "days since last(visit) > patience",
    "score > 1",
    "visit where (at within last 20 days) ever",
    "next(birthday) within next 7 days",
    "next(birthday) before in 7 days",
    "next(birthday) = today",
    "days until next(birthday) < 7",
    "3 days before next(birthday) before now",
    "next(birthday) before renewal",
    "ended other within last 7 days",
    "sent within last 7 days and points > 3",
)
IN_PERSON = {
    "points < days since last(visit)": "daily",
    "days since last(visit) * points > 30": "daily",
    "next(2026-05-01) before in 7 days": "always",
}
COMMON = {
    "today after 2026-03-05": 2,  # it becomes the same, then later
    "now after 9 hours after today": 5,
    "days until 2026-03-12 <= 7": 2,
    "next(birthday) is known": 0,
}


@pytest.mark.parametrize("condition", RANGES)
def test_a_condition_that_time_changes_is_a_range(condition: str) -> None:
    """From one morning to the next it concerns some of a few days, and within an hour at noon hardly anybody."""
    watched = town(condition)
    assert watched.side.plan.watches.daily | watched.side.plan.watches.always == set()
    mornings = [ms(at("2026-02-20 09:00")) + DAY * n for n in range(25)]
    holding = [watched.qualified(morning) for morning in mornings]
    sizes = []
    for before, now, one, other in zip(mornings, mornings[1:], holding, holding[1:], strict=False):
        found = watched.changed(before, now)
        assert {customer for customer, _ in one ^ other} <= found
        sizes.append(len(found))
        if day_of_month(now) < 28:  # several days lie one month before the last ones
            assert len(watched.changed(now + 3 * HOUR, now + 4 * HOUR)) <= 2
    assert max(sizes) <= 60
    assert sum(sizes) <= 10 * len(sizes)


@pytest.mark.parametrize("condition", IN_PERSON)
def test_a_condition_that_is_no_range_is_asked_in_person(condition: str) -> None:
    """Of a way in everybody is asked, once a day or at every run, and those join for whom it holds."""
    watched = town(condition)
    found = watched.side.plan.watches
    assert (found.daily if IN_PERSON[condition] == "daily" else found.always) == {Scope("enter", "j")}
    now = ms(at("2026-03-05 09:00"))
    assert watched.changed(now - DAY, now) >= {customer for customer, _ in watched.qualified(now)}
    if IN_PERSON[condition] == "daily":
        assert watched.changed(now, now + HOUR) == set()


@pytest.mark.parametrize("condition", COMMON)
def test_what_is_the_same_for_everybody_is_asked_when_it_changes(condition: str) -> None:
    """A date in the rules makes people be asked in the run that passes it, and in no other."""
    watched = town(condition)
    hours = [ms(at("2026-03-04 00:30")) + HOUR * n for n in range(24 * 3)]
    asked = 0
    for before, now in pairwise(hours):
        found = watched.changed(before, now)
        scopes = watched.side.plan.watches.asked(before, now, watched.side.plan.world.zone)
        asked += scopes == [Scope("enter", "j")]
        assert {customer for customer, _ in watched.qualified(now) - watched.qualified(before)} <= found
    assert asked == COMMON[condition]


def day_of_month(instant: int) -> int:
    """Of the date in Shanghai."""
    return Zone("Asia/Shanghai").local(instant).day


def test_dates_that_begin_with_a_run_are_not_forgotten() -> None:
    """A run at midnight sees a date of that day as now; the next run sees it as past."""
    watched = town("renewal before now")
    midnight = ms(at("2026-03-05 00:00"))
    turned = watched.qualified(midnight + 1) - watched.qualified(midnight)
    assert turned
    assert {customer for customer, _ in turned} <= watched.changed(midnight, midnight + 1)


def test_windows_of_a_month_may_go_back() -> None:
    """One month before 29 March is earlier than one month before the evening of the 28th: whom it adds is found."""
    watched = town("no visit within last 1 month")
    before, now = ms(at("2026-03-28 23:00")), ms(at("2026-03-29 00:30"))
    turned = watched.qualified(now) ^ watched.qualified(before)
    assert turned
    assert {customer for customer, _ in turned} <= watched.changed(before, now)
