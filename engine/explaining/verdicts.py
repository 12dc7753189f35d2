"""One verdict for each journey of a customer, and each record of theirs: where they stand, why, and what comes next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from dsl.model.journeys import Journey
from engine.explaining.answers import Explanation, Sent, Verdict, line_of
from engine.explaining.foresight import comes_in_at
from engine.explaining.granting import grants
from engine.explaining.inquiry import Inquiry
from engine.explaining.judging import Judgement, judged
from engine.explaining.messages import messages, moved_by
from engine.explaining.outside import Standing, enter_lines, outside, standings
from engine.explaining.plainly import in_short, where_now
from engine.explaining.trail import entered_later, verdict_then
from engine.explaining.under_way import Run, WayOut, ways_out
from engine.plans.plan import in_a_line
from engine.storage.keys import Intent
from engine.storage.schema import ENDED, WATCHED, enrolment
from engine.wording import say

Subject = tuple[Journey, int]
"""A journey and the number of a record, 0 for none."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What all verdicts of one explanation share."""

    inquiry: Inquiry
    open_ones: dict[Intent, Judgement]
    records: dict[int, str]


def explain(inquiry: Inquiry, identity: str, journeys: Sequence[Journey]) -> Explanation:
    """Explain how a customer stands in these journeys, in the order in which a run works them."""
    runs = _runs(inquiry)
    open_ones = {} if inquiry.past else judged(inquiry)
    records = inquiry.window.record_ids(record for _, record in runs)
    case = _Case(inquiry, open_ones, records)
    found = tuple(verdict for journey in journeys for verdict in _verdicts(case, journey, runs))
    plainly = (
        () if inquiry.past else in_short(inquiry, found, whole=len(journeys) == len(inquiry.plan.journeys))
    )
    return Explanation(identity, inquiry.at, tuple(_notes(inquiry)), found, plainly)


def _runs(inquiry: Inquiry) -> dict[tuple[int, int], Run]:
    """The last run through each journey, by the journey's number and the record's."""
    query = sa.select(enrolment).where(
        enrolment.c.customer == inquiry.customer, enrolment.c.entered_at <= inquiry.at
    )
    rows = inquiry.connection.execute(query.order_by(enrolment.c.occurrence))
    return {(row.journey, row.record): row for row in rows}


def _notes(inquiry: Inquiry) -> Iterator[str]:
    if inquiry.past:
        yield say(
            "runs have been since: moves are told as they were, but attributes, tags and records as they are now"
        )
    elif inquiry.before is not None and inquiry.at > inquiry.before[0]:
        time = inquiry.window.time
        last, at = time(inquiry.before[0]), time(inquiry.at)
        yield say("the last run was at {last}; this is what one at {at} would find", last=last, at=at)


def _verdicts(case: _Case, journey: Journey, runs: dict[tuple[int, int], Run]) -> Iterator[Verdict]:
    """For the customer, or for each record that could be or is in the journey; those under way first."""
    number = case.inquiry.world.number("journey", journey.name)
    mine = {record: run for (of, record), run in runs.items() if of == number}
    before = standings(case.inquiry, journey) if _may_enter(journey, mine) else {}
    case.records.update(case.inquiry.window.record_ids(before))
    for record in sorted({*mine, *before}, key=lambda item: (item not in mine, item)):
        run = mine.get(record)
        if run is None:
            yield _outside(case, journey, before[record])
        elif case.inquiry.past:
            yield verdict_then(case.inquiry, journey, run, case.records.get(record))
        else:
            yield _verdict(case, journey, run, before.get(record))


def _may_enter(journey: Journey, mine: Mapping[int, Run]) -> bool:
    """Whether anybody is left whom `enter` concerns: other records, or somebody who has come to an end."""
    if journey.record is not None or not mine:
        return True
    return journey.reenter is not None and mine[0].status == ENDED


def _verdict(case: _Case, journey: Journey, run: Run, standing: Standing | None) -> Verdict:
    sent = messages(case.inquiry, journey, run, case.open_ones)
    if run.status == WATCHED:
        return _watched(case, journey, run)
    if run.status == ENDED:
        return replace(_ended(case, journey, run, standing), messages=sent)
    return _under_way(case, journey, run, sent)


