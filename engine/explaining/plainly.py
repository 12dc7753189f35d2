"""What an explanation comes to, in plain sentences: what they got last and why, where they are, what comes next.

Before the rule lines, for whoever has the customer on the phone. Titles carry it; what has none goes by its name.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Journey, On, TaskDone, When
from dsl.wording import Phrase
from engine.explaining.answers import Line, Verdict, place
from engine.explaining.causes import any_of, cause_of
from engine.explaining.inquiry import Inquiry
from engine.explaining.under_way import Run, WayOut, ways_out
from engine.plans.ways import Way
from engine.storage.schema import ACTIVE, VISIT, enrolment, message, optout, rule, task, visit
from engine.storage.states import MessageStatus, TaskStatus
from engine.wording import say


def in_short(inquiry: Inquiry, verdicts: Sequence[Verdict], *, whole: bool) -> tuple[Line, ...]:
    """The sentences, those of a journey a step inside the one that says where they are in it.

    `whole`: the verdicts are on all journeys.
    """
    here = [line for one in verdicts for line in _standing(one)]
    nowhere = [] if here or not whole else [Line(say("is in no journey"), None)]
    return (*_optouts(inquiry), *_last(inquiry), *here, *nowhere)


def _standing(verdict: Verdict) -> Iterator[Line]:
    if verdict.status == "watched":
        yield Line(say("“{journey}”: {verdict}", journey=verdict.title, verdict=verdict.verdict), None)
    elif verdict.status == "active":
        yield from verdict.plainly
        yield from _messages(verdict)


def where_now(inquiry: Inquiry, journey: Journey, run: Run, ways: Sequence[WayOut]) -> Iterator[Line]:
    """Where somebody under way is and since when, and what may come of it."""
    window = inquiry.window
    title, state = (
        window.titles.of("journey", journey.name),
        window.titles.state(journey.name, window.state(run.state)),
    )
    at = window.time(run.state_entered_at)
    words = say("“{journey}”: {state}, since {at}", journey=title, state=state, at=at)
    yield _because(inquiry, words, run, run.visit)
    yield from _tasks(inquiry, run, ways)
    yield from _times(inquiry, ways)
    yield from _chances(inquiry, ways)


def comes_next(inquiry: Inquiry) -> dict[tuple[str, str | None], str]:
    """What time alone leads to first, for each run under way: by its journey and the id of its record."""
    mine = (enrolment.c.customer == inquiry.customer, enrolment.c.status == ACTIVE)
    rows = inquiry.connection.execute(
        sa.select(enrolment).where(*mine, enrolment.c.wake_at.is_not(None))
    ).all()
    records, found = inquiry.window.record_ids(row.record for row in rows), {}
    for row in rows:
        journey = inquiry.window.model.journeys.get(inquiry.window.name(row.journey) or "")
        timed = (
            [] if journey is None else [one for one in ways_out(inquiry, journey, row) if one.due is not None]
        )
        if journey is not None and timed:
            first = min(timed, key=lambda one: one.due or 0)
            found[journey.name, records.get(row.record)] = _target(inquiry, first.way)
    return found


def _optouts(inquiry: Inquiry) -> Iterator[Line]:
    mine = (optout.c.customer == inquiry.customer, optout.c.lifted_at.is_(None), optout.c.at <= inquiry.at)
    for row in inquiry.connection.execute(sa.select(optout).where(*mine)):
        window = inquiry.window
        channel = window.titles.of("channel", window.name(row.channel)) or say("every channel")
        words = say(
            "opted out ({channel}) at {at}: gets no messages by it", channel=channel, at=window.time(row.at)
        )
        yield Line(words, False)


def _last(inquiry: Inquiry) -> Iterator[Line]:
    """The last message that left, and what led to the state that sent it."""
    window = inquiry.window
    mine = (message.c.customer == inquiry.customer, message.c.sent_at <= inquiry.at)
    row = inquiry.connection.execute(
        sa.select(message).where(*mine).order_by(message.c.sent_at.desc()).limit(1)
    ).first()
    if row is None:
        yield Line(say("has got no message so far"), None)
        return
    title = window.titles.of("message", window.name(row.message))
    channel = window.titles.of("channel", window.name(row.channel))
    words = say(
        "{at} got “{message}” ({channel})", at=window.time(row.sent_at), message=title, channel=channel
    )
    yield _because(inquiry, words, row, row.visit)


def _because(inquiry: Inquiry, words: Phrase, row: sa.Row[Any], number: int) -> Line:
    """Followed by what led to a visit; where that says nothing by itself, such as `otherwise`, what led before it."""
    same = [visit.c[name] == getattr(row, name) for name in VISIT[:-1]]
    query = sa.select(visit.c.journey, rule.c.file, rule.c.line, rule.c.text).join(
        rule, rule.c.rule == visit.c.rule
    )
    query = query.where(*same, visit.c.visit <= number).order_by(visit.c.visit.desc()).limit(_STEPS)
    for one in inquiry.connection.execute(query):
        way = _way(inquiry, one)
        cause = None if way is None else cause_of(way, inquiry.window.titles)
        if cause is not None:
            return Line(say("{what}, because: {cause}", what=words, cause=cause), None, one.file, one.line)
    return Line(words, None)


_STEPS = 3
"""So many moves before a visit are looked at for what led there."""


def _way(inquiry: Inquiry, row: Any) -> Way | None:
    """The way whose rule line that is, in the rules in force; None where it was another one's."""
    ways = inquiry.plan.ways_of.get(inquiry.window.name(row.journey) or "", ())
    return next((way for way in ways if place(way.span) == (row.file, row.line)), None)


