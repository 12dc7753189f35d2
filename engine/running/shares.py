"""Stable shares of customers: which arm of a split someone takes, and who is held out.

The same customer, journey and state always give the same bucket, in every run, release and database.
Everything is plain integer arithmetic below 2^63, so that SQL gives the same answer. Customers are their hash
here (`engine.storage.customers.customer_hash`), journeys and states their names.
"""

from hashlib import blake2b

BUCKETS = 1_000_000
"""Buckets are millionths: a share of 30% holds the buckets 0 up to and without 300,000."""

PRIME = 2**31 - 1

HOLDOUT = ""
"""The state name that stands for a journey's holdout."""


def coefficients(journey: str, state: str) -> tuple[int, int]:
    """Multiplier (from 1) and offset (from 0), both below PRIME, that shuffle the hashes for one state."""
    digest = blake2b(f"{journey}/{state}".encode(), digest_size=16).digest()
    multiplier = 1 + int.from_bytes(digest[:8], "big") % (PRIME - 1)
    return multiplier, int.from_bytes(digest[8:], "big") % PRIME


def bucket(hashed: int, journey: str, state: str) -> int:
    """The bucket, from 0 up to and without BUCKETS, of a customer's hash in a state, or in HOLDOUT."""
    multiplier, offset = coefficients(journey, state)
    return (hashed * multiplier + offset) % PRIME * BUCKETS // PRIME
