"""Expressions of the rule language, as section 3 of its contract gives their meaning."""

from datetime import date
from typing import Any

import pytest

from dsl.model.model import Model
from tests.checked import model_of
from tests.oracle.conditions import value_of
from tests.oracle.interpreter import Interpreter
from tests.oracle.world import Scope
from tests.oracle_tests.times import at

DECLARED = """
customer {{
  name: text
  tier: one of regular, vip
  points: number
  worth: money
  member: flag
  birthday: date
  seen: time
}}
event visit {{ store: text, amount: money }}
{kind} asked = {expression}
journey j {{
  enter when {use}
  state s {{ after 1 day -> end done }}
}}
"""

KNOWN = {
    "name": "陈晨",
    "tier": "regular",
    "points": 100.0,
    "worth": 500001,
    "birthday": date(2000, 2, 29),
    "seen": at("2026-08-23 10:00"),
}
VISITS = [
    ("2026-08-23 09:00", {"store": "A", "amount": 10000}),
    ("2026-11-01 12:00", {"store": "B", "amount": 20050}),
    ("2026-11-20 12:00", {"store": "A", "amount": None}),
    ("2026-12-24 12:00", {"store": "A", "amount": 99900}),
]


def ask(expression: str, now: str, kind: str = "value") -> Any:
    """What an expression comes to for one customer with three visits behind and one ahead."""
    use = "asked" if kind == "audience" else "asked is known"
    model = model_of(DECLARED.format(expression=expression, kind=kind, use=use))
    oracle = Interpreter(model)
    customer = oracle.customer("C1", KNOWN)
    customer.tags.add("老客")
    for when, fields in VISITS:
        oracle.arrive("visit", "C1", at(when), fields)
    return value_of(_body(model, kind), Scope(oracle.world, at(now), customer))


def _body(model: Model, kind: str) -> Any:
    return (model.audiences if kind == "audience" else model.values)["asked"]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("worth > 5000", True),
        ("worth > 5000.01", False),
        ("worth >= 5000.01", True),
        ("tier = vip", False),
        ("tier != vip", True),
        ("member", False),
        ("not member", True),
        ("member = false", False),
        ("member != true", True),
        ("member is missing", True),
        ("tier in (vip, regular)", True),
        ('name contains "晨"', True),
        ('name starts with "晨"', False),
        ('tagged "老客"', True),
        ("seen before 2026-08-23 10:00", False),
        ("seen between 2026-08-23 and 2026-08-23 10:00", True),
        ("seen within last 90 days", False),
        ("visit within last 90 days", True),
        ("visit where (amount > 200.50) ever", False),
        ("visit where (amount >= 200.50) ever", True),
        ("visit where (amount > 500) ever", False),
        ("no visit within last 1 day", False),
        ("no visit within last 12 hours", True),
        ("birthday within next 7 days", False),
        ("points / 0 > 1", False),
        ("points / 0 is missing", True),
        ("not points / 0 > 1", True),
        ("ended j ", False),
        ("in journey j", False),
    ],
)
def test_conditions(condition: str, holds: object) -> None:
    """Two-valued logic; windows are open at their far end."""
    assert bool(ask(condition, "2026-11-21 10:00", "audience")) is holds


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("count(visit ever)", 3),
        ("count(visit within last 91 days)", 3),
        ("count(visit within last 90 days)", 2),
        ("sum(visit.amount ever)", 30050),
        ('sum(visit.amount where (store = "C") ever)', 0),
        ("avg(visit.amount ever)", 15025),
        ('avg(visit.amount where (store = "C") ever)', None),
        ("min(visit.amount ever)", 10000),
        ("max(visit.amount ever)", 20050),
        ("last(visit)", at("2026-11-20 12:00")),
        ("first(visit)", at("2026-08-23 09:00")),
        ("last(visit.store)", "A"),
        ("last(visit.amount)", None),
        ("days since last(visit)", 1),
        ("days until next(birthday)", 99),
        ("next(birthday)", date(2027, 2, 28)),
        ("90 days ago", at("2026-08-23 10:00")),
        ("in 1 month", at("2026-12-21 10:00")),
        ("today", date(2026, 11, 21)),
        ("3 days before birthday", at("2000-02-26 00:00")),
        ("choose { tier = vip: 1, points >= 100: 2, otherwise: 3 }", 2),
        ("choose { tier = vip: 1 }", None),
        ("worth * 0.6 * 3", 900001.8),
        ("worth / 2", 250000.5),
        ("-points + 2 * 3", -94),
    ],
)
def test_values(expression: str, value: Any) -> None:
    """Money in minor units; what is missing is None."""
    result = ask(expression, "2026-11-21 10:00")
    assert result == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize(("day", "dormant"), [("20", False), ("21", True)])
def test_ninety_days_of_silence(day: str, dormant: object) -> None:
    """A last visit on the 90th day before, at an earlier clock time, lies outside the window."""
    found = ask(
        'no visit where (store = "A" and amount is known) within last 90 days',
        f"2026-11-{day} 10:00",
        "audience",
    )
    assert found is dormant
