"""The tables of what is kept of customers who are to hear no more, beside `engine.storage.schema`."""

import sqlalchemy as sa

from engine.storage.schema import Instant, Number, key_table, metadata

__all__ = ["metadata", "suppressed"]

suppressed = key_table(
    "suppressed",
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("channel", Number, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("source", sa.Text),
)
"""Keyed hashes of addresses that somebody opted out with, or that were erased: whoever turns up with one is opted out.

`channel` 0 stands for every one. `at`: when that was said; for what was erased so late that no silence ends.
"""
