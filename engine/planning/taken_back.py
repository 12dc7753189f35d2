"""Those under way, taken back to where they were at an earlier moment, by the trail of visits.

What was sent by then is sent; what was decided on later is open again. Facts about customers are not its matter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from dsl.model.model import Model
from engine.storage.arrivals import arrivals
from engine.storage.benefit_tables import grant
from engine.storage.bulk import execute_many
from engine.storage.schema import ACTIVE, ENDED, SUBJECT, VISIT, WATCHED, enrolment, message, task, visit
from engine.storage.states import SETTLED, GrantStatus, MessageStatus, TaskStatus
from engine.storage.symbols import Symbols, state_name


@dataclass(frozen=True, slots=True)
class Standing:
    """How many were under way at that moment, and how many of them in states that are not in force any more.

    The latter are left out: they neither go on nor come in again.
    """

    under_way: int
    left_out: int


def take_back(connection: sa.Connection, symbols: Symbols, model: Model, at: int) -> Standing:
    """Undo what happened to those under way after an instant; `model` is that of the rules in force."""
    connection.execute(enrolment.delete().where(enrolment.c.entered_at > at))
    _watch_again(connection, at)
    moved = list(_moved_since(connection, symbols, at))
    _put_back(connection, moved)
    for table, column in (
        (visit, visit.c.at),
        (message, message.c.created_at),
        (task, task.c.created_at),
        (grant, grant.c.created_at),
    ):
        connection.execute(table.delete().where(column > at))
    left_out = _leave_out(connection, symbols, model, at)
    _open_again(connection, at)
    _settle(connection, at)
    ours = enrolment.c.status.in_((ACTIVE, WATCHED))
    connection.execute(enrolment.update().values(goal_at=None).where(enrolment.c.goal_at > at))
    seen = arrivals(connection)
    now = {"seen_at": at, "seen_seq": seen, "entered_seq": seen}  # what came before was seen before
    connection.execute(enrolment.update().values(now).where(enrolment.c.status == ACTIVE))
    number = connection.scalar(sa.select(sa.func.count()).select_from(enrolment).where(ours))
    return Standing(number or 0, left_out)


def _watch_again(connection: sa.Connection, at: int) -> None:
    """Those held out whose watch was over later."""
    over = (enrolment.c.status == ENDED, enrolment.c.visit == 0, enrolment.c.ended_at > at)
    again: dict[str, Any] = {"status": WATCHED, "wake_at": enrolment.c.ended_at + 1, "ended_at": None}
    connection.execute(enrolment.update().values(again).where(*over))


def _moved_since(connection: sa.Connection, symbols: Symbols, at: int) -> Iterator[dict[str, Any]]:
    """Where those were who have moved on or ended since, and since when in their state and stage."""
    subject = [visit.c[name] for name in SUBJECT]
    later = sa.tuple_(*subject).in_(sa.select(*subject).where(visit.c.at > at))
    rows = sa.select(*subject, visit.c.visit, visit.c.at, visit.c.state).where(visit.c.at <= at, later)
    ordered: Iterable[sa.Row[Any]] = connection.execute(rows.order_by(*subject, visit.c.visit))
    for _, visits in groupby(ordered, key=lambda row: row[:4]):
        yield _place(symbols, list(visits))


def _place(symbols: Symbols, visits: Sequence[sa.Row[Any]]) -> dict[str, Any]:
    last = visits[-1]
    stage, since = _stage(symbols, last.state), last.at
    for row in reversed(visits):
        if _stage(symbols, row.state) != stage:
            break
        since = row.at
    return {
        "now_visit": last.visit, "now_state": last.state, "now_state_at": last.at, "now_stage_at": since,
        **{f"its_{name}": getattr(last, name) for name in SUBJECT},
    }  # fmt: skip


def _stage(symbols: Symbols, state: int) -> str:
    return symbols.name(state).partition("/")[2].rpartition(".")[0]


def _put_back(connection: sa.Connection, places: list[dict[str, Any]]) -> None:
    columns = {
        "visit": "now_visit", "state": "now_state",
        "state_entered_at": "now_state_at", "stage_entered_at": "now_stage_at",
    }  # fmt: skip
    values: dict[str, Any] = {name: sa.bindparam(key, type_=sa.Integer) for name, key in columns.items()}
    mine = (enrolment.c[name] == sa.bindparam(f"its_{name}", type_=sa.Integer) for name in SUBJECT)
    execute_many(connection, enrolment.update().values(values).where(*mine), places)
    # Who moved later was under way then, whatever became of them; their end is the last of their visits.
    known = [visit.c[name] == enrolment.c[name] for name in VISIT]
    there = sa.exists(sa.select(visit.c.visit).where(*known, visit.c.state.is_not(None)))
    under_way: dict[str, Any] = {"status": ACTIVE, "ended_at": None, "outcome": None, "wake_at": None}
    connection.execute(enrolment.update().values(under_way).where(enrolment.c.status != WATCHED, there))


def _leave_out(connection: sa.Connection, symbols: Symbols, model: Model, at: int) -> int:
    """Nobody can go on in a state that the rules in force do not have; how many were in such."""
    known = [
        symbols.find("state", state_name(journey.name, state.name))
        for journey in model.journeys.values()
        for state in journey.states
    ]
    gone = (enrolment.c.status == ACTIVE, enrolment.c.state.not_in(known))
    found = connection.execute(enrolment.update().values(status=ENDED, ended_at=at).where(*gone))
    return found.rowcount


def _here(table: sa.Table) -> sa.ColumnElement[bool]:
    """Of the visit in which somebody under way is."""
    same = [enrolment.c[name] == table.c[name] for name in VISIT]
    return sa.exists(sa.select(enrolment.c.visit).where(*same, enrolment.c.status == ACTIVE))


def _open_again(connection: sa.Connection, at: int) -> None:
    """Messages and tasks that something became of later; those of visits that were over are nobody's any more."""
    undecided = (sa.func.coalesce(message.c.sent_at, message.c.failed_at, message.c.changed_at) > at,)
    over: dict[str, Any] = {"status": MessageStatus.CANCELLED, "changed_at": at} | _UNSENT
    connection.execute(message.update().values(over).where(*undecided, ~_here(message)))
    waiting: dict[str, Any] = {
        "status": MessageStatus.WAITING,
        "changed_at": message.c.created_at,
        "until": at,
    }
    connection.execute(message.update().values(waiting | _UNSENT).where(*undecided, _here(message)))
    undone: dict[str, Any] = {"status": TaskStatus.OPEN} | dict.fromkeys(_DONE)
    connection.execute(task.update().values(undone).where(task.c.closed_at > at, _here(task)))

    open_again: dict[str, Any] = {"status": GrantStatus.WAITING, "changed_at": grant.c.created_at}
    later = (grant.c.changed_at > at, sa.func.coalesce(grant.c.granted_at, at + 1) > at)
    connection.execute(grant.update().values(open_again | dict.fromkeys(_GIVEN)).where(*later, _here(grant)))
    connection.execute(grant.update().values(status=GrantStatus.CANCELLED).where(*later, ~_here(grant)))
    unused = dict.fromkeys(("redeemed_at", "redeemed_by", "redeemed_amount", "redeemed_shop"))
    connection.execute(grant.update().values(unused).where(grant.c.redeemed_at > at))


