"""Deciding on many held messages at once: picked and counted, then each decided on as it was picked, or not at all.

What has another text by then, was decided on by somebody else, or is not for this person, is passed over and told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from engine.errors import RefusedError
from engine.people.decisions import Note, approve, refuse
from engine.people.practice import Practice
from engine.permits.approvals import digest
from engine.storage.audit import By
from engine.storage.keys import Intent
from engine.storage.messages import in_status
from engine.storage.schema import message
from engine.storage.states import MessageStatus
from engine.storage.store import Store

_BATCH = 200  # decisions in one transaction


@dataclass(frozen=True, slots=True)
class Choice:
    """Which held messages: of this message, of this journey (numbers of names), or all of them."""

    message: int | None = None
    journey: int | None = None


class Picked(NamedTuple):
    """A held message with the digest of its text as it was picked; None where it has none."""

    intent: Intent
    digest: str | None


class Done(NamedTuple):
    """What came of it: who was decided on, and who was passed over, each with the reason."""

    decided: list[Intent]
    passed_over: list[tuple[Intent, RefusedError]]


def pick(connection: sa.Connection, choice: Choice) -> list[Picked]:
    """The held messages of a choice, the oldest first."""
    columns = [message.c[name] for name in (*Intent._fields, "channel", "subject", "text")]
    query = sa.select(*columns).where(in_status(MessageStatus.HELD))
    if choice.message is not None:
        query = query.where(message.c.message == choice.message)
    if choice.journey is not None:
        query = query.where(message.c.journey == choice.journey)
    rows = connection.execute(query.order_by(message.c.changed_at, *message.primary_key.columns))
    return [Picked(Intent(*row[:6]), digest(*row[6:]) if row[8] else None) for row in rows]


def approve_all(
    store: Store, picked: Sequence[Picked], by: By, practice: Practice, because: str | None
) -> Done:
    """Approve each with the text that it was picked with."""

    def one(connection: sa.Connection, each: Picked) -> None:
        approve(connection, each.intent, by, Note(because, each.digest), practice)

    return _all(store, picked, one)


def refuse_all(
    store: Store, picked: Sequence[Picked], by: By, practice: Practice, because: str | None
) -> Done:
    """Refuse each."""
    return _all(
        store, picked, lambda connection, each: refuse(connection, each.intent, by, because, practice)
    )


def _all(store: Store, picked: Sequence[Picked], one: Callable[[sa.Connection, Picked], None]) -> Done:
    done = Done([], [])
    for start in range(0, len(picked), _BATCH):
        with store.write() as connection:
            for each in picked[start : start + _BATCH]:
                try:
                    one(connection, each)
                    done.decided.append(each.intent)
                except RefusedError as error:
                    done.passed_over.append((each.intent, error))
    return done
