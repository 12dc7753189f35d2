"""The tables of how many moved where and of how many messages left, and the indexes by which many are counted at once.

Beside `engine.storage.schema`, of whose metadata they are. Counts hold nothing of customers: they stay when customers
are erased, and old visits and messages go.
"""

import sqlalchemy as sa

from engine.storage.schema import Instant, Number, enrolment, key_table, message, metadata

__all__ = [
    "FAILED_MESSAGE",
    "NOWHERE",
    "REACHED_GOAL",
    "SENT_MESSAGE",
    "UNDER_WAY",
    "flow",
    "metadata",
    "traffic",
]

NOWHERE = 0
"""Stands in `flow` for no state and for no outcome."""

flow = key_table(
    "flow",
    sa.Column("day", Number, primary_key=True),
    sa.Column("journey", Number, primary_key=True),
    sa.Column("source", Number, primary_key=True),
    sa.Column("target", Number, primary_key=True),
    sa.Column("outcome", Number, primary_key=True),
    sa.Column("rule", Number, primary_key=True),
    sa.Column("number", Number, nullable=False),
)
"""How many went from a state to another on a business day, by which rule line.

`source` NOWHERE: they came in. `target` NOWHERE: they ended, with `outcome`. Both: they were held out for comparison.
"""

traffic = key_table(
    "traffic",
    sa.Column("quarter", Instant, primary_key=True),
    sa.Column("channel", Number, primary_key=True),
    sa.Column("sent", Number, nullable=False),
    sa.Column("delivered", Number, nullable=False),
)
"""How many messages left by a channel in a quarter of an hour, and how many of these have arrived since.

`quarter`: its beginning; the days of every zone begin at one. `channel` NOWHERE: none is known.
"""

UNDER_WAY = enrolment.c.status + sa.literal_column("0") == sa.literal_column("1", sa.Integer)
"""What `enrolment_place` holds, in the very words that queries must use.

Words of its own: by `status = 1` SQLite would take this index, and read a whole journey, where a run and a delivery
look enrolments up by their keys.
"""

# Serves: how many are in which state; who is in one, and who has been there for longest.
sa.Index(
    "enrolment_place",
    enrolment.c.journey,
    enrolment.c.state,
    enrolment.c.state_entered_at,
    enrolment.c.status,  # asked by the words of UNDER_WAY: without it, each row would be looked up
    sqlite_where=UNDER_WAY,
)

REACHED_GOAL = enrolment.c.goal_at.is_not(None)
"""What `enrolment_goal` holds, in the very words that queries must use."""

# Serves: how many reached a journey's goal, held out (visit 0) or not, by when they came in.
sa.Index(
    "enrolment_goal",
    enrolment.c.journey,
    enrolment.c.goal_at,
    enrolment.c.entered_at,
    enrolment.c.visit,
    sqlite_where=REACHED_GOAL,
)

SENT_MESSAGE = message.c.sent_at.is_not(None)
"""What `message_sent` holds, in the very words that queries must use."""

# Serves: what left in a period, by channel and by what became of it.
sa.Index(
    "message_sent",
    message.c.sent_at,
    message.c.channel,
    message.c.status,
    message.c.message,
    sqlite_where=SENT_MESSAGE,
)

FAILED_MESSAGE = message.c.failed_at.is_not(None)
"""What `message_failed` holds, in the very words that queries must use."""

# Serves: what failed in a period.
sa.Index("message_failed", message.c.failed_at, message.c.channel, sqlite_where=FAILED_MESSAGE)
