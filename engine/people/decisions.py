"""Deciding on what waits for a person, whatever it is: by whom the rules name, once, on record.

What there is to decide on are `KINDS`; each finds what waits and does what was decided. Of two people one decides, and
the other is told.
"""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.errors import RefusedError
from engine.people import benefits, held_messages
from engine.people.practice import Practice, Verdict, remember, told_before
from engine.people.staff import check_may
from engine.people.waiting import Waiting
from engine.storage.audit import By
from engine.storage.keys import Intent
from engine.wording import say

USUAL = Practice()


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that people decide on. `find`: what waits under an id, None when nothing of this kind does.

    `approve` and `refuse` change it and write the trail, and may raise RefusedError.
    """

    name: str
    find: Callable[[sa.Connection, Intent], Waiting | None]
    approve: Callable[[sa.Connection, Waiting, By, str | None, Practice], None]
    refuse: Callable[[sa.Connection, Waiting, By, str | None, Practice], None]


KINDS = (
    Kind("message", held_messages.find, held_messages.approve, held_messages.refuse),
    Kind("benefit", benefits.find, benefits.approve, benefits.refuse),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """What goes with a decision. `because`: for the trail. `seen`: how the digest of the text looked at begins."""

    because: str | None = None
    seen: str | None = None


def approve(
    connection: sa.Connection, intent: Intent, by: By, note: Note | None = None, practice: Practice = USUAL
) -> None:
    """Let something go when the other rules do. RefusedError when it does not wait, or not for this person.

    Also when `seen` is given and the text is another by now.
    """
    note = note or Note()
    kind, waiting = _found(connection, intent, practice)
    check_may(connection, by, waiting.role, waiting.named)
    if note.seen and not (waiting.digest or "").startswith(note.seen):
        raise RefusedError(
            say("{what} has another text by now", what=waiting.named),
            say("`homing queue show {id}`", id=intent.id),
        )
    if practice.second_person and waiting.edited_by == by.actor:
        raise RefusedError(
            say(
                "{who} wrote the text of {what}: somebody else must approve it",
                who=by.actor,
                what=waiting.named,
            )
        )
    kind.approve(connection, waiting, by, note.because, practice)
    remember(connection, intent, Verdict(kind.name, "approved", waiting.since), by)


def refuse(
    connection: sa.Connection,
    intent: Intent,
    by: By,
    because: str | None = None,
    practice: Practice = USUAL,
) -> None:
    """It never goes. RefusedError when it does not wait, or not for this person."""
    kind, waiting = _found(connection, intent, practice)
    check_may(connection, by, waiting.role, waiting.named)
    kind.refuse(connection, waiting, by, because, practice)
    remember(connection, intent, Verdict(kind.name, "refused", waiting.since), by)


def too_late(connection: sa.Connection, intent: Intent, what: Phrase, practice: Practice) -> RefusedError:
    """What is told to who comes too late: that it does not wait any more, and who decided on it when."""
    before = told_before(connection, intent, practice)
    if before is None:
        return RefusedError(what, say("`homing queue` lists what waits"))
    return RefusedError(
        say("{what}: {before}", what=what, before=before), say("`homing queue` lists what waits")
    )


def _found(connection: sa.Connection, intent: Intent, practice: Practice) -> tuple[Kind, Waiting]:
    for kind in KINDS:
        waiting = kind.find(connection, intent)
        if waiting is not None:
            return kind, waiting
    raise too_late(connection, intent, say("{id} is not held", id=intent.id), practice)