_GIVEN = ("granted_at", "decided_by", "because", "role", "code", "expires")
_UNSENT: dict[str, Any] = {
    "attempt": 0, "epoch": 0, "refused": 0, "approved": False,
    **dict.fromkeys((
        "because", "until", "role", "subject", "text", "address", "channel", "counted_at", "sent_seq", "sent_at",
        "ended_seq", "delivered_at", "failed_at", "lease_until", "key", "reference", "approved_text", "signed",
    )),
}  # fmt: skip
_DONE = ("closed_at", "outcome", "done_by", "note", "answers")


def _settle(connection: sa.Connection, at: int) -> None:
    """How many messages and benefits a state waits for, and since when it waits for none."""
    unsent = _of_visit(sa.func.count()).where(message.c.status.not_in(SETTLED)).scalar_subquery()
    same = (grant.c[name] == enrolment.c[name] for name in VISIT)
    undecided = (GrantStatus.WAITING, GrantStatus.HELD)
    ungiven = sa.select(sa.func.count()).where(*same, grant.c.status.in_(undecided)).correlate(enrolment)
    pending = unsent + ungiven.scalar_subquery()
    gone = _of_visit(sa.func.max(sa.func.coalesce(message.c.sent_at, message.c.changed_at))).scalar_subquery()
    decided = sa.select(sa.func.max(sa.func.coalesce(grant.c.granted_at, grant.c.changed_at)))
    mine = decided.where(*(grant.c[name] == enrolment.c[name] for name in VISIT))
    given = mine.correlate(enrolment).scalar_subquery()
    later = sa.case((given > sa.func.coalesce(gone, 0), given), else_=gone)
    last = sa.func.coalesce(later, enrolment.c.state_entered_at)
    before = sa.case((enrolment.c.settled_at <= at, enrolment.c.settled_at), else_=last)
    connection.execute(enrolment.update().values(pending=pending).where(enrolment.c.status == ACTIVE))
    settled = sa.case((enrolment.c.pending > 0, sa.null()), else_=before)
    connection.execute(enrolment.update().values(settled_at=settled).where(enrolment.c.status == ACTIVE))


def _of_visit(what: sa.ColumnElement[Any]) -> sa.Select[Any]:
    same: Iterable[sa.ColumnElement[bool]] = (message.c[name] == enrolment.c[name] for name in VISIT)
    return sa.select(what).where(*same).correlate(enrolment)
