"""The funnel of journeys: enrolled, reached, responded, tried, won, retained, each share with its base.

A step is what the rules call so: a stage or state entered, an outcome, or an event of that name. Where they use the
word for nothing, it is what the engine knows: a message that has not failed; a reply or a click; a benefit redeemed;
the goal reached; something bought within three months of it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Journey, ToEnd
from dsl.units import Duration
from engine.conditions import moments
from engine.conditions.moments import Sql, integer
from engine.reports.study import Row, Study, share
from engine.storage.benefit_tables import grant
from engine.storage.inbox_tables import reply_of
from engine.storage.schema import SUBJECT, enrolment, message, task, visit
from engine.storage.states import MessageStatus, TaskStatus

STEPS = ("reached", "responded", "tried", "won", "retained")
SHARES = (
    ("reached", "enrolled"),
    ("responded", "reached"),
    ("tried", "responded"),
    ("won", "reached"),
    ("won", "enrolled"),
    ("retained", "won"),
)
"""What is told as a share, and of what."""

_RETAINED = Duration(3, "month")
_HAS_IT = (MessageStatus.SENT, MessageStatus.DELIVERED)


def funnel(study: Study) -> Iterator[Row]:
    """A line for each journey, or for each group in it, of who came in during the period."""
    for journey in study.window.model.ordered_journeys():
        for group, *numbers in _counted(study, journey):
            counts = dict(zip(("enrolled", *STEPS), numbers, strict=True))
            rates = {f"{step}/{base}": share(counts[step], counts[base]) for step, base in SHARES}
            yield {"journey": journey.name, **study.told(group), **counts, "rates": rates}


def _counted(study: Study, journey: Journey) -> list[tuple[Any, ...]]:
    number = study.window.symbols.known("journey", journey.name)
    steps = [sa.case((_step(study, journey, step), 1), else_=0).label(step) for step in STEPS]
    runs = (
        sa.select(study.group(enrolment.c.customer).label("its_group"), *steps)
        .where(enrolment.c.journey == number, enrolment.c.visit > 0, study.within(enrolment.c.entered_at))
        .subquery()
    )
    sums = [sa.func.sum(runs.c[step]) for step in STEPS]
    rows = sa.select(runs.c.its_group, sa.func.count(), *sums).group_by(runs.c.its_group)
    return study.ask(rows.order_by(runs.c.its_group))


def _step(study: Study, journey: Journey, step: str) -> Sql:
    """That a run came to a step. Only who was won can be kept."""
    said = list(_said(study, journey, step))
    found = sa.or_(*said) if said else _KNOWN[step](study)
    return sa.and_(_step(study, journey, "won"), found) if step == "retained" else found


def _said(study: Study, journey: Journey, word: str) -> Iterator[Sql]:
    """What the rules call so, if anything."""
    known = study.window.symbols
    places = [
        known.known("state", f"{journey.name}/{state.name}")
        for state in journey.states
        if word in (state.stage, state.name, state.name.rpartition(".")[2])
    ]
    if places:
        yield _exists(visit, visit.c.state.in_(places))
    outcome, ends = (
        known.find("outcome", word),
        {way.target for state in journey.states for way in state.transitions},
    )
    if ToEnd(word) in ends:
        yield enrolment.c.outcome == outcome
    if any(getattr(way, "outcome", None) == word for state in journey.states for way in state.transitions):
        yield _exists(task, task.c.status == int(TaskStatus.DONE), task.c.outcome == outcome)
    kind = study.window.model.events.get(word)
    if kind is not None and not kind.builtin:
        yield _happened(study, word)


def _exists(rows: sa.Table, *these: Sql) -> Sql:
    """That there is something of the run under way."""
    own = [rows.c[name] == enrolment.c[name] for name in SUBJECT]
    return sa.exists(sa.select(rows.c.customer).where(*own, *these).correlate(enrolment))


def _happened(study: Study, kind: str) -> Sql:
    """That something of a kind has happened since somebody came in, up to some time after their end."""
    rows = study.window.tables.events[kind].alias()
    last = sa.func.coalesce(_later(study, enrolment.c.ended_at), integer(study.now))
    these = (rows.c.customer == enrolment.c.customer, rows.c.at.between(enrolment.c.entered_at, last))
    return sa.exists(sa.select(rows.c.seq).where(*these).correlate(enrolment))


def _later(study: Study, instant: Sql) -> Sql:
    return moments.shift(study.window.zone, instant, _RETAINED, back=False)


def _reached(_study: Study) -> Sql:
    return _exists(message, message.c.status.in_([int(status) for status in _HAS_IT]))


def _responded(study: Study) -> Sql:
    return sa.or_(_exists(reply_of), _happened(study, "clicked"))


def _tried(_study: Study) -> Sql:
    return _exists(grant, grant.c.redeemed_at.is_not(None))


def _won(_study: Study) -> Sql:
    return enrolment.c.goal_at.is_not(None)


def _again(study: Study) -> Sql:
    """That something was bought after the goal, or the end, and in time."""
    won = sa.func.coalesce(enrolment.c.goal_at, enrolment.c.ended_at)
    found = []
    for kind in study.window.model.purchases:
        rows = study.window.tables.events[kind].alias()
        these = (rows.c.customer == enrolment.c.customer, rows.c.at > won, rows.c.at <= _later(study, won))
        found.append(sa.exists(sa.select(rows.c.seq).where(*these).correlate(enrolment)))
    return sa.or_(sa.false(), *found)


_KNOWN: Mapping[str, Callable[[Study], Sql]] = {
    "reached": _reached,
    "responded": _responded,
    "tried": _tried,
    "won": _won,
    "retained": _again,
}
