"""The tables of what comes in over HTTP: what was taken once already, and what could not be taken so far.

Beside `engine.storage.schema`, of whose metadata they are.
"""

import sqlalchemy as sa

from engine.storage.schema import Instant, Number, key_table, metadata

__all__ = ["metadata", "once", "parked"]

once = key_table(
    "once",
    sa.Column("digest", Number, primary_key=True, autoincrement=False),
    sa.Column("taken_at", Instant, nullable=False),
)
"""Digests of the ids of messages and deliveries that leave no other trace by which they would be known again."""

# Serves: forgetting what nobody will send again.
sa.Index("once_taken", once.c.taken_at)

parked = key_table(
    "parked",
    sa.Column("digest", Number, primary_key=True, autoincrement=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("identity", sa.Text),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("at", Instant),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("taken_at", Instant, nullable=False),
)
"""Messages that were acknowledged and could not be taken: of events that no rule declares, with values that are none.

`identity`: the user's key of the customer, where it names one. `body`: the message as it came, JSON; `at`: when it
happened, by our clock. `because`: a reason, without values.
"""

# Serves: forgetting old ones. And everything that is held of a customer.
sa.Index("parked_taken", parked.c.taken_at)
sa.Index("parked_identity", parked.c.identity)
