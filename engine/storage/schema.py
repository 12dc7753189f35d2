"""The tables that every project has, whatever its rules declare. What rules declare is `engine.storage.declared`.

Instants are integer milliseconds UTC, dates integer days since 1970-01-01, money integer minor units.
Names that rules give (journeys, states, messages, policies, channels, tasks, outcomes, roles, tags) are numbered once
in `symbol` and stored as numbers: names and readable times are for the views. Every per-customer table leads
its key with `customer`.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

metadata = sa.MetaData()

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Integers of 64 bits; SQLite only makes a rowid of a column declared INTEGER."""

Instant = Number
"""Milliseconds since 1970-01-01T00:00Z."""


def key_table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """A table stored in the order of its primary key: one tree, neighbours on one page."""
    return sa.Table(name, metadata, *columns, sqlite_with_rowid=False)


meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""`schema` (version of these tables), `install_key` (secret of this installation), `arrivals` (last `seq` given).

`incarnation`: this life of the database, another one after each restore. `starts`: how often sending was begun.
`journal:ID`: the last batch of a journal of what was sent (`engine.delivery.journal`) that was marked.
"""

symbol = sa.Table(
    "symbol",
    metadata,
    sa.Column("symbol", Number, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.UniqueConstraint("kind", "name"),
)
"""`kind`: journey, state (`journey/stage.state`), message, policy, channel, task, outcome, role (and panels)."""

release = sa.Table(
    "release",
    metadata,
    sa.Column("release", Number, primary_key=True),
    sa.Column("applied_at", Instant, nullable=False),
    sa.Column("applied_by", sa.Text),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("source", sa.JSON, nullable=False),
)
"""Rule sets that ran or run; the highest number is in force. `source`: {file name: text}, templates included."""

rule = sa.Table(
    "rule",
    metadata,
    sa.Column("rule", Number, primary_key=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.UniqueConstraint("file", "line", "text"),
)
"""Rule lines that something was done by, as they were written."""

tag = key_table(
    "tag",
    sa.Column("customer", Number, primary_key=True),
    sa.Column("tag", sa.Text, primary_key=True),
)

consent = key_table(
    "consent",
    sa.Column("customer", Number, primary_key=True),
    sa.Column("policy", Number, primary_key=True),
    sa.Column("channel", Number, primary_key=True),
    sa.Column("given_at", Instant, nullable=False),
    sa.Column("withdrawn_at", Instant),
    sa.Column("source", sa.Text),
)
"""Consent per purpose (a policy) and channel; 0 stands for every policy, every channel."""

optout = key_table(
    "optout",
    sa.Column("customer", Number, primary_key=True),
    sa.Column("channel", Number, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("lifted_at", Instant),
    sa.Column("source", sa.Text),
)
"""The latest opt-out per channel; channel 0 stands for every channel."""

changed = sa.Table(
    "changed",
    metadata,
    sa.Column("seq", Number, primary_key=True),
    sa.Column("customer", Number, nullable=False),
)
"""Customers whose attributes, records, tags, consents, tasks or messages changed outside a run; emptied by runs."""

SUBJECT = ("customer", "journey", "record", "occurrence")
VISIT = (*SUBJECT, "visit")
INTENT = (*VISIT, "action")  # the keys of a run through a journey, a stay in a state, an action there


def _subject() -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, Number, primary_key=True) for name in SUBJECT)


enrolment = key_table(
    "enrolment",
    *_subject(),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("state", Number, nullable=False),
    sa.Column("visit", Number, nullable=False),
    sa.Column("entered_at", Instant, nullable=False),
    sa.Column("stage_entered_at", Instant, nullable=False),
    sa.Column("state_entered_at", Instant, nullable=False),
    sa.Column("settled_at", Instant),
    sa.Column("pending", sa.Integer, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("seen_seq", Number, nullable=False),
    sa.Column("entered_seq", Number, nullable=False),
    sa.Column("wake_at", Instant),
    sa.Column("goal_at", Instant),
    sa.Column("outcome", Number),
    sa.Column("ended_at", Instant),
)
"""One run of a customer (or of one record of theirs; record 0 otherwise) through a journey.

