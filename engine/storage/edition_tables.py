"""The table of editions: how what policies watch of a message stands. Beside `engine.storage.schema`.

An edition is a message as its definition reads, under a policy that watches it (`sample`, `pilot`, `stop at`): when the
message changes, another edition begins. Which messages belong to one, and which part they play, is a matter of columns
of `message`.
"""

import sqlalchemy as sa

from engine.storage.schema import Instant, Number, key_table, message, metadata

__all__ = [
    "FAILED", "HEARD", "LET_GO", "OPEN", "PASSED", "PILOTED_MESSAGE", "SAMPLED_MESSAGE", "WATCHED_MESSAGE",
    "edition", "heard", "metadata",
]  # fmt: skip

edition = key_table(
    "edition",
    sa.Column("edition", Number, primary_key=True),
    sa.Column("pilot", sa.Integer, nullable=False),
    sa.Column("pilot_at", Instant),
    sa.Column("rest", sa.Boolean, nullable=False),
    sa.Column("sent", Number, nullable=False),
    sa.Column("opted_out", Number, nullable=False),
    sa.Column("from_seq", Number, nullable=False),
    sa.Column("seen_seq", Number, nullable=False),
    sa.Column("stopped_at", Instant),
)
"""`edition`: its number among the symbols. `pilot`: one of OPEN, PASSED, FAILED and LET_GO, since `pilot_at`.

`rest`: whether anything may be waiting for the pilot. `sent`: how many went, of those with a `sent_seq` after
`from_seq` and up to `seen_seq`; `opted_out`: after how many of them their customer opted out. `stopped_at`: since when
these are too many.
"""

OPEN, PASSED, FAILED, LET_GO = 0, 1, 2, 3
"""Values of `edition.pilot`. LET_GO: it failed, and a person has let the rest go all the same."""

heard = key_table(
    "heard",
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("seq", Number, nullable=False),
)
"""Up to which moment and arrival number opt-outs (HEARD) were put down to messages."""

HEARD = "optout"

SAMPLED_MESSAGE = message.c.sampled.is_(sa.true())
PILOTED_MESSAGE = message.c.piloted.is_(sa.true())
WATCHED_MESSAGE = message.c.edition.is_not(None)
"""What the indexes of editions hold, in the very words that queries must use."""

sa.Index("message_sampled", message.c.edition, sqlite_where=SAMPLED_MESSAGE)
sa.Index("message_piloted", message.c.edition, message.c.status, sqlite_where=PILOTED_MESSAGE)

# Serves: what of an edition has gone since it was last counted.
sa.Index("message_edition", message.c.edition, message.c.sent_seq, sqlite_where=WATCHED_MESSAGE)
