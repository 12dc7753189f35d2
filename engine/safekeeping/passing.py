"""Which old rows nobody needs any more, table by table: the statements of `engine.safekeeping.retention`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.model.model import Model
from engine.config import Config
from engine.plans.needs import Need, keeps_records
from engine.storage.benefit_tables import grant
from engine.storage.inbox_tables import ORPHANED_RECEIPT, receipt, reply, reply_of
from engine.storage.migration import kept_kinds
from engine.storage.review_tables import review
from engine.storage.schema import ENDED, INTENT, SUBJECT, Number, enrolment, message, run, task, visit
from engine.storage.staff_tables import decision, edit, signature, task_note
from engine.storage.states import LOST, GrantStatus, MessageStatus, TaskStatus

_DAY = 86_400_000  # milliseconds

Sql = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Passing:
    """What decides: the configuration, the rules in force, and the last run, which had seen arrivals up to `seq`.

    `asked`: what the rules ask of events, by kind.
    """

    config: Config
    model: Model
    asked: Mapping[str, Need]
    now: int
    seq: int

    def before(self, key: str) -> int:
        """What happened before then has been kept long enough."""
        return self.config.zone.shift(self.now, self.config.retention[key].time, back=True)

    def of_nobody_under_way(self, table: sa.FromClause, at: sa.ColumnElement[int]) -> Sql:
        """That it is older than every journey that its customer is in, or whose goal is watched still."""
        own, zone = enrolment.alias(), self.config.zone
        goals = [
            journey.goal.duration for journey in self.model.journeys.values() if journey.goal is not None
        ]
        since = min((zone.shift(self.now, goal, back=True) for goal in goals), default=None)
        concerned: list[Sql] = [own.c.status != ENDED]
        if since is not None:
            concerned.append(sa.and_(own.c.goal_at.is_(None), own.c.entered_at >= since - _DAY))
        late = self.now - zone.shift(self.now, self.config.lateness, back=True) + _DAY
        under_way = sa.select(own.c.status).where(
            own.c.customer == table.c.customer, sa.or_(*concerned), own.c.entered_at - late <= at
        )
        return ~sa.exists(under_way)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Customers above `low` and up to `high`, in a transaction; `high` None: all others."""

    connection: sa.Connection
    low: int
    high: int | None

    def of(self, table: sa.FromClause) -> Sql:
        """Whose rows."""
        above = table.c.customer > self.low
        return above if self.high is None else sa.and_(above, table.c.customer <= self.high)

    def delete(self, table: sa.TableClause, *which: Sql) -> int:
        """How many rows of theirs went."""
        return self.connection.execute(table.delete().where(self.of(table), *which)).rowcount

    def blank(self, table: sa.Table, names: tuple[str, ...], *which: Sql) -> int:
        """Take away what some columns say; of how many rows that was."""
        said = sa.or_(*(table.c[name].is_not(None) for name in names))
        update = table.update().where(self.of(table), said, *which)
        return self.connection.execute(update.values(dict.fromkeys(names))).rowcount


def _has_ended(table: sa.Table) -> Sql:
    """That the run through the journey to which it belongs is over."""
    same = [table.c[name] == enrolment.c[name] for name in SUBJECT]
    return sa.exists().where(*same, enrolment.c.status == ENDED)


def _without(table: sa.Table, owner: sa.Table) -> Sql:
    """That what it belongs to is gone."""
    return ~sa.exists().where(*(owner.c[name] == table.c[name] for name in INTENT))


def _moves(passing: Passing, here: Stretch) -> int:
    before, same = passing.before("moves"), [visit.c[name] == enrolment.c[name] for name in SUBJECT]
    over = sa.exists().where(*same, enrolment.c.status == ENDED, enrolment.c.ended_at < before)
    return here.delete(visit, visit.c.at < before, over)


_WORDS = ("subject", "text")


def _texts(passing: Passing, here: Stretch) -> int:
    decided = (message.c.status >= MessageStatus.SENT, message.c.changed_at < passing.before("texts"))
    here.delete(edit, _among(edit, *decided))
    here.blank(decision, ("former",), _among(decision, *decided))
    return here.blank(message, _WORDS, *decided)


def _among(table: sa.Table, *which: Sql) -> Sql:
    """That what it belongs to is among these messages."""
    return sa.exists().where(*(table.c[name] == message.c[name] for name in INTENT), *which)


