"""The tables of people at work: the staff and its roles, what they decided, wrote anew, let go beforehand and noted.

Beside `engine.storage.schema`, of whose metadata they are.
"""

import sqlalchemy as sa

from engine.storage.schema import INTENT, Instant, Number, key_table, message, metadata, task

__all__ = [
    "DEADLINE",
    "DONE_TASK",
    "NEVER",
    "OPEN_TASK",
    "QUEUED_MESSAGE",
    "decision",
    "edit",
    "metadata",
    "preapproval",
    "signature",
    "staff",
    "task_note",
]


def _intent() -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, Number, primary_key=True) for name in INTENT)


staff = key_table(
    "staff",
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("since", Instant, nullable=False),
)
"""Who may decide what: a row for each role of a person."""

decision = key_table(
    "decision",
    *_intent(),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("since", Instant),
    sa.Column("role", Number),
    sa.Column("because", sa.Text),
    sa.Column("until", Instant),
    sa.Column("signed", sa.Text),
    sa.Column("former", sa.JSON(none_as_null=True)),
)
"""The last decision on something that waited for a person: who comes too late is told, and it can be taken back.

`since`: when it began to wait; `role`, `because`, `until` and `signed`: as it waited. `former`: how a message in doubt
and its customer stood, see `engine.people.doubts`.
"""

signature = key_table(
    "signature",
    *_intent(),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
"""Who has let a message go for a role, where several roles must. What of it counts, `message.signed` says."""

edit = key_table(
    "edit",
    *_intent(),
    sa.Column("channel", Number, primary_key=True),
    sa.Column("subject", sa.Text),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("former", sa.JSON(none_as_null=True)),
)
"""Messages that go by a channel with the text that somebody wrote, instead of the one that the rules make.

`former`: how the message stood before, by which an edit is taken back; null: it cannot be.
"""

preapproval = sa.Table(
    "preapproval",
    metadata,
    sa.Column("preapproval", Number, primary_key=True),
    sa.Column("message", Number, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("roles", sa.JSON),
    sa.Column("granted", sa.Integer, nullable=False),
    sa.Column("left", sa.Integer, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
)
"""So many messages that are let go without being held. `digest`: of the text and the rules it was given for.

`roles`: on whose behalf; null: everybody's, where there is no staff. `ended_at`: taken back, or another came after it.
"""

task_note = key_table(
    "task_note",
    *_intent(),
    sa.Column("number", Number, primary_key=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
"""What people wrote down about a task that is under way."""

QUEUED_MESSAGE = message.c.status.in_(
    [sa.literal_column("1", sa.Integer), sa.literal_column("4", sa.Integer)]
)
"""What `message_queued` holds, held and in doubt, in the very words that queries must use."""

# Serves: what waits for a person, in the order in which it began to wait; what of it is for a role.
sa.Index(
    "message_queued",
    message.c.changed_at,
    *message.primary_key.columns,
    message.c.status,
    message.c.role,
    sqlite_where=QUEUED_MESSAGE,
)

OPEN_TASK = task.c.status == sa.literal_column("1", sa.Integer)
"""What `task_open` holds, in the very words that queries must use."""

NEVER = 2**62
"""Stands for no deadline where tasks are put in order."""

DEADLINE = sa.func.coalesce(task.c.due_at, sa.literal_column(str(NEVER), Number))
"""What `task_ranked` is sorted by, in the very words that queries must use."""

# Serves: how many there are, and how many are overdue, for whom.
sa.Index("task_open", task.c.due_at, task.c.role, task.c.assignee, sqlite_where=OPEN_TASK)

DONE_TASK = task.c.status == sa.literal_column("2", sa.Integer)
"""What `task_done` holds, in the very words that queries must use."""

# Serves: what people have done in a period, and what came of it.
sa.Index("task_done", task.c.closed_at, task.c.task, task.c.outcome, task.c.done_by, sqlite_where=DONE_TASK)

# Serves: task lists, a page at a time.
sa.Index(
    "task_ranked",
    task.c.rank.desc(),
    DEADLINE,
    task.c.created_at,
    *task.primary_key.columns,
    task.c.due_at,
    task.c.role,
    task.c.assignee,
    sqlite_where=OPEN_TASK,
)
