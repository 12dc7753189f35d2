"""How somebody stood in a journey at a moment of the past, as far as the trail of moves and messages tells."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Journey
from engine.explaining.answers import Line, Verdict
from engine.explaining.inquiry import Inquiry
from engine.explaining.messages import messages
from engine.storage.schema import SUBJECT, WATCHED, enrolment, rule, visit
from engine.wording import say


def verdict_then(inquiry: Inquiry, journey: Journey, run: sa.Row[Any], record: str | None) -> Verdict:
    """Where they were, by which line they had come there, and by which they left it later."""
    moves = list(_moves(inquiry, run))
    sent = messages(inquiry, journey, run, {})
    here = [move for move in moves if move.at <= inquiry.at]
    later = [move for move in moves if move.at > inquiry.at]
    if run.status == WATCHED or not here:
        words = say("was held out for comparison since {at}", at=inquiry.window.time(run.entered_at))
        return Verdict(journey.name, journey.title, record, "watched", words, (), since=run.entered_at)
    last, window = here[-1], inquiry.window
    because = (
        _line(last, say("led here at {at}", at=window.time(last.at))),
        *(_line(move, say("led on at {at}", at=window.time(move.at))) for move in later[:1]),
    )
    if last.state is None:
        words = say(
            "had ended as `{outcome}` at {at}", outcome=window.name(last.outcome), at=window.time(last.at)
        )
        return Verdict(
            journey.name, journey.title, record, "ended", words, because, since=last.at, messages=sent
        )
    state = window.state(last.state)
    words = say("was in `{state}` since {at}", state=state, at=window.time(last.at))
    return Verdict(
        journey.name, journey.title, record, "active", words, because, state,
        last.at, sent, later[0].at if later else None, say("it moved on") if later else "",
    )  # fmt: skip


def entered_later(inquiry: Inquiry, journey: Journey, record: int) -> int | None:
    """When somebody who was not in a journey came into it."""
    came: int | None = inquiry.connection.scalar(
        sa.select(sa.func.min(enrolment.c.entered_at)).where(
            enrolment.c.customer == inquiry.customer,
            enrolment.c.journey == inquiry.world.number("journey", journey.name),
            enrolment.c.record == record,
            enrolment.c.entered_at > inquiry.at,
        )
    )
    return came


def _moves(inquiry: Inquiry, run: sa.Row[Any]) -> Iterator[sa.Row[Any]]:
    same = [visit.c[name] == getattr(run, name) for name in SUBJECT]
    joined = visit.outerjoin(rule, rule.c.rule == visit.c.rule)
    query = sa.select(visit, rule.c.file, rule.c.line, rule.c.text).select_from(joined).where(*same)
    yield from inquiry.connection.execute(query.order_by(visit.c.visit))


def _line(move: sa.Row[Any], note: str) -> Line:
    return Line(move.text or "", True, move.file, move.line, note=note)
