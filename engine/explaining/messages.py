"""Why messages went, wait, are held, or never will go: by what is stored of them, or judged of those that wait."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Journey
from dsl.wording import Phrase
from engine.delivery.pausing import pauses
from engine.explaining.answers import Line, Sent, line_of
from engine.explaining.inquiry import Inquiry
from engine.explaining.judging import Judgement
from engine.reasons import Reason, read_back, reason
from engine.storage.keys import Intent, intent_in
from engine.storage.schema import SUBJECT, message, rule, visit
from engine.storage.states import MessageStatus
from engine.views.because import because_told
from engine.views.deeds import Act, acts_on
from engine.views.pauses import paused_said
from engine.wording import say

MOST = 5
"""Messages of one run through a journey that are told of, the newest ones."""

Stored = sa.Row[Any]
"""A row of `message`."""


def moved_by(inquiry: Inquiry, row: sa.Row[Any], number: int) -> Iterator[Line]:
    """The line that led to a visit, or to the end, of a run through a journey; nothing when nobody moved there."""
    same = [visit.c[name] == getattr(row, name) for name in SUBJECT]
    query = sa.select(rule.c.file, rule.c.line, rule.c.text, visit.c.at).join(
        visit, visit.c.rule == rule.c.rule
    )
    for file, line, text, at in inquiry.connection.execute(query.where(*same, visit.c.visit == number)):
        yield Line(text, True, file, line, note=say("led here at {at}", at=inquiry.window.time(at)))


def messages(
    inquiry: Inquiry, journey: Journey, run: sa.Row[Any], open_ones: Mapping[Intent, Judgement]
) -> tuple[Sent, ...]:
    """The newest messages of a run through a journey, the oldest of them first."""
    same = [message.c[name] == getattr(run, name) for name in SUBJECT]
    newest = (message.c.visit.desc(), message.c.action.desc())
    query = sa.select(message).where(*same, message.c.created_at <= inquiry.at).order_by(*newest).limit(MOST)
    rows = reversed(inquiry.connection.execute(query).all())
    acts = acts_on(inquiry.connection, run.customer)
    return tuple(_message(inquiry, journey, row, open_ones, acts) for row in rows)


def _message(
    inquiry: Inquiry,
    journey: Journey,
    row: Stored,
    open_ones: Mapping[Intent, Judgement],
    acts: Mapping[Intent, Sequence[Act]],
) -> Sent:
    intent = intent_in(row)
    one, window = open_ones.get(intent), inquiry.window
    what = unless_paused(inquiry, row, one or _told(inquiry, row))
    first = _sent_by(inquiry, journey, row)
    return Sent(
        id=intent.id,
        message=window.titles.of("message", window.name(row.message)),
        state=window.state(row.state) or "",
        status=MessageStatus(row.status).said,
        channel=window.name(row.channel),
        verdict=what.words,
        because=(*first, *_decided(inquiry, acts.get(intent, ())), *what.lines),
        until=what.until,
        then=what.then,
    )


def _decided(inquiry: Inquiry, acts: Sequence[Act]) -> Iterator[Line]:
    """What people did about it until then."""
    for act in acts:
        if act.at <= inquiry.at:
            done = say("{done} at {at}", done=act.said, at=inquiry.window.time(act.at))
            yield Line(done, None, note=act.because or "")


def unless_paused(inquiry: Inquiry, row: Stored, what: Judgement) -> Judgement:
    """What may go stays where somebody has stopped it."""
    if not what.goes and row.status != MessageStatus.READY:
        return what
    paused = paused_said(inquiry.window, row, pauses(inquiry.connection))
    if paused is None:
        return what
    said = say("may go otherwise, but {paused}", paused=paused)
    return replace(what, words=said, until=None, then="")


def _sent_by(inquiry: Inquiry, journey: Journey, row: Stored) -> Iterator[Line]:
    """The line that wants the message, if there still is one."""
    sender = inquiry.permits.senders.get((row.state, row.action))
    if sender is not None and sender.journey is journey:
        yield line_of(sender.rule.send.span, holds=None)


def _told(inquiry: Inquiry, row: Stored) -> Judgement:
    """A message about which nothing is left to decide here, by what is stored of it."""
    window, time = inquiry.window, inquiry.window.time
    because = because_told(row.because, window.titles) or ""
    channel = window.titles.of("channel", window.name(row.channel))
    if row.because and (trouble := _trouble(inquiry, row)) is not None:
        return trouble
    match MessageStatus(row.status):
        case MessageStatus.DELIVERED:
            words = say(
                "went via {channel} at {at}, and was delivered at {delivered}",
                channel=channel, at=time(row.sent_at), delivered=time(row.delivered_at),
            )  # fmt: skip
            return Judgement(words)
        case MessageStatus.SENT:
            words = say("went via {channel} at {at}", channel=channel, at=time(row.sent_at))
            return Judgement(say("{what}: {because}", what=words, because=because) if because else words)
        case MessageStatus.CANCELLED:
            return Judgement(say("cancelled: {because}", because=because), tuple(_left_by(inquiry, row)))
        case MessageStatus.DROPPED:
            return Judgement(say("dropped: {because}", because=because), tuple(_line_that_says(inquiry, row)))
        case other:
            return Judgement(_STANDING[other](because=because) if because else _PLAINLY[other])


def _trouble(inquiry: Inquiry, row: Stored) -> Judgement | None:
    """A message that its channel refused, left in doubt, or did not take for now."""
    window, because = inquiry.window, because_told(row.because, inquiry.window.titles)
    channel = window.titles.of("channel", window.name(row.channel))
    name = window.titles.of("message", window.name(row.message))
    status, later = MessageStatus(row.status), row.until is not None and row.until > inquiry.at
    if status is MessageStatus.FAILED and row.failed_at is not None:
        at = window.time(row.failed_at)
        words = say(
            "failed via {channel} at {at}, and is not sent again: {because}",
            channel=channel, at=at, because=because,
        )  # fmt: skip
        return Judgement(words)
    if status is MessageStatus.UNKNOWN:
        words = say(
            "left via {channel}, and nobody knows whether it arrived; until that is known it is not sent again: "
            "{because}",
            channel=channel, because=because,
        )  # fmt: skip
        return Judgement(words)
    if status is MessageStatus.READY and later:
        words = say(
            "was not taken, and is tried again at {at}: {because}", at=window.time(row.until), because=because
        )
        return Judgement(words, until=row.until, then=say("message {message} is tried again", message=name))
    return None


_STANDING: Mapping[MessageStatus, Reason] = {
    MessageStatus.READY: reason("may go, and is tried again: {because}"),
    MessageStatus.SENDING: reason("is on its way: {because}"),
    MessageStatus.UNKNOWN: reason("nobody knows whether it went: {because}"),
    MessageStatus.FAILED: reason("failed: {because}"),
    MessageStatus.WAITING: reason("waits: {because}"),
    MessageStatus.HELD: reason("held: {because}"),
}
_PLAINLY: Mapping[MessageStatus, Phrase] = {
    MessageStatus.READY: say("may go: the next run sends it"),
    MessageStatus.SENDING: say("is on its way"),
    MessageStatus.UNKNOWN: say("nobody knows whether it went"),
    MessageStatus.FAILED: say("failed"),
    MessageStatus.WAITING: say("waits"),
    MessageStatus.HELD: say("held"),
}


def _left_by(inquiry: Inquiry, row: Stored) -> Iterator[Line]:
    """The line that led out of its state, when that is what took it back."""
    for line in moved_by(inquiry, row, row.visit + 1):
        if row.because == line.text:
            yield replace(line, note="")


def _line_that_says(inquiry: Inquiry, row: Stored) -> Iterator[Line]:
    """The line of the policy that a reason names."""
    sender = inquiry.permits.senders.get((row.state, row.action))
    if sender is None:
        return
    own = sender.rule
    rules = (own.give_up, own.consent, *(item.rule for item in own.reviews))
    lines = [
        *((one.text, one.span) for one in rules),
        *((one.text, one.span) for one in own.limits),
    ]
    for text, span in lines:
        if row.because and text in row.because:
            yield line_of(span, holds=False, text=read_back(text))