def _tasks(inquiry: Inquiry, run: Run, ways: Sequence[WayOut]) -> Iterator[Line]:
    """The open tasks of the visit, with where their outcomes lead."""
    window, same = inquiry.window, [task.c[name] == getattr(run, name) for name in VISIT]
    for row in inquiry.connection.execute(sa.select(task).where(*same, task.c.status == TaskStatus.OPEN)):
        name = window.name(row.task)
        who = row.assignee or window.titles.roles(window.name(row.role)) or say("anybody")
        words = say("to do: {task} ({who})", task=window.titles.of("task", name), who=who)
        yield Line(_due(inquiry, words, row.due_at), None, depth=1)
        outcomes = [one.way for one in ways if _outcome(one.way, name) is not None]
        yield from _branches(inquiry, [(titled_outcome(inquiry, way), way) for way in outcomes], 2)


def _due(inquiry: Inquiry, what: Phrase, at: int | None) -> Phrase:
    if at is None:
        return what
    time = inquiry.window.time(at)
    if at < inquiry.at:
        return say("{what}, overdue since {at}", what=what, at=time)
    return say("{what}, by {at}", what=what, at=time)


def _outcome(way: Way, name: str | None) -> str | None:
    found = way.transition
    return found.outcome if isinstance(found, TaskDone) and found.task == name else None


def titled_outcome(inquiry: Inquiry, way: Way) -> str:
    """What an outcome of a task is called."""
    found = way.transition
    assert isinstance(found, TaskDone)  # noqa: S101
    return inquiry.window.titles.outcome(found.task, found.outcome)


def _times(inquiry: Inquiry, ways: Sequence[WayOut]) -> Iterator[Line]:
    """What time alone leads to first."""
    coming = [one for one in ways if one.due is not None and one.due > inquiry.at]
    if coming:
        first = min(coming, key=lambda one: one.due or 0)
        at, target = inquiry.window.time(first.due), _target(inquiry, first.way)
        yield Line(say("{at}, if nothing happens before → {target}", at=at, target=target), None, depth=1)


def _chances(inquiry: Inquiry, ways: Sequence[WayOut]) -> Iterator[Line]:
    """What events and conditions lead to."""
    titles = inquiry.window.titles
    found = [one.way for one in ways if isinstance(one.way.transition, On | When)]
    causes = [(cause, way) for way in found if (cause := cause_of(way, titles)) is not None]
    yield from _branches(inquiry, causes, 1)


def _branches(inquiry: Inquiry, ways: Sequence[tuple[str, Way]], depth: int) -> Iterator[Line]:
    """A line for each place that they lead to, with all that leads there."""
    causes: dict[str, dict[str, None]] = {}
    for cause, way in ways:
        causes.setdefault(_target(inquiry, way), {})[cause] = None
    for target, several in causes.items():
        yield Line(say("{cause} → {target}", cause=any_of(several), target=target), None, depth=depth)


def _target(inquiry: Inquiry, way: Way) -> str:
    titles, journey = inquiry.window.titles, way.journey.name
    if way.target is not None:
        return titles.state(journey, way.target.name)
    return say("the end: {outcome}", outcome=titles.end(journey, way.outcome))


def _messages(verdict: Verdict) -> Iterator[Line]:
    """Those that have not left, and why."""
    for one in verdict.messages:
        if one.status in _OPEN:
            yield Line(say("“{message}”: {verdict}", message=one.message, verdict=one.verdict), None, depth=1)


_OPEN = frozenset(
    one.said
    for one in (
        MessageStatus.WAITING,
        MessageStatus.HELD,
        MessageStatus.READY,
        MessageStatus.SENDING,
        MessageStatus.UNKNOWN,
    )
)
