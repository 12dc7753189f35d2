"""Deciding on many held things at once: picked and counted, then each decided on as it was picked, or not at all.

What has another text by then, was decided on by somebody else, or is not for this person, is passed over and told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import sqlalchemy as sa

from engine.people.decisions import Done, approve_each, refuse_each
from engine.people.practice import Practice
from engine.people.undoing import undo_each
from engine.permits.approvals import digest
from engine.storage.audit import By
from engine.storage.benefit_tables import HELD_GRANT, grant
from engine.storage.keys import Intent
from engine.storage.messages import in_status
from engine.storage.schema import message
from engine.storage.staff_tables import edit
from engine.storage.states import MessageStatus
from engine.storage.store import Store

T = TypeVar("T")

_BATCH = 1_000  # decisions in one transaction
_UNDONE = 100  # decisions taken back in one: each is looked at by itself


@dataclass(frozen=True, slots=True)
class Choice:
    """Which held things: messages of this name, benefits of this name, what is of this journey, or all of them.

    Numbers of names.
    """

    message: int | None = None
    journey: int | None = None
    benefit: int | None = None


class Picked(NamedTuple):
    """Something held, as it was picked. `name`: the number of its message or benefit.

    `digest`: of its text; None where there is none to it, `TEXTLESS` of a message whose text could not be made.
    `written`: somebody wrote that text for this message alone. `role`: the number of the panel that must decide.
    """

    intent: Intent
    digest: str | None
    name: int
    channel: int | None = None
    text: str | None = None
    written: bool = False
    role: int | None = None


TEXTLESS = "-"


def unwritten(picked: Sequence[Picked]) -> list[Picked]:
    """Those that say what the rules make of them: what somebody wrote is looked at by itself before it goes."""
    return [one for one in picked if not one.written]


def pick(connection: sa.Connection, choice: Choice) -> list[Picked]:
    """What is held of a choice, messages first, the oldest first."""
    found: list[Picked] = []
    if choice.benefit is None:
        found += _messages(connection, choice)
    if choice.message is None:
        found += _benefits(connection, choice)
    return found


def _messages(connection: sa.Connection, choice: Choice) -> list[Picked]:
    columns = [message.c[name] for name in (*Intent._fields, "channel", "subject", "text", "message", "role")]
    query = sa.select(*columns, _is_written()).where(in_status(MessageStatus.HELD))
    if choice.message is not None:
        query = query.where(message.c.message == choice.message)
    if choice.journey is not None:
        query = query.where(message.c.journey == choice.journey)
    rows = connection.execute(query.order_by(message.c.changed_at, *message.primary_key.columns))
    return [
        Picked(
            Intent(*key),
            digest(channel, subject, text) if text else TEXTLESS,
            name,
            channel,
            text,
            written,
            role,
        )
        for *key, channel, subject, text, name, role, written in rows
    ]


def _is_written() -> sa.ColumnElement[bool]:
    same = [edit.c[name] == message.c[name] for name in (*Intent._fields, "channel")]
    return sa.exists(sa.select(edit.c.at).where(*same))


def _benefits(connection: sa.Connection, choice: Choice) -> list[Picked]:
    query = sa.select(*(grant.c[name] for name in (*Intent._fields, "benefit", "role"))).where(HELD_GRANT)
    if choice.benefit is not None:
        query = query.where(grant.c.benefit == choice.benefit)
    if choice.journey is not None:
        query = query.where(grant.c.journey == choice.journey)
    rows = connection.execute(query.order_by(grant.c.changed_at, *grant.primary_key.columns))
    return [Picked(Intent(*key), None, name, role=role) for *key, name, role in rows]


def approve_all(
    store: Store, picked: Sequence[Picked], by: By, practice: Practice, because: str | None
) -> Done:
    """Approve each with the text that it was picked with."""
    return _all(
        store,
        picked,
        lambda connection, some: approve_each(
            connection, {one.intent: one.digest for one in some}, by, because, practice
        ),
    )


def refuse_all(
    store: Store, picked: Sequence[Picked], by: By, practice: Practice, because: str | None
) -> Done:
    """Refuse each."""
    return _all(
        store,
        picked,
        lambda connection, some: refuse_each(connection, [one.intent for one in some], by, because, practice),
    )


def undo_all(
    store: Store, intents: Sequence[Intent], by: By, practice: Practice, because: str | None
) -> Done:
    """Take the last decision on each back, as far as nothing has come of it."""
    return _all(
        store,
        intents,
        lambda connection, some: undo_each(connection, some, by, because, practice),
        _UNDONE,
    )


def _all(
    store: Store, these: Sequence[T], act: Callable[[sa.Connection, Sequence[T]], Done], batch: int = _BATCH
) -> Done:
    done = Done([], [], {})
    for start in range(0, len(these), batch):
        with store.write() as connection:
            some = act(connection, these[start : start + batch])
        done.decided.extend(some.decided)
        done.passed_over.extend(some.passed_over)
        done.onward.update(some.onward)
    return done
