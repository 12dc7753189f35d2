"""What happened to a customer, in order, and which rule line was the reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.model.model import EventKind
from dsl.wording import Phrase
from engine.storage.benefit_tables import grant
from engine.storage.declared import column_name
from engine.storage.digests import reply_digest
from engine.storage.inbox_tables import receipt, reply_of
from engine.storage.keys import Intent, intent_in
from engine.storage.schema import WATCHED, enrolment, message, rule, task, visit
from engine.storage.staff_tables import decision
from engine.storage.states import Fate, GrantStatus, MessageStatus, TaskStatus
from engine.views.because import because_told
from engine.views.deeds import REFUSED, Act, acts_on
from engine.views.sayings import sayings
from engine.views.titles import Titles
from engine.views.window import Window
from engine.wording import all_of, say

_TOLD_OTHERWISE = frozenset({"task_done", "optout"})
"""Events that stand in the timeline as tasks and opt-outs."""


_EVENT, _SAID, _STEP = 0, (1,), 2
"""What comes in, what that says of opt-outs and consents, and what journeys make of it, in order."""

_MOVE, _HELD, _DECISION, _MESSAGE, _RECEIPT, _TASK, _CLOSING, _GRANT, _USE = range(9)
"""What one visit to a state brings, in order."""


class Moment(NamedTuple):
    """One line of a timeline. `order` sorts what happened at one instant: what came in, then journey by journey."""

    at: int
    order: tuple[int, ...]
    kind: str
    what: str
    because: str | None = None


def timeline(window: Window, customer: int) -> list[dict[str, object]]:
    """Everything known, the oldest first, as the JSON contract says; for people by titles."""
    life = _Life(window, customer, _journeys(window, customer), acts_on(window.connection, customer))
    told = (
        _events,
        _moves,
        _held_out,
        _held,
        _messages,
        _contradictions,
        _tasks,
        _benefits,
        _sayings,
    )
    moments = [moment for one in told for moment in one(life)]
    return [
        {"at": window.time(moment.at), "kind": moment.kind, "what": moment.what, "because": moment.because}
        for moment in sorted(moments, key=lambda moment: (moment.at, moment.order))
    ]


@dataclass(frozen=True, slots=True)
class _Life:
    """Whose timeline it is. `journeys`: those the customer went through, numbered in the order of their beginning.

    `acts`: what people did, by message.
    """

    window: Window
    customer: int
    journeys: Mapping[tuple[int, int, int], int]
    acts: Mapping[Intent, Sequence[Act]]

    @property
    def titles(self) -> Titles:
        """What names are told by."""
        return self.window.titles

    def called(self, kind: str, number: int | None) -> str | None:
        """What something of a kind is called; None for nothing."""
        return None if number is None else self.titles.of(kind, self.window.name(number))

    def because(self, reason: str | None) -> str | None:
        """A stored reason as it is told."""
        return because_told(reason, self.titles)

    def order(self, row: sa.Row[Any], step: int, action: int = 0) -> tuple[int, ...]:
        """Where something that a visit to a state brought stands among what happened at that instant."""
        return _STEP, self.journeys[row.journey, row.record, row.occurrence], row.visit, step, action


_REPLY = "replied"


def _journeys(window: Window, customer: int) -> dict[tuple[int, int, int], int]:
    key = (enrolment.c.journey, enrolment.c.record, enrolment.c.occurrence)
    query = sa.select(*key).where(enrolment.c.customer == customer).order_by(enrolment.c.entered_at, *key)
    return {tuple(row): place for place, row in enumerate(window.connection.execute(query))}


def _events(life: _Life) -> Iterator[Moment]:
    window, customer = life.window, life.customer
    answered = _answered(life)
    for name, table in window.tables.events.items():
        if name in _TOLD_OTHERWISE:
            continue
        kind = window.model.events[name]
        rows = window.connection.execute(sa.select(table).where(table.c.customer == customer))
        for row in rows.mappings():
            words = _event_words(life, kind, row)
            if name == _REPLY and row["digest"] in answered:
                words = say("{what} to {message}", what=words, message=answered[row["digest"]])
            yield Moment(row["at"], (_EVENT, row["seq"]), say("event"), words)


def _answered(life: _Life) -> dict[int, str | None]:
    """The messages that replies answer, by the digests of their events."""
    same = sa.and_(*(message.c[name] == reply_of.c[name] for name in Intent._fields))
    rows = sa.select(reply_of.c.channel, reply_of.c.id, message.c.message).join(message, same)
    found = life.window.connection.execute(rows.where(reply_of.c.customer == life.customer))
    return {reply_digest(row.channel, row.id): life.called("message", row.message) for row in found}


def _event_words(life: _Life, kind: EventKind, row: sa.RowMapping) -> str:
    window, titles = life.window, life.titles
    if kind.name == _REPLY and row[column_name("text")] is not None:
        return say("replied “{text}”", text=row[column_name("text")])
    words = []
    for field in kind.fields:
        value = window.value(row[column_name(field.name)], field.type.kind)
        if value is not None:
            shown = titles.value(field.name, value, kind.name)
            words.append(
                say("{name} {value}", name=titles.field(kind.name, field.name), value=_plain(shown, titles))
            )
    name = titles.of("event", kind.name)
    return say("{event} ({fields})", event=name, fields=all_of(words)) if words else name


def _moves(life: _Life) -> Iterator[Moment]:
    window = life.window
    joined = visit.outerjoin(rule, rule.c.rule == visit.c.rule)
    query = sa.select(visit, rule.c.file, rule.c.line, rule.c.text).select_from(joined)
    for row in window.connection.execute(query.where(visit.c.customer == life.customer)):
        name = window.name(row.journey)
        journey = life.titles.of("journey", name)
        because = None if row.file is None else f"{row.file}:{row.line} {row.text}"
        if row.state is None:
            outcome = life.titles.end(name, window.name(row.outcome))
            what = (
                say("{journey} ended {outcome}", journey=journey, outcome=outcome)
                if outcome
                else say("{journey} ended", journey=journey)
            )
            yield Moment(row.at, life.order(row, _MOVE), say("end"), what, because)
        else:
            state = life.titles.state(name, window.state(row.state))
            where = say("{journey}: {state}", journey=journey, state=state)
            yield Moment(row.at, life.order(row, _MOVE), say("state"), where, because)


def _held_out(life: _Life) -> Iterator[Moment]:
    window = life.window
    watched = (enrolment.c.customer == life.customer, enrolment.c.status == WATCHED)
    for row in window.connection.execute(sa.select(enrolment).where(*watched)):
        what = say("{journey}: held out for comparison", journey=life.called("journey", row.journey))
        yield Moment(row.entered_at, life.order(row, _MOVE), say("state"), what)


def _held(life: _Life) -> Iterator[Moment]:
    """When a message began to wait for people who have decided on it since."""
    mine = (message.c.customer == life.customer, decision.c.kind == "message")
    same = sa.and_(*(message.c[name] == decision.c[name] for name in Intent._fields))
    columns = (*(message.c[name] for name in Intent._fields), message.c.message)
    rows: sa.Select[Any] = sa.select(*columns, decision.c.since, decision.c.because).join(decision, same)
    past = (decision.c.since.is_not(None), message.c.status != MessageStatus.HELD)
    for row in life.window.connection.execute(rows.where(*mine, *past)):
        what = say(
            "{name} {status}", name=life.called("message", row.message), status=MessageStatus.HELD.said
        )
        order, because = life.order(row, _HELD, row.action), life.because(row.because)
        yield Moment(row.since, order, say("message"), what, because)


def _decided(life: _Life, row: sa.Row[Any]) -> Iterator[Moment]:
    """What people did about a message; a refusal that stands is told with what became of it."""
    name, order = life.called("message", row.message), life.order(row, _DECISION, row.action)
    for act in life.acts.get(intent_in(row), ()):
        if not _drops(act, row):
            yield Moment(
                act.at, order, say("message"), say("{name}: {done}", name=name, done=act.said), act.because
            )


def _drops(act: Act, row: sa.Row[Any]) -> bool:
    """Whether a message was dropped by this."""
    return act.verb == REFUSED and row.status == MessageStatus.DROPPED and row.changed_at == act.at


def _why(life: _Life, row: sa.Row[Any]) -> str | None:
    """What is stored of it, with what whoever refused it noted."""
    because = life.because(row.because)
    notes = (act.because for act in life.acts.get(intent_in(row), ()) if _drops(act, row) and act.because)
    note = next(notes, None)
    return because if note is None else say("{because}: {note}", because=because, note=note)


def _messages(life: _Life) -> Iterator[Moment]:
    window = life.window
    for row in window.connection.execute(sa.select(message).where(message.c.customer == life.customer)):
        yield from _decided(life, row)
        because = _why(life, row)
        order, came = life.order(row, _MESSAGE, row.action), row.delivered_at or row.failed_at
        if came is None or row.sent_at is None:
            what = _message_words(life, row, MessageStatus(row.status))
            yield Moment(row.sent_at or row.changed_at, order, say("message"), what, because)
            continue
        what = _message_words(life, row, MessageStatus.SENT)
        yield Moment(row.sent_at, order, say("message"), what)
        what, order = _message_words(life, row), life.order(row, _RECEIPT, row.action)
        yield Moment(came, order, say("message"), what, because)


def _message_words(life: _Life, row: sa.Row[Any], status: MessageStatus | None = None) -> Phrase:
    """What became of a message; without a status, what a receipt says: then its text is known."""
    name, channel = life.called("message", row.message), life.called("channel", row.channel)
    said = MessageStatus(row.status if status is None else status).said
    words = say("{name} {status}", name=name, status=said)
    if channel:
        words = say("{name} {status} via {channel}", name=name, status=said, channel=channel)
    return say("{what}: {text}", what=words, text=row.text) if row.text and status is not None else words


def _contradictions(life: _Life) -> Iterator[Moment]:
    """Receipts that say something else than was known: the first word stands."""
    window = life.window
    same = sa.and_(*(message.c[name] == receipt.c[name] for name in Intent._fields))
    columns = (*(message.c[name] for name in Intent._fields), message.c.message, message.c.status)
    told = (receipt.c.channel.label("by"), receipt.c.says, receipt.c.taken_at, receipt.c.because.label("why"))
    rows: sa.Select[Any] = sa.select(*columns, *told).join(receipt, same).order_by(receipt.c.taken_at)
    own = (receipt.c.customer == life.customer, receipt.c.fate == Fate.CONTRADICTS)
    for row in window.connection.execute(rows.where(*own)):
        what = say(
            "{channel} says of {name} that it is {says}; it stays {status}",
            channel=life.titles.of("channel", row.by),
            name=life.called("message", row.message),
            says=(MessageStatus.FAILED if row.says == "failed" else MessageStatus.DELIVERED).said,
            status=MessageStatus(row.status).said,
        )
        order = life.order(row, _RECEIPT, row.action)
        yield Moment(row.taken_at, order, say("receipt"), what, life.because(row.why))


def _tasks(life: _Life) -> Iterator[Moment]:
    window = life.window
    for row in window.connection.execute(sa.select(task).where(task.c.customer == life.customer)):
        name, role = life.called("task", row.task), life.called("role", row.role)
        opened = say("{name} for {role}", name=name, role=role or say("anybody"))
        yield Moment(row.created_at, life.order(row, _TASK, row.action), say("task"), opened)
        if row.closed_at is not None:
            order, closed = life.order(row, _CLOSING, row.action), _closing(life, row)
            yield Moment(row.closed_at, order, say("task"), closed, row.note)


def _closing(life: _Life, row: sa.Row[Any]) -> Phrase:
    name = life.window.name(row.task)
    words = say("{name} {status}", name=life.titles.of("task", name), status=TaskStatus(row.status).said)
    if row.outcome:
        outcome = life.titles.outcome(name, life.window.name(row.outcome))
        words = say("{what} as {outcome}", what=words, outcome=outcome)
    return say("{what} by {who}", what=words, who=row.done_by) if row.done_by else words


def _benefits(life: _Life) -> Iterator[Moment]:
    """What a benefit has come to; and its code used in a shop, which is an event too, told here with the place."""
    window = life.window
    for row in window.connection.execute(sa.select(grant).where(grant.c.customer == life.customer)):
        name, status = life.called("benefit", row.benefit), GrantStatus(row.status)
        words = say("{name} {status}", name=name, status=status.said)
        if status is GrantStatus.GRANTED:
            words = say("{name} {status}, code {code}", name=name, status=status.said, code=row.code)
        if row.decided_by:
            words = say("{what} by {who}", what=words, who=row.decided_by)
        order = life.order(row, _GRANT, row.action)
        at, because = row.granted_at or row.changed_at, life.because(row.because)
        yield Moment(at, order, say("benefit"), words, because)
        if row.redeemed_at is not None:
            used = say("{name} redeemed by {who}", name=name, who=row.redeemed_by)
            yield Moment(
                row.redeemed_at, life.order(row, _USE, row.action), say("benefit"), used, row.redeemed_shop
            )


def _sayings(life: _Life) -> Iterator[Moment]:
    for one in sayings(life.window, life.customer):
        yield Moment(one.at, _SAID, one.kind, one.what, one.because)


def _plain(value: object, titles: Titles) -> str:
    """A value as rules write it; for people a flag in words."""
    if isinstance(value, bool):
        words = (say("yes"), say("no")) if titles.known else ("true", "false")
        return words[0] if value else words[1]
    return f"{value:g}" if isinstance(value, float) else str(value)