`status` see ACTIVE and kin. `visit` counts the states entered, from 1. `pending` sends and grants of this visit keep
it from being settled. `entered_seq`: what had arrived when the state was entered; of that only what happened after
(`seen_at`, `seen_seq`), the event that led there, may still lead on. `wake_at`: when time alone may move it next.
"""

ACTIVE, ENDED, WATCHED = 1, 2, 3
"""Values of `enrolment.status`; WATCHED is held out for comparison."""

# Serves: who is due.
sa.Index("enrolment_wake", enrolment.c.wake_at, sqlite_where=enrolment.c.wake_at.is_not(None))

visit = key_table(
    "visit",
    *_subject(),
    sa.Column("visit", Number, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("state", Number),
    sa.Column("outcome", Number),
    sa.Column("rule", Number),
    sa.Column("release", Number, nullable=False),
)
"""Every state entered and every end (`state` null), with the rule line that led there: the trail of moves."""


def _intent() -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, Number, primary_key=True) for name in INTENT)


message = key_table(
    "message",
    *_intent(),
    sa.Column("message", Number, nullable=False),
    sa.Column("state", Number, nullable=False),
    sa.Column("policy", Number, nullable=False),
    sa.Column("channel", Number),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("because", sa.Text),
    sa.Column("until", Instant),
    sa.Column("role", Number),
    sa.Column("subject", sa.Text),
    sa.Column("text", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("counted_at", Instant),
    sa.Column("sent_seq", Number),
    sa.Column("sent_at", Instant),
    sa.Column("ended_seq", Number),
    sa.Column("delivered_at", Instant),
    sa.Column("failed_at", Instant),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
    sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_until", Instant),
    sa.Column("begun_at", Instant),
    sa.Column("settled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("resend", sa.Integer, nullable=False, server_default="0"),
    sa.Column("refused", sa.Integer, nullable=False, server_default="0"),
    sa.Column("approved", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("approved_text", sa.Text),
    sa.Column("signed", sa.Text),
    sa.Column("key", sa.Text),
    sa.Column("reference", sa.Text),
    sa.Column("edition", Number),
    sa.Column("sampled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("piloted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("opted_out", sa.Boolean, nullable=False, server_default=sa.false()),
)
"""Messages wanted, and what became of them. The key is the intent: journey, run-through, visit and action.

`status` see `engine.storage.states`. `counted_at`: the instant at which it counts against caps and gaps (when it
was let go, then when it was sent); null while it does not count. `refused`: a bit for each channel of `via` that
refused it for good. `begun_at`: when the first attempt at it was marked, of those under one key. `settled`:
its state waits for it no more. `approved_text`: the digest of what somebody approved; `signed`: the panel of roles for
which they did. `resend`: how often a person has had it sent anew; each time has a key of its own.
`sent_seq`: arrival number of its `sent`, `ended_seq`: of its `delivered` or `failed`. `key`: its key without what a
`resend` adds, where its channel gives receipts. `reference`: the gateway's own name for it. `edition`: under a policy
that watches it, the one it was last judged by (`engine.storage.edition_tables`); `sampled`, `piloted`: it is among the
first of it that a person looks at, or that go. `opted_out`: an opt-out followed it.
"""

OPEN_MESSAGE = message.c.status < sa.literal_column("5", sa.Integer)
"""What `message_open` holds. Queries must say it in these very words: SQLite does not see that 0 is less than 5."""

# Serves: what waits, what may go, what hangs; how much of it by which channel and in which state.
sa.Index(
    "message_open",
    message.c.status,
    message.c.until,
    message.c.channel,
    message.c.state,
    sqlite_where=OPEN_MESSAGE,
)

READY_MESSAGE = message.c.status == sa.literal_column("2", sa.Integer)
"""What `message_ready` holds, in the very words that queries must use."""

# Serves: what may leave by a channel.
sa.Index("message_ready", message.c.channel, message.c.until, sqlite_where=READY_MESSAGE)

WITH_RECEIPT = message.c.key.is_not(None)
"""What the indexes that receipts are matched by hold: nothing of channels that give none."""

sa.Index("message_key", message.c.key, sqlite_where=WITH_RECEIPT)
sa.Index("message_reference", message.c.reference, sqlite_where=WITH_RECEIPT)

UNANSWERED_MESSAGE = sa.and_(
    message.c.status == sa.literal_column("5", sa.Integer), message.c.because.is_(None), WITH_RECEIPT
)
"""What `message_unanswered` holds, in the very words that queries must use."""

# Serves: sent, and nobody has told yet what became of it.
sa.Index("message_unanswered", message.c.sent_at, sqlite_where=UNANSWERED_MESSAGE)

pause = sa.Table(
    "pause",
    metadata,
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("since", Instant, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("because", sa.Text),
)
"""What is paused: nothing of it leaves. `what`: all (with an empty name), channel, journey or message.