def _messages(passing: Passing, here: Stretch) -> int:
    """Those of a sample or a pilot hold its places, and those of a record its cap: of them a slim row stays."""
    counted = sa.or_(message.c.sampled, message.c.piloted)
    if keeps_records(passing.model):
        counted = sa.or_(counted, sa.and_(message.c.record != 0, message.c.counted_at.is_not(None)))
    old = (
        message.c.status >= MessageStatus.SENT,
        message.c.changed_at < passing.before("messages"),
        passing.of_nobody_under_way(message, message.c.changed_at),
    )
    here.blank(decision, ("former",), _among(decision, *old, counted))
    here.blank(message, (*_WORDS, "address"), *old, counted)
    count = here.delete(message, *old, ~counted)
    if count:
        here.delete(edit, _without(edit, message))
        here.delete(signature, _without(signature, message))
        here.delete(decision, _without(decision, message), _without(decision, grant))
    return count


def _events(passing: Passing, here: Stretch) -> int:
    before, count = passing.before("events"), 0
    for name in kept_kinds(here.connection):
        if not name.startswith("event_"):
            continue
        need = passing.asked.get(name.removeprefix("event_"), Need())
        if need.ever is not None:
            continue
        table = sa.table(name, *(sa.column(column, Number) for column in ("seq", "customer", "at")))
        old = [table.c.at < before, table.c.seq <= passing.seq]
        old.append(passing.of_nobody_under_way(table, table.c.at))
        count += here.delete(table, *old, *_between(table, need, passing.now))
    return count


def _between(table: sa.TableClause, need: Need, now: int) -> list[Sql]:
    """That it is neither the last nor the first of its customer, where rules ask for that."""
    rows = table.alias()
    mine = (rows.c.customer == table.c.customer, rows.c.at <= now)
    found: list[Sql] = []
    if need.newest:
        found.append(table.c.at < sa.select(sa.func.max(rows.c.at)).where(*mine).scalar_subquery())
    if need.oldest:
        found.append(table.c.at > sa.select(sa.func.min(rows.c.at)).where(*mine).scalar_subquery())
    return found


def _tasks(passing: Passing, here: Stretch) -> int:
    closed = (task.c.status != TaskStatus.OPEN, task.c.closed_at < passing.before("tasks"))
    count = here.delete(task, *closed, _has_ended(task))
    if count:
        here.delete(task_note, _without(task_note, task))
    return count


def _benefits(passing: Passing, here: Stretch) -> int:
    """What was given counts against quota and stock for good, as a number: its code and who used it go."""
    before, ended = passing.before("benefits"), _has_ended(grant)
    day = passing.config.zone.day(before)
    used_up = sa.or_(grant.c.redeemed_at < before, grant.c.expires < day)
    blanked = ("because", "code", "decided_by", "redeemed_by", "redeemed_shop")
    count = here.blank(grant, blanked, grant.c.status == GrantStatus.GRANTED, used_up, ended)
    never = grant.c.status.in_([*LOST, GrantStatus.CANCELLED])
    return count + here.delete(grant, never, grant.c.changed_at < before, ended)


def _inbox(passing: Passing, here: Stretch) -> int:
    before = passing.before("inbox")
    its = (reply.c.channel == reply_of.c.channel, reply.c.id == reply_of.c.id)
    tied = here.delete(reply_of, sa.exists().where(*its, reply.c.taken_at < before))
    return tied + here.delete(receipt, receipt.c.taken_at < before)


BY_CUSTOMER: Mapping[str, Callable[[Passing, Stretch], int]] = {
    "moves": _moves,
    "texts": _texts,
    "messages": _messages,
    "events": _events,
    "tasks": _tasks,
    "benefits": _benefits,
    "inbox": _inbox,
}
"""What of the customers of a stretch goes, by the words of `[retention]`; how many rows that was."""


def _keys(table: sa.Table, *which: Sql) -> sa.Select[Any]:
    return sa.select(*table.primary_key).where(*which)


def _runs(passing: Passing) -> sa.Select[Any]:
    """The next run goes on from the last one."""
    last = sa.select(sa.func.max(run.c.run)).correlate(None).scalar_subquery()
    return _keys(run, run.c.at < passing.before("runs"), run.c.run < last)


def _replies(passing: Passing) -> sa.Select[Any]:
    """Of nobody known, or of customers from whom they have been taken."""
    tied = sa.exists().where(reply_of.c.channel == reply.c.channel, reply_of.c.id == reply.c.id)
    return _keys(reply, reply.c.taken_at < passing.before("inbox"), ~tied)


def _receipts(passing: Passing) -> sa.Select[Any]:
    return _keys(receipt, ORPHANED_RECEIPT, receipt.c.taken_at < passing.before("inbox"))


def _reviews(passing: Passing) -> sa.Select[Any]:
    return _keys(review, review.c.decided_at < passing.before("inbox"))


BY_TIME: tuple[tuple[str, Callable[[Passing], sa.Select[Any]]], ...] = (
    ("runs", _runs),
    ("inbox", _replies),
    ("inbox", _receipts),
    ("inbox", _reviews),
)
"""The keys of rows of no customer in particular that go."""