def _under_way(case: _Case, journey: Journey, run: Run, sent: tuple[Sent, ...]) -> Verdict:
    inquiry = case.inquiry
    state, ways = inquiry.window.state(run.state) or "", ways_out(inquiry, journey, run)
    taken = next((way for way in ways if way.fires), None)
    place = inquiry.window.titles.state(journey.name, state)
    words = say("in `{state}` since {at}", state=place, at=inquiry.window.time(run.state_entered_at))
    if taken is not None:
        words = say("{where}; the next run takes `{line}`", where=words, line=in_a_line(taken.way.span))
    came = tuple(moved_by(inquiry, run, run.visit))
    granted = tuple(grants(inquiry, journey, run))
    at, then = _next(inquiry, ways, sent) if taken is None else (None, "")
    return Verdict(
        journey.name, journey.title, case.records.get(run.record), "active", words,
        (*came, *granted, *(line for way in ways for line in way.lines)), state, run.state_entered_at, sent, at, then,
        tuple(where_now(inquiry, journey, run, ways)),
    )  # fmt: skip


def _next(inquiry: Inquiry, ways: Sequence[WayOut], sent: Sequence[Sent]) -> tuple[int | None, str]:
    """The first of the moments at which time alone does something."""
    coming = [(way.due, in_a_line(way.way.span)) for way in ways if way.due is not None]
    coming += [(one.until, one.then) for one in sent if one.until is not None]
    return min(
        (item for item in coming if item[0] > inquiry.at), key=lambda item: item[0], default=(None, "")
    )


def _watched(case: _Case, journey: Journey, run: Run) -> Verdict:
    """Somebody held out: nothing is done, only the goal is looked at."""
    lines = [
        line_of(journey.spans[word], holds=None) for word in ("holdout", "goal") if word in journey.spans
    ]
    since = case.inquiry.window.time(run.entered_at)
    last = None if run.wake_at is None else run.wake_at - 1  # the instant after it ends the watch
    words = say("held out for comparison since {at}: only the goal is watched", at=since)
    if last is not None and last < case.inquiry.at:
        words, last = say("held out for comparison since {at}: the next run ends the watch", at=since), None
    elif last == case.inquiry.at:  # its last instant
        last = run.wake_at
    return Verdict(
        journey.name, journey.title, case.records.get(run.record), "watched", words, tuple(lines),
        since=run.entered_at, next=last, then=say("the watch is over") if last else "",
    )  # fmt: skip


def _ended(case: _Case, journey: Journey, run: Run, standing: Standing | None) -> Verdict:
    """Somebody who went through: how it ended, and whether they may come again."""
    inquiry = case.inquiry
    outcome = inquiry.window.name(run.outcome)
    end = inquiry.window.titles.end(journey.name, outcome)
    words = say("ended as `{outcome}` at {at}", outcome=end, at=inquiry.window.time(run.ended_at))
    if outcome is None:
        words = say("the watch ended at {at}", at=inquiry.window.time(run.ended_at))
    because = tuple(moved_by(inquiry, run, run.visit))
    record = case.records.get(run.record)
    ended = Verdict(journey.name, journey.title, record, "ended", words, because, since=run.ended_at)
    if journey.reenter is None:
        return replace(ended, verdict=say("{ended}; nobody goes through it twice", ended=words))
    again = inquiry.world.zone.shift(run.ended_at, journey.reenter)
    line = line_of(journey.spans["reenter"], holds=again <= inquiry.at)
    line = replace(line, until=again if again > inquiry.at else None)
    lines = (*because, line)
    if standing is not None and standing.free:
        now = _outside(case, journey, standing)
        words = say("{ended}; {now}", ended=words, now=now.verdict)
        return replace(now, status="ended", verdict=words, because=(*lines, *now.because), since=run.ended_at)
    if standing is not None and standing.enter is not None:
        lines += tuple(enter_lines(inquiry, journey, standing.enter))
    return replace(ended, because=lines, next=again, then=say("they may come in again"))


def _outside(case: _Case, journey: Journey, standing: Standing) -> Verdict:
    """Somebody who is not in a journey, and when time alone lets them in."""
    found = outside(case.inquiry, journey, standing, case.records.get(standing.record))
    if case.inquiry.past:
        came = entered_later(case.inquiry, journey, standing.record)
        return replace(found, next=came, then=say("they came in") if came else "")
    if standing.enter is None or standing.enter.holds:
        return found
    at = comes_in_at(case.inquiry, journey, standing.record)
    return (
        found if at is None else replace(found, next=at, then=say("`enter` holds, if nothing else happens"))
    )
