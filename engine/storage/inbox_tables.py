"""The tables of what comes back: receipts of gateways, and what customers write; how far both were fetched.

Beside `engine.storage.schema`, of whose metadata they are.
"""

import sqlalchemy as sa

from engine.storage.schema import INTENT, Instant, Number, key_table, metadata

__all__ = ["metadata", "poll", "receipt", "reply", "reply_of"]

receipt = key_table(
    "receipt",
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("ref", sa.Text),
    sa.Column("reference", sa.Text),
    sa.Column("says", sa.Text, nullable=False),
    sa.Column("because", sa.Text),
    sa.Column("opted_out", sa.Boolean, nullable=False),
    sa.Column("at", Instant),
    sa.Column("taken_at", Instant, nullable=False),
    sa.Column("fate", sa.Integer, nullable=False),
    *(sa.Column(name, Number) for name in INTENT),
)
"""What gateways have told of messages, each once; of which message, once that is known.

`id`: the receipt's own, else the hash of all it says. `ref`: our name for the message, as the gateway had it,
`reference`: the gateway's. `says`: delivered, failed, taken or nothing. `at`: the gateway's time, `taken_at`: ours.
`fate` see `engine.storage.states`.
"""

ORPHANED_RECEIPT = receipt.c.fate == sa.literal_column("0", sa.Integer)
"""What `receipt_orphan` holds, in the very words that queries must use."""

# Serves: receipts whose message may turn up yet.
sa.Index("receipt_orphan", receipt.c.taken_at, sqlite_where=ORPHANED_RECEIPT)

# Serves: what was told of the messages of a customer.
sa.Index("receipt_customer", receipt.c.customer, sqlite_where=receipt.c.customer.is_not(None))

reply = key_table(
    "reply",
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("answers", sa.Text),
    sa.Column("at", Instant),
    sa.Column("taken_at", Instant, nullable=False),
)
"""What came back by a channel, each once. `sender`: the address, as customers have it. `answers`: the message that it
names. `at`: the gateway's time, `taken_at`: ours."""

reply_of = key_table(
    "reply_of",
    sa.Column("customer", Number, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("seq", Number, nullable=False),
    sa.Column("asked", sa.Boolean, nullable=False),
    *(sa.Column(name, Number) for name in INTENT[1:]),
)
"""Whose reply it is, everybody's with that address, and which of their messages it answers, if any.

`seq`: the arrival number of its event. `asked`: that message's journey waited for it, so that no other one takes it.
"""

poll = key_table(
    "poll",
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("at", Instant),
    sa.Column("cursor", sa.Text),
    sa.Column("failed_at", Instant),
    sa.Column("because", sa.Text),
)
"""How far the receipts and replies (`what`) of a channel were fetched: when last, up to which `cursor` of the
gateway's. `failed_at`: since when they cannot be, and why."""
