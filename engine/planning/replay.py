"""The days that have passed, lived through again on copies: under the rules in force, and under those to be applied.

What really came in comes in again, at the time it happened; see `engine.planning.rewind` for how far a store can be
taken back.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, NamedTuple

import sqlalchemy as sa

from dsl.model.model import Model
from dsl.wording import Phrase
from engine.calendars.zone import Zone
from engine.errors import MigrationError
from engine.planning.counting import Counts, count
from engine.planning.forecast import PLANNER, Applying, Days
from engine.planning.rewind import rewind
from engine.planning.sides import both
from engine.planning.taken_back import Standing
from engine.planning.trial import Period, let_time_pass, pace
from engine.projects.applying import apply
from engine.projects.fates import fates_of, suggested_move
from engine.projects.project import Project
from engine.projects.project_turn import ready
from engine.storage.audit import By
from engine.storage.customers import customer
from engine.storage.schema import message
from engine.storage.symbols import load_symbols

Side = Literal["old", "new"]


class Subject(NamedTuple):
    """What messages of the two sides are matched by. `record` is the store's number, 0 for none."""

    customer: str
    journey: str
    record: int
    message: str


@dataclass(frozen=True, slots=True)
class OnlyThere:
    """A message that only one of the two rule sets would have sent, at `at`."""

    side: Side
    customer: str
    at: int
    journey: str
    state: str
    message: str
    channel: str


@dataclass(frozen=True, slots=True)
class Contrast:
    """Which messages only one of them would have sent; how many `both`, and `elsewhen`: those of them on other days."""

    only: tuple[OnlyThere, ...]
    both: int
    elsewhen: int


def replay(copy: Project, old: Model, applying: Applying, period: Period) -> tuple[Days, Contrast | None]:
    """Live through a past period again on a copy of a project, which is used up; `old`: the model in force."""
    hours, zone = pace(copy), copy.config.zone

    def live_again(project: Project, period: Period) -> _Lived:
        return _lived(project, old, period, None)

    def apply_and_live_again(project: Project, period: Period) -> _Lived | Phrase:
        try:
            return _lived(project, old, period, applying)
        except MigrationError as error:
            return error.message

    if applying.same:
        only = live_again(copy, period)
        days = Days(period, hours, only.turns, only.counts, only.counts, began=only.began)
        return days, _contrast(only.sent, only.sent, zone)
    one, other = both(copy, period, live_again, apply_and_live_again)
    if isinstance(other, Phrase):
        return Days(period, hours, one.turns, one.counts, None, other, one.began), None
    days = Days(
        period, hours, one.turns + other.turns, one.counts, other.counts, None, one.began, other.helped
    )
    return days, _contrast(one.sent, other.sent, zone)


class _Sent(NamedTuple):
    at: int
    state: str
    channel: str


_Log = dict[Subject, list[_Sent]]


@dataclass(frozen=True, slots=True)
class _Lived:
    counts: Counts
    sent: _Log
    turns: int
    began: Standing
    helped: bool


def _lived(copy: Project, model: Model, period: Period, applying: Applying | None) -> _Lived:
    began, helped = rewind(copy, model, period.after), False
    if applying is not None:
        helped = _apply(copy, model, applying, period.after)
    engine = ready(copy)
    turns = let_time_pass(engine, period, began.news)
    with copy.store.read() as connection:
        counts = count(connection, copy.config, engine.release.model, period.after)
        return _Lived(counts, _sent(connection, period.after), turns, began.standing, helped)


def _apply(copy: Project, old: Model, applying: Applying, at: int) -> bool:
    """Apply the new rules to those who were under way; whether somebody was helped by a move that nobody asked for."""
    new = applying.rules.model
    assert new is not None  # noqa: S101  # rules with errors are not planned
    with copy.store.read() as connection:
        fates = fates_of(connection, old, new, applying.moves)
    helpful = tuple(suggested_move(fate, old, new) for fate in fates if fate.kind == "stranded")
    apply(copy, applying.rules, By(PLANNER, at), (*applying.moves, *helpful))
    return bool(helpful)


def _sent(connection: sa.Connection, since: int) -> _Log:
    """Every message that went after an instant, by what it is matched by, in order of time."""
    symbols, found = load_symbols(connection), defaultdict(list)
    columns = (message.c.record, message.c.message, message.c.state, message.c.channel, message.c.sent_at)
    rows = sa.select(customer.c.id, *columns).join_from(
        message, customer, customer.c.customer == message.c.customer
    )
    for row in connection.execute(rows.where(message.c.sent_at > since).order_by(message.c.sent_at)):
        journey, _, state = symbols.name(row.state).partition("/")
        subject = Subject(row.id, journey, row.record, symbols.name(row.message))
        found[subject].append(_Sent(row.sent_at, state, symbols.name_or(row.channel) or ""))
    return found


def _contrast(old: _Log, new: _Log, zone: Zone) -> Contrast:
    """Messages of the two sides matched in their order."""
    only, same = [], Counter[bool]()
    for subject in old.keys() | new.keys():
        for one, other in zip_longest(old.get(subject, ()), new.get(subject, ())):
            if one is not None and other is not None:
                same[zone.day(one.at) != zone.day(other.at)] += 1
            elif one is not None:
                only.append(_only("old", subject, one))
            else:
                only.append(_only("new", subject, other))
    ordered = sorted(only, key=lambda item: (item.customer, item.at, item.journey, item.message, item.side))
    return Contrast(tuple(ordered), same.total(), same[True])


def _only(side: Side, subject: Subject, sent: _Sent) -> OnlyThere:
    own = (subject.customer, sent.at, subject.journey, sent.state, subject.message, sent.channel)
    return OnlyThere(side, *own)
