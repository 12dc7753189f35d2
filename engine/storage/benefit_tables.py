"""The table of benefits that customers are given: wanted, reserved, granted with a code, redeemed.

Beside `engine.storage.schema`, of whose metadata it is.
"""

import sqlalchemy as sa

from engine.storage.keys import Intent
from engine.storage.schema import INTENT, Instant, Number, key_table

__all__ = ["HELD_GRANT", "OPEN_GRANT", "REDEEMED_GRANT", "grant", "grant_redeemed", "is_grant"]

grant = key_table(
    "benefit_grant",
    *(sa.Column(name, Number, primary_key=True) for name in INTENT),
    sa.Column("benefit", Number, nullable=False),
    sa.Column("state", Number, nullable=False),
    sa.Column("role", Number),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("because", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("granted_at", Instant),
    sa.Column("decided_by", sa.Text),
    sa.Column("code", sa.Text),
    sa.Column("worth", Number),
    sa.Column("cost", Number),
    sa.Column("minimum", Number),
    sa.Column("valid", sa.Text),
    sa.Column("expires", Number),
    sa.Column("redeemed_at", Instant),
    sa.Column("redeemed_by", sa.Text),
    sa.Column("redeemed_amount", Number),
    sa.Column("redeemed_shop", sa.Text),
)
"""Benefits that states grant, and what became of them; the key is the intent, as of messages and tasks.

`status` see `engine.storage.states`. What the benefit promised when it was reserved stays: `worth`, `cost`, `minimum`
in minor units, `valid`, for how long, as rules write it. `code`: given when it is reserved, told to nobody before it is
granted. `expires`: the last day on which it may be used, null: never. `role`: who may decide while it is held.
"""

OPEN_GRANT = grant.c.status < sa.literal_column("2", sa.Integer)
"""What `grant_open` holds: what waits for quota or for a person. Queries must say it in these very words."""

# Serves: who waits for a benefit; what waits for a person.
sa.Index("grant_open", grant.c.status, grant.c.benefit, grant.c.created_at, sqlite_where=OPEN_GRANT)

HELD_GRANT = grant.c.status == sa.literal_column("1", sa.Integer)
"""What `grant_held` holds, in the very words that queries must use."""

# Serves: the queue, in its order; how many wait for each role.
sa.Index("grant_held", grant.c.changed_at, *grant.primary_key.columns, grant.c.role, sqlite_where=HELD_GRANT)

# Serves: how many have been given in a period.
sa.Index("grant_used", grant.c.benefit, grant.c.status, grant.c.granted_at)

REDEEMED_GRANT = grant.c.redeemed_at.is_not(None)
"""What `grant_redeemed` holds, in the very words that queries must use."""

# Serves: how many have been used in a period.
grant_redeemed = sa.Index("grant_redeemed", grant.c.redeemed_at, grant.c.benefit, sqlite_where=REDEEMED_GRANT)

# A code exists once; it is what a shop is shown.
sa.Index("grant_code", grant.c.code, unique=True, sqlite_where=grant.c.code.is_not(None))


def is_grant(intent: Intent) -> list[sa.ColumnElement[bool]]:
    """That a benefit is this one."""
    return [grant.c[name] == number for name, number in intent._asdict().items()]
