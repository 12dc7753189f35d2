"""Conditions that cannot hold together."""

import pytest

from dsl.contradiction import contradictory
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
]

SOMETIMES = [
    "points > 3 and points < 5",
    "points >= 3 and points <= 3",
    "not points > 3 and not points <= 3",
    "points is missing and not points > 3",
    "tier = vip or tier = regular",
    "tier != vip and tier != regular",
    "visit within last 3 days and no visit within last 90 days",
    "points > 3 and lifetime_value < 3",
    "not (blocked and points > 3) and blocked",
    'name contains "a" and name contains "b"',
    "(points > 5 or tier = vip) and points < 3",
]


def _contradictory(text: str) -> bool:
    rules = f"audience subject = {text}\naudience lapsed = no visit ever"
    return contradictory((model_of(CUSTOMER + rules).audiences["subject"],))


@pytest.mark.parametrize("text", NEVER)
def test_contradictions_are_seen(text: str) -> None:
    """Bounds, words, flags and missing values that exclude each other."""
    assert _contradictory(text)


@pytest.mark.parametrize("text", SOMETIMES)
def test_only_certain_contradictions_are_claimed(text: str) -> None:
    """Where some customer could meet the condition, or it is not certain, nothing is claimed."""
    assert not _contradictory(text)
