"""Deciding on what waits for a person, whatever it is: by whom the rules name, once, on record.

Where they name several roles each lets it go for itself, in whatever order; any of them refuses it for all.

What there is to decide on are `KINDS`; each finds what waits and does what was decided. Of two people one decides, and
the other is told.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.errors import RefusedError
from engine.people import benefits, held_messages
from engine.people.practice import Practice, Verdict, remember, told_before
from engine.people.staff import Member, members, objection, voice_of
from engine.people.waiting import Waiting
from engine.storage.audit import By, Deed, record_all
from engine.storage.keys import Intent
from engine.storage.panels import panel, roles_in, without
from engine.wording import say

USUAL = Practice()


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that people decide on. `find`: what of these waits; what is of another kind, or does not, is left out.

    `approve` and `refuse` change them; `name` is also that of the trail.
    """

    name: str
    find: Callable[[sa.Connection, Collection[Intent]], dict[Intent, Waiting]]
    approve: Callable[[sa.Connection, Sequence[Waiting], By, str | None, Practice], None]
    refuse: Callable[[sa.Connection, Sequence[Waiting], By, str | None, Practice], None]


KINDS = (
    Kind("message", held_messages.find, held_messages.approve, held_messages.refuse),
    Kind("benefit", benefits.find, benefits.approve, benefits.refuse),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """What goes with a decision. `because`: for the trail. `seen`: how the digest of the text looked at begins."""

    because: str | None = None
    seen: str | None = None


class Done(NamedTuple):
    """What came of it: who was decided on, and who was passed over, each with the reason.

    `onward`: those of the decided that wait for another role now, with that panel.
    """

    decided: list[Intent]
    passed_over: list[tuple[Intent, RefusedError]]
    onward: dict[Intent, str]


def approve(
    connection: sa.Connection, intent: Intent, by: By, note: Note | None = None, practice: Practice = USUAL
) -> str | None:
    """Let something go when the other rules do. RefusedError when it does not wait, or not for this person.

    Also when `seen` is given and the text is another by now. The panel that must decide after this; None: nobody.
    """
    note = note or Note()
    done = approve_each(connection, {intent: note.seen}, by, note.because, practice)
    _or_raise(done)
    return done.onward.get(intent)


def refuse(
    connection: sa.Connection,
    intent: Intent,
    by: By,
    because: str | None = None,
    practice: Practice = USUAL,
) -> None:
    """It never goes. RefusedError when it does not wait, or not for this person."""
    _or_raise(refuse_each(connection, [intent], by, because, practice))


def approve_each(
    connection: sa.Connection,
    seen: Mapping[Intent, str | None],
    by: By,
    because: str | None,
    practice: Practice,
) -> Done:
    """Let each go that may, in the transaction under way. `seen`: how the digests of the texts begin."""
    everybody = members(connection)

    def unfit(waiting: Waiting) -> RefusedError | None:
        return waiting.unfit or _unlike(waiting, seen[waiting.intent]) or _twice(waiting, by, practice)

    def act(kind: Kind, these: Sequence[Waiting]) -> list[Waiting]:
        voiced = [_voiced(one, everybody, by, practice) for one in these]
        kind.approve(connection, voiced, by, because, practice)
        _note(connection, kind, these, ("approved", because), by)
        return voiced

    return _each(_Bench(connection, everybody, by, practice), seen, (unfit, act))


def refuse_each(
    connection: sa.Connection,
    intents: Iterable[Intent],
    by: By,
    because: str | None,
    practice: Practice,
) -> Done:
    """Each of those that wait for this person never goes, in the transaction under way."""

    def act(kind: Kind, these: Sequence[Waiting]) -> Sequence[Waiting]:
        kind.refuse(connection, these, by, because, practice)
        _note(connection, kind, these, ("refused", because), by)
        return these

    bench = _Bench(connection, members(connection), by, practice)
    return _each(bench, intents, (lambda _: None, act))


def too_late(connection: sa.Connection, intent: Intent, what: Phrase, practice: Practice) -> RefusedError:
    """What is told to who comes too late: that it does not wait any more, and who decided on it when."""
    before = told_before(connection, intent, practice)
    if before is None:
        return RefusedError(what, say("`homing queue` lists what waits"))
    return RefusedError(
        say("{what}: {before}", what=what, before=before), say("`homing queue` lists what waits")
    )


_Decide = tuple[
    Callable[[Waiting], RefusedError | None], Callable[[Kind, Sequence[Waiting]], Sequence[Waiting]]
]
"""What speaks against deciding so on something, and deciding on what nothing speaks against."""


class _Bench(NamedTuple):
    """Who decides, before whom, and how this house does."""

    connection: sa.Connection
    everybody: Sequence[Member]
    by: By
    practice: Practice


def _each(bench: _Bench, intents: Iterable[Intent], decide: _Decide) -> Done:
    left, done = dict.fromkeys(intents), Done([], [], {})
    unfit, act = decide
    for kind in KINDS:
        fit = []
        for intent, waiting in kind.find(bench.connection, left).items():
            del left[intent]
            error = _objection(bench, waiting) or unfit(waiting)
            if error is None:
                fit.append(waiting)
            else:
                done.passed_over.append((intent, error))
        for waiting in act(kind, fit) if fit else ():
            done.decided.append(waiting.intent)
            if waiting.left is not None:
                done.onward[waiting.intent] = waiting.left
    for intent in left:
        error = too_late(bench.connection, intent, say("{id} is not held", id=intent.id), bench.practice)
        done.passed_over.append((intent, error))
    return done


def _objection(bench: _Bench, waiting: Waiting) -> RefusedError | None:
    """Why it is not for this person; who has let it go for their role before them, if somebody has."""
    error = objection(bench.everybody, bench.by, waiting.role, waiting.named)
    signed = waiting.before.signed
    if error is None or objection(bench.everybody, bench.by, signed, waiting.named) or signed is None:
        return error
    before = told_before(bench.connection, waiting.intent, bench.practice)
    words = say(
        "{what} waits for `{role}` now: {before}", what=waiting.named, role=waiting.role, before=before
    )
    return RefusedError(words, error.hint)


def _voiced(waiting: Waiting, everybody: Sequence[Member], by: By, practice: Practice) -> Waiting:
    """With what this decision counts for, and who must decide after it."""
    voice = voice_of(everybody, by, roles_in(waiting.role), one_each=practice.second_person)
    return replace(waiting, voice=voice, left=without(waiting.role, voice))


def _or_raise(done: Done) -> None:
    for _, error in done.passed_over:
        raise error


def _note(
    connection: sa.Connection, kind: Kind, these: Sequence[Waiting], decided: tuple[str, str | None], by: By
) -> None:
    """On the trail, and for whoever comes too late or takes it back. `decided`: the verb, and why."""
    verb, because = decided
    deeds = (Deed(f"{kind.name} {verb}", one.intent.customer, one.intent.id, because) for one in these)
    record_all(connection, by, deeds)
    verdicts = {
        one.intent: Verdict(
            kind.name,
            verb,
            one.before.since,
            one.before.role,
            one.before.because,
            one.before.until,
            one.before.signed,
        )
        for one in these
    }
    remember(connection, verdicts, by)


def _unlike(waiting: Waiting, seen: str | None) -> RefusedError | None:
    if not seen or (waiting.digest or "").startswith(seen):
        return None
    return RefusedError(
        say("{what} has another text by now", what=waiting.named),
        say("`homing queue show {id}`", id=waiting.intent.id),
    )


def _twice(waiting: Waiting, by: By, practice: Practice) -> RefusedError | None:
    """Where a second person must look: nobody lets their own words go, or decides for two roles."""
    if not practice.second_person:
        return None
    if waiting.edited_by == by.actor:
        words = say(
            "{who} wrote the text of {what}: somebody else must approve it", who=by.actor, what=waiting.named
        )
        return RefusedError(words)
    own = [role for role, who in waiting.signers.items() if who == by.actor]
    if not own:
        return None
    words = say("{who} has approved {what} for `{role}`: somebody else must for `{other}`", who=by.actor,
                what=waiting.named, role=panel(own), other=waiting.role)  # fmt: skip
    return RefusedError(words)
