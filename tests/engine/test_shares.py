"""Shares: splits and holdouts are uniform, stable and independent of each other."""

from collections import Counter

import pytest

from engine.running.shares import BUCKETS, HOLDOUT, PRIME, bucket, coefficients
from engine.storage.customers import customer_hash

CUSTOMERS = [f"C{number:05}" for number in range(20_000)]
STATES = [("win_back", "contact.hello"), ("win_back", HOLDOUT), ("召回", "问候"), ("a", "b")]


def test_known_values_never_change() -> None:
    """A customer who was in one arm yesterday is in the same arm in every later version."""
    assert coefficients("win_back", "hello") == (1066169171, 1947191412)
    assert bucket(2_123_486_840, "win_back", "hello") == 133999


def test_hash_has_31_bits() -> None:
    """The hash fits a signed 32-bit integer, whatever the id."""
    hashes = [customer_hash(item) for item in [*CUSTOMERS, "", "张三", "\U0001f600"]]
    assert min(hashes) >= 0
    assert 2**30 < max(hashes) < 2**31


@pytest.mark.parametrize(("journey", "state"), STATES)
def test_products_fit_63_bits(journey: str, state: str) -> None:
    """Databases can do the same arithmetic in signed 64-bit integers."""
    multiplier, offset = coefficients(journey, state)
    assert 1 <= multiplier < PRIME
    assert 0 <= offset < PRIME
    assert (2**31 - 1) * multiplier + offset < 2**63
    assert (PRIME - 1) * BUCKETS < 2**63


@pytest.mark.parametrize(("journey", "state"), STATES)
def test_uniform(journey: str, state: str) -> None:
    """Every twentieth of the range gets a twentieth of the customers (chi-squared, 19 degrees, p > 0.001)."""
    counts = Counter(bucket(customer_hash(item), journey, state) * 20 // BUCKETS for item in CUSTOMERS)
    expected = len(CUSTOMERS) / 20
    assert set(counts) == set(range(20))
    assert sum((count - expected) ** 2 / expected for count in counts.values()) < 43.8


def test_extremes_stay_in_range() -> None:
    """The range is half-open for every hash."""
    for journey, state in STATES:
        for hashed in (0, 1, PRIME - 1, PRIME, 2**31 - 1):
            assert 0 <= bucket(hashed, journey, state) < BUCKETS


def test_states_are_independent() -> None:
    """Who takes the first half of one split falls on both sides of another split alike."""
    halves = Counter(
        tuple(bucket(customer_hash(item), journey, state) < BUCKETS // 2 for journey, state in STATES[:2])
        for item in CUSTOMERS
    )
    assert all(4_700 < count < 5_300 for count in halves.values())
    assert len(halves) == 4
