"""Writing what the gate decided: ready messages with their texts, waiting, held and dropped ones with the reason.

A message is written once, with all that is known of it; those that were stored before are updated only where
something differs.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from engine.conditions import moments
from engine.permits.approvals import APPROVED, void_where_changed
from engine.permits.facts import KEY_AT, Row, Sender
from engine.permits.given import Drop, Go, Hold, Verdict, Wait
from engine.permits.preapproved import PREAPPROVED, SIGNED, Preapproved
from engine.permits.settling import Visit, settle
from engine.permits.words import Words
from engine.plans.statement import Statement
from engine.plans.work import Work
from engine.plans.working import batch, stirred, wanted
from engine.reasons import BOTH, GIVEN_UP, TEXT_CHANGED
from engine.storage.bulk import any_known
from engine.storage.schema import INTENT, OPEN_MESSAGE, message
from engine.storage.states import MessageStatus
from engine.storage.symbols import panel_number
from engine.texts.rendering import Rendered, Text

# Rows are written as bare tuples: these names are in the order of the table's columns.

Decided = dict[tuple[Sender, Verdict], list[Row]]
"""Rows of candidates by their send and verdict."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is written of all messages that one verdict is about. `channel`: by which they will go, if one is known.

    `sampled`, `piloted`: they are of the sample, of the pilot.
    """

    status: MessageStatus
    because: str | None = None
    until: int | None = None
    role: str | None = None
    channel: str | None = None
    sampled: bool = False
    piloted: bool = False


def outcome_of(verdict: Verdict) -> Outcome:
    """The outcome of a verdict, before any text is made."""
    match verdict:
        case Go(channel=channel, piloted=piloted):
            return Outcome(MessageStatus.READY, channel=channel, piloted=piloted)
        case Wait(until=until, because=because):
            return Outcome(MessageStatus.WAITING, because, until)
        case Hold(role=role, because=because, until=until, channel=channel, sampled=sampled):
            return Outcome(MessageStatus.HELD, because, until, role, channel, sampled)
        case Drop(because=because):
            return Outcome(MessageStatus.DROPPED, because)


_OPEN = [moments.integer(MessageStatus.WAITING), moments.integer(MessageStatus.HELD)]


def bring_stored(work: Work) -> None:
    """Look again at what waits or is held for the customers of the batch."""
    some = sa.select(sa.exists(sa.select(message.c.status).where(OPEN_MESSAGE, message.c.status.in_(_OPEN))))
    statement = work.plan.statement(("some stored",), lambda: some)
    if statement is not None and statement.run(work.connection, work.values).scalar():
        theirs = message.c.customer.in_(sa.select(batch.c.customer))
        work.do(("bring stored",), lambda: bring(theirs))


def bring(theirs: sa.ColumnElement[bool]) -> sa.Insert:
    """Put the messages of some customers that wait or are held into `wanted`."""
    rows = sa.select(*(message.c[name] for name in BROUGHT))
    return wanted.insert().from_select(BROUGHT, rows.where(theirs, message.c.status.in_(_OPEN)))


BROUGHT = (
    *INTENT,
    "state",
    "created_at",
    "status",
    "until",
    "refused",
    "approved",
    "signed",
    "edition",
    "sampled",
)
"""What of a stored message stands in `wanted`, by its names there and here."""


def write(work: Work, words: Words, decided: Decided, before: Preapproved) -> bool:
    """Write every verdict; whether any enrolment was settled by it."""
    settled: list[Visit] = []
    for (sender, verdict), rows in decided.items():
        outcome = outcome_of(verdict)
        differing = [row for row in rows if _differs(row, outcome)]
        for final, some in _given_up_by(work, sender, outcome, differing):
            for written in _worded(work, words, sender, final, some):
                work.report.messages[written[0].status.word] += _store(work, sender, written)
                if written[0].status is MessageStatus.READY:
                    fresh = sum(not row[APPROVED] for row in written[1])
                    work.report.let_go[sender.journey.name] += fresh
                before.note(work.connection, sender, written[0].status, written[1])
        if outcome.status is MessageStatus.DROPPED:
            journey = work.plan.world.number("journey", sender.journey.name)
            settled += [(row[0], journey, row[1], row[2], row[3]) for row in differing]
    settle(work.connection, settled, work.clock.now)
    return bool(settled) and _stir(work, settled)


def _given_up_by(
    work: Work, sender: Sender, outcome: Outcome, rows: list[Row]
) -> Iterable[tuple[Outcome, list[Row]]]:
    """The rows as they are; of those given up each with what held it until then."""
    if outcome.status is not MessageStatus.DROPPED or outcome.because != sender.rule.give_up.text:
        return [(outcome, rows)]
    groups: dict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        groups[_because(work, sender, row)].append(row)
    return [
        (
            outcome if held is None else replace(outcome, because=GIVEN_UP(rule=outcome.because, held=held)),
            some,
        )
        for held, some in groups.items()
    ]


def _because(work: Work, sender: Sender, row: Row) -> str | None:
    """Why a message waited or was held so far; None when it is new."""
    if row[STATUS] is None:
        return None
    because: str | None = (
        _statement(work, ("because",), _reason).run(work.connection, _its(work, sender, row)).scalar()
    )
    return because


def _its(work: Work, sender: Sender, row: Row) -> dict[str, Any]:
    journey, _, action = sender.numbers(work.plan.world)
    return dict(zip(_ITS, (row[0], journey, *row[1:4], action), strict=True))


def _reason() -> sa.Select[Any]:
    return sa.select(message.c.because).where(*_same())


def _stir(work: Work, settled: list[Visit]) -> bool:
    """Those whose state may be settled now may move again."""
    work.step += 1
    work.connection.execute(
        stirred.insert(), [{"customer": visit[0], "step": work.step} for visit in settled]
    )
    return True


def _differs(row: Row, outcome: Outcome) -> bool:
    """A stored message that is judged as before need not be written again."""
    status, until = row[KEY_AT + 1], row[KEY_AT + 2]
    return (
        status is None
        or outcome.status in (MessageStatus.READY, MessageStatus.HELD)  # with the text that it would have now
        or row[APPROVED] == PREAPPROVED  # which is noted on it
        or (status, until) != (outcome.status, outcome.until)
    )


Written = tuple[Outcome, list[Row], list[Text]]
"""Messages that are written alike, and their texts."""

_NO_TEXT = Text(None, "")


def _worded(work: Work, words: Words, sender: Sender, outcome: Outcome, rows: list[Row]) -> list[Written]:
    """The outcomes with their texts; those whose text cannot be made or may not go are held.

    What somebody approved goes as it was approved, or waits for another look; so does what some of them have.
    """
    if outcome.channel is None or not rows:
        return [(outcome, rows, [])] if rows else []
    texts = words.of(sender, outcome.channel, rows)
    if outcome.status in _BOUND and any(row[APPROVED] or row[SIGNED] for row in rows):
        changed = void_where_changed(work, sender, outcome.channel, list(zip(rows, texts, strict=True)))
        if changed:
            again = Outcome(MessageStatus.WAITING, TEXT_CHANGED(), work.clock.now)
            others = [row for row in rows if row not in changed]
            return [(again, changed, []), *_worded(work, words, sender, outcome, others)]
    faults = words.faults(sender, outcome.channel, rows, texts)
    groups: dict[Outcome, tuple[list[Row], list[Text]]] = defaultdict(lambda: ([], []))
    if not any(faults):
        return [(outcome, rows, [_shown(text) for text in texts])]
    for row, text, because in zip(rows, texts, faults, strict=True):
        final = outcome if because is None else _held(outcome, because, _given_up(work, sender, row))
        group = groups[final]
        group[0].append(row)
        group[1].append(_shown(text))
    return [(final, *group) for final, group in groups.items()]


_BOUND = (MessageStatus.READY, MessageStatus.HELD)


def _shown(text: Rendered) -> Text:
    return text if isinstance(text, Text) else _NO_TEXT


def _held(outcome: Outcome, because: str, until: int) -> Outcome:
    if outcome.status is MessageStatus.HELD:
        return replace(outcome, because=BOTH(first=outcome.because, second=because))
    return replace(outcome, status=MessageStatus.HELD, because=because, until=until)


def _given_up(work: Work, sender: Sender, row: Row) -> int:
    return work.plan.world.zone.shift(row[KEY_AT], sender.rule.policy.give_up)


_RULED = ("message", "state", "policy")
_JUDGED = ("channel", "status", "because", "until", "role")
_OWN = ("subject", "text", "address")
_TIMES = ("changed_at", "counted_at")
_WATCHED = ("edition", "sampled", "piloted")


Own = tuple[str | None, str | None, str | None]
"""Subject, text and address."""


def _store(work: Work, sender: Sender, written: Written) -> int:
    """Insert the new ones of these messages, and update those that were stored before; how many were written."""
    outcome, rows, _ = written
    owns = _owns(sender, written)
    if any(row[STATUS] is not None for row in rows):
        both = list(zip(rows, owns, strict=True))
        stored = [(row, own) for row, own in both if row[STATUS] is not None]
        known = [(row, own) for row, own in stored if _is_news(work, sender, outcome, row, own)]
        _update(work, sender, outcome, known)
        work.report.left.update((MessageStatus(row[STATUS]).word, _CREATED(row)) for row, _ in known)
        fresh = [(row, own) for row, own in both if row[STATUS] is None]
        rows, owns = [row for row, _ in fresh], [own for _, own in fresh]
        _insert(work, sender, outcome, rows, owns)
        return len(known) + len(fresh)
    _insert(work, sender, outcome, rows, owns)
    return len(rows)


STATUS = KEY_AT + 1
"""The place in a row of the status that is stored; None of a new message."""

_PLACE = itemgetter(0), itemgetter(1), itemgetter(2), itemgetter(3)  # customer, record, occurrence, visit
_CREATED = itemgetter(KEY_AT)


def _insert(work: Work, sender: Sender, outcome: Outcome, rows: list[Row], owns: list[Own]) -> None:
    """Column by column, since most hold one value: three times as fast as row by row. Empty ones are left out."""
    if not rows:
        return
    journey, state, action = sender.numbers(work.plan.world)
    customers, records, occurrences, visits = (map(place, rows) for place in _PLACE)
    columns: dict[str, Iterable[Any]] = dict(
        zip(INTENT, (customers, repeat(journey), records, occurrences, visits, repeat(action)), strict=True)
    )
    columns |= _repeated(_RULED, _ruled(work, sender, state)) | _repeated(_JUDGED, _judged(work, outcome))
    texts = zip(_OWN, zip(*owns, strict=True), strict=True)
    columns |= {name: column for name, column in texts if any_known(column)}
    columns |= {"created_at": map(_CREATED, rows)} | _repeated(_TIMES, _times(work, outcome))
    if sender.edition is not None:
        columns |= _repeated(_WATCHED, _watched(sender, outcome))
    statement = _statement(work, ("insert message", *columns), lambda: _insertion(columns))
    statement.run_many(work.connection, list(zip(*columns.values())))  # noqa: B905  # constants never end


def _repeated(names: Sequence[str], values: Sequence[Any]) -> dict[str, Iterable[Any]]:
    return {name: repeat(value) for name, value in zip(names, values, strict=True) if value is not None}


def _update(work: Work, sender: Sender, outcome: Outcome, known: list[tuple[Row, Own]]) -> None:
    journey, _, action = sender.numbers(work.plan.world)
    judged, times = _judged(work, outcome), _times(work, outcome)
    edition, sampled, piloted = _watched(sender, outcome)
    watched = (edition, sampled, edition, piloted)
    rows = [
        (*judged, *own, judged[1], *times, *watched, row[0], journey, row[1], row[2], row[3], action)
        for row, own in known
    ]
    _statement(work, ("update message",), _change).run_many(work.connection, rows)


def _owns(sender: Sender, written: Written) -> list[Own]:
    outcome, rows, texts = written
    if outcome.channel is None or not texts:
        return [(None, None, None)] * len(rows)
    address = itemgetter(KEY_AT + sender.key_length + sender.rule.via.index(outcome.channel))
    return [(subject, body, to) for (subject, body), to in zip(texts, map(address, rows), strict=True)]


def _is_news(work: Work, sender: Sender, outcome: Outcome, row: Row, own: Own) -> bool:
    """A held message whose text still cannot be made, or is still the same for the same roles, stays as it is.

    One whose approval has just become void is looked at again, also where it waited for this very moment before.
    """
    stays = outcome.status is MessageStatus.HELD
    if not stays or (outcome.status, outcome.until) != (row[STATUS], row[STATUS + 1]):
        return True
    if not own[1]:
        return False
    its, judged = _its(work, sender, row), _judged(work, outcome)
    known = _statement(work, ("own text",), _own_text).run(work.connection, its).one()
    return tuple(known) != (*own, judged[2], judged[4])


def _statement(work: Work, key: tuple[str, ...], build: Callable[[], sa.Executable]) -> Statement:
    statement = work.plan.statement(key, build)
    assert statement is not None  # noqa: S101
    return statement


def _insertion(names: Iterable[str]) -> sa.Insert:
    return message.insert().values({name: sa.bindparam(f"new_{name}", required=True) for name in names})


_ITS = tuple(f"its_{name}" for name in INTENT)


def _same() -> list[sa.ColumnElement[bool]]:
    return [
        message.c[name] == sa.bindparam(its, required=True) for name, its in zip(INTENT, _ITS, strict=True)
    ]


def _own_text() -> sa.Select[Any]:
    return sa.select(*(message.c[name] for name in (*_OWN, "because", "role"))).where(*_same())


def _change() -> sa.Update:
    """One of the sample stays so, as long as its message reads the same; what is held again has waited since it was."""
    names = (*_JUDGED, *_OWN, *_TIMES)
    new: dict[str, sa.ColumnElement[Any]] = {
        name: sa.bindparam(f"new_{name}", required=True) for name in (*names, *_WATCHED)
    }
    kept = sa.case((message.c.edition == sa.bindparam("same_edition", required=True), message.c.sampled))
    still = sa.func.coalesce(kept, sa.false())
    new["sampled"] = sa.case((new["sampled"] == moments.integer(1), sa.true()), else_=still)
    held = moments.integer(MessageStatus.HELD)
    again = sa.and_(sa.bindparam("same_status", required=True) == held, message.c.status == held)
    new["changed_at"] = sa.case((again, message.c.changed_at), else_=new["changed_at"])
    ordered = [(message.c[name], value) for name, value in new.items()]
    return message.update().ordered_values(*ordered).where(*_same())


def _ruled(work: Work, sender: Sender, state: int) -> tuple[int, ...]:
    world, rule = work.plan.world, sender.rule
    return world.number("message", rule.send.message), state, world.number("policy", rule.policy.name)


def _judged(work: Work, outcome: Outcome) -> tuple[Any, ...]:
    world = work.plan.world
    channel = None if outcome.channel is None else world.number("channel", outcome.channel)
    role = panel_number(work.connection, world.symbols, outcome.role)
    return channel, int(outcome.status), outcome.because, outcome.until, role


def _watched(sender: Sender, outcome: Outcome) -> tuple[int | None, bool, bool]:
    return sender.edition, outcome.sampled, outcome.piloted


def _times(work: Work, outcome: Outcome) -> tuple[int, int | None]:
    now = work.clock.now
    return now, now if outcome.status is MessageStatus.READY else None