`quarantine` (with an empty name): all that no row with `released` lets go, journey by journey.
"""

unseen = key_table(
    "unseen",
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
)
"""Messages that left, as the journal says, and that this database has yet to meet: see `engine.delivery.unseen`."""

sa.Index("unseen_digest", unseen.c.digest)

breaker = sa.Table(
    "breaker",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("failed", sa.Integer, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("sent", sa.Integer, nullable=False),
    sa.Column("unknown", sa.Integer, nullable=False),
    sa.Column("tripped", sa.Integer, nullable=False),
    sa.Column("open_until", Instant),
    sa.Column("because", sa.Text),
)
"""The health of channels: see `engine.delivery.breaker`."""

lead = sa.Table(
    "lead",
    metadata,
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant),
    sa.Column("heard_at", Instant, nullable=False),
    sa.Column("trusted_at", Instant, nullable=False),
    sa.Column("waits", sa.Text),
)
"""Who leads: one row, see `engine.projects.leading`. `until`: when the lease is over, null when it was given back."""

task = key_table(
    "task",
    *_intent(),
    sa.Column("task", Number, nullable=False),
    sa.Column("state", Number, nullable=False),
    sa.Column("role", Number),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("outcome", Number),
    sa.Column("assignee", sa.Text),
    sa.Column("done_by", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("answers", sa.JSON),
    sa.Column("before", sa.JSON),
    sa.Column("rank", sa.Double),
)
"""Work for people; `status`: `engine.storage.states`; `rank`: `engine.running.ranking`. `assignee`: who has it."""

entry_queue = key_table(
    "entry_queue",
    sa.Column("journey", Number, primary_key=True),
    sa.Column("customer", Number, primary_key=True),
    sa.Column("record", Number, primary_key=True),
    sa.Column("since", Instant, nullable=False),
)
"""Who qualifies for a journey that lets people in only at certain times or so many a day."""

run = sa.Table(
    "run",
    metadata,
    sa.Column("run", Number, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("seq", Number, nullable=False),
    sa.Column("release", Number, nullable=False),
    sa.Column("full", sa.Boolean, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
)
"""Finished runs. `seq`: arrivals up to there were seen. The last row is where the next run goes on."""

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", Number, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("customer", Number),
    sa.Column("what", sa.Text),
    sa.Column("because", sa.Text),
    sa.Column("salt", sa.Text),
    sa.Column("digest", sa.Text),
    sa.Column("mac", sa.Text, nullable=False),
)
"""What people and commands did: applied, imported, opted out, approved, finished.

`mac` chains the rows, `digest` is the salted digest of `because`: see `engine.storage.chain`.
"""

# Serves: whose notes are struck, who was erased.
sa.Index("audit_customer", audit.c.customer, sqlite_where=audit.c.customer.is_not(None))

calendar_day = sa.Table(
    "calendar_day",
    metadata,
    sa.Column("day", Number, primary_key=True, autoincrement=False),
    sa.Column("month", sa.Integer, nullable=False),
    sa.Column("dom", sa.Integer, nullable=False),
)
"""Days of the years 1900 to 2199: `month` counts from year 0 (12 a year), `dom` is the day of the month.

Filled from `engine.conditions.moments.calendar_rows`; what months and yearly returns are computed with.
"""

sa.Index("calendar_day_month", calendar_day.c.month, calendar_day.c.dom, calendar_day.c.day)

zone_step = sa.Table(
    "zone_step",
    metadata,
    sa.Column("since", Number, primary_key=True, autoincrement=False),
    sa.Column("wall_since", Number, nullable=False, unique=True),
    sa.Column("offset", Number, nullable=False),
)
"""The offsets of the business zone, from which instant and wall time on; see `engine.conditions.moments.zone_rows`."""


@compiles(sa.schema.CreateIndex, "postgresql")
def _create_index(create: sa.schema.CreateIndex, compiler: Any, **options: Any) -> str:
    """PostgreSQL's hold the part that SQLite's do; to name it in tables too would slow the start of every command."""
    index = create.element
    part = index.dialect_options["sqlite"]["where"]
    if part is not None:
        index.dialect_options["postgresql"]["where"] = part
    text: str = compiler.visit_create_index(create, **options)
    return text
