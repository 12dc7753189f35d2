"""The table of replies that wait for a person. Beside `engine.storage.schema`, of whose metadata it is."""

import sqlalchemy as sa

from engine.storage.schema import INTENT, Instant, Number, metadata

review = sa.Table(
    "review",
    metadata,
    sa.Column("review", Number, primary_key=True),
    sa.Column("customer", Number, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("reply", sa.Text),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("unclear", sa.Boolean, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("since", Instant, nullable=False),
    *(sa.Column(name, Number) for name in INTENT[1:]),
    sa.Column("decided_at", Instant),
    sa.Column("decided_by", sa.Text),
    sa.Column("decision", sa.Text),
    sa.Column("former", sa.JSON(none_as_null=True)),
)
"""Replies that machines do not decide on, one row for each customer whose they are.

`channel` and `reply`: what came back, see `engine.storage.inbox_tables`; null when it came another way. `unclear`: it
may be an opt-out, so that no marketing is sent to this customer meanwhile; otherwise no rule listened for it.
`at`: when it was written, `since`: when it came. The numbers of an intent: the message that it answers, if any.
`decision`: optout, no optout or done. `former`: what stood before an opt-out that somebody saw in it, see
`engine.people.revoking`; null: it cannot be taken back.
"""

OPEN_REVIEW = review.c.decided_at.is_(None)
"""What `review_open` and `review_since` hold, in the very words that queries must use."""

# Serves: whether something is to be decided about a customer, before each message.
sa.Index("review_open", review.c.customer, sqlite_where=OPEN_REVIEW)

# Serves: the queue, the oldest first.
sa.Index("review_since", review.c.since, sqlite_where=OPEN_REVIEW)
