"""Conditions that cannot hold together."""

import pytest

from dsl.reasoning import contradictory
from tests.checked import CUSTOMER, model_of

NEVER = [
    "points > 3 and points < 2",
    "points > 3 and points <= 3",
    "points = 3 and points != 3",
    "points = 3 and points > 5",
    "points between 5 and 3",
    "points > 3 and not points > 3",
    "points > 3 and not points > 2",
    "points is missing and points > 3",
    "tier = vip and tier = regular",
    "tier in (vip) and tier != vip",
    "blocked and not blocked",
    "blocked = false and blocked",
    "lapsed and visit ever",
    "not (points > 3 or blocked) and blocked",
    "next_service before 2026-01-01 and next_service after 2026-02-01",
    "false",
    "not true",
    "3 > points and points > 5",
    "(tier = vip or points > 3) and not (tier = vip or points > 3)",
    "(points > 5 or tier = vip) and points < 3 and tier = regular",
    "not (blocked and points > 3) and blocked and points > 4",
    "visit within last 3 days and no visit within last 90 days",
    "count(visit ever) = 0 and visit ever",
    "count(visit) < 0",
    "count(visit) > 3 and count(visit) < 4",
    "count(visit where (amount > 5) within last 3 days) > count(visit)",
    "visit where (amount > 500) ever and no visit where (amount > 100) ever",
    "visit where (amount > 500 and amount < 100) ever",
    "visit where (at before 90 days ago) within last 60 days",
    "visit where (store = name) ever and name is missing",
    "sum(visit.amount) > 0 and no visit ever",
    "avg(visit.amount) > 0 and no visit ever",
    "last(visit) is known and no visit ever",
    'last(visit.store) = "A" and no visit ever',
    "last(visit) before 90 days ago and visit within last 30 days",
    "last(visit) after 30 days ago and no visit within last 90 days",
    "first(visit) after now",
    "days since last(visit) >= 30 and visit within last 7 days",
    "days since last(visit) < 0",
    "days until next_service < 3 and next_service after in 10 days",
    "days until next_service = 0 and next_service before today",
    "days until next_service = 0 and days since next_service = 1",
    "days until next(birthday) > 400",
    "next(birthday) before today",
    "next_service within next 7 days and next_service before now",
    "last_call within last 30 days and last_call before 60 days ago",
    "last_call within last 2 months and last_call before 90 days ago",
    "last_call after in 1 day and last_call before in 3 hours",
    "next_service before in 7 days and next_service after last_call and last_call after in 8 days",
    "3 days before last_call after now and last_call before in 2 days",
    "next_service after today and next_service before now",
    "last_call between 2026-03-01 and 2026-02-01",
    "points in (3, 4) and points > 5",
    "points is missing and points is known",
    "points * 2 > 3 and points is missing",
    "count(visit) is missing",
    "id is missing",
    "now is missing",
    "tier is known and tier != vip and tier != regular",
    'name = id and name = "a" and id = "b"',
    "name = title and name != title",
    'name starts with "陈" and name starts with "李"',
    'name = "陈晨" and not name starts with "陈"',
    'name starts with "陈晨" and not name contains "陈"',
    'pool = "C"',
    'pool = "A" and tier = regular',
    "choose { blocked: 3, otherwise: 2 } > 4",
    "in stage care.one and in stage care.two",
    "in stage care.one and not in journey care",
    "ended care as won within last 3 days and not ended care",
    "lifetime_value < lifetime and lifetime < lifetime_value",
    "3 > 4",
    "5 - 3 > 4",
    "-points > 0 and points > 1",
]

SOMETIMES = [
    "points > 3 and points < 5",
    "points >= 3 and points <= 3",
    "not points > 3 and not points <= 3",
    "points is missing and not points > 3",
    "tier = vip or tier = regular",
    "tier != vip and tier != regular",
    "visit within last 90 days and no visit within last 3 days",
    "points > 3 and lifetime_value < 3",
    "points = 3 and lifetime_value = 4",
    "not (blocked and points > 3) and blocked",
    'name contains "a" and name contains "b"',
    "(points > 5 or tier = vip) and points < 3",
    "count(visit) > 3 and count(visit) < 5",
    "visit where (amount > 100) ever and no visit where (amount > 500) ever",
    'visit where (store = "A") ever and visit where (store = "B") ever',
    "visit where (at before 30 days ago) within last 60 days and no visit within last 30 days",
    "sum(visit.amount) < 0",
    "sum(visit.amount) = 0 and visit ever",
    "last(visit) before 30 days ago and visit within last 90 days",
    "last(visit where (amount > 5)) before 90 days ago and visit within last 30 days",
    "days since last(visit) = 3 and visit within last 3 days",
    "days until next(birthday) = 366",
    "days until next_service < 0",
    "last_call within last 2 months and last_call before 60 days ago",
    "next_service after today and next_service before in 1 day",
    "next_service before today and last_call after now",
    "last_call after in 24 hours and last_call before in 1 day",
    "points is known and not points > 3 and not points < 3",
    "tier is known and tier != vip",
    'name = phone and name = "a"',
    'phone = "138 0000 0001" and phone starts with "138" and phone in ("+8613800000001")',
    'name starts with "陈" and name starts with "陈晨"',
    'name contains "ab" and not name contains "abc"',
    'pool = "B"',
    "in stage care.one and in journey care",
    "in stage calls.one and in stage calls.two",
    "ended care as won and not ended care within last 3 days",
    "no visit ever and last(visit) is missing",
    "points + 1 > 3 and points < 3",
    "not blocked and blocked is known",
]

_OTHERS = """
audience lapsed = no visit ever
value lifetime = lifetime_value / 1
value pool = choose { tier = vip: "A", otherwise: "B" }
journey care {
  enter when visit ever
  stage one { state a { after 1 day -> two, on visit -> end won } }
  stage two { state b { after 1 day -> end won } }
}
journey calls {
  for appointment
  enter when not kept
  stage one { state a { after 1 day -> two } }
  stage two { state b { after 1 day -> end won } }
}
"""


def _contradictory(text: str) -> bool:
    model = model_of(CUSTOMER + _OTHERS + f"audience subject = {text}")
    alone = frozenset(name for name, journey in model.journeys.items() if journey.record is None)
    return contradictory((model.audiences["subject"],), alone)


@pytest.mark.parametrize("text", NEVER)
def test_contradictions_are_seen(text: str) -> None:
    """Bounds, words, flags and missing values that exclude each other."""
    assert _contradictory(text)


@pytest.mark.parametrize("text", SOMETIMES)
def test_only_certain_contradictions_are_claimed(text: str) -> None:
    """Where some customer could meet the condition, or it is not certain, nothing is claimed."""
    assert not _contradictory(text)
