"""What a period brought, beside as many days before: messages, customers, benefits, the work of people.

Counted from indexes and from counts that are kept: no row of a customer or message is read, however many there are.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.storage.benefit_tables import REDEEMED_GRANT, grant
from engine.storage.flow_tables import NOWHERE
from engine.storage.inbox_tables import receipt
from engine.storage.schema import run, task
from engine.storage.staff_tables import DONE_TASK, OPEN_TASK
from engine.storage.states import GrantStatus
from engine.storage.traffic import left_between
from engine.views.flows import WEEK, counts, flows
from engine.views.goals import reached_within
from engine.views.titles import Titles, titles_of
from engine.views.window import Window


@dataclass(frozen=True, slots=True)
class Brought:
    """What some days brought.

    `arrived`: the share of what left by channels that tell so; None where none does, or nothing left by them.
    `reached`: goals, None where no journey has one; `granted`, `redeemed`: None where the rules have no benefits.
    `ended`, `outcomes` of tasks: by title, the most first; `people`: who did how many tasks with which outcome.
    """

    sent: int
    arrived: float | None
    replies: int
    optouts: int
    entered: int
    reached: int | None
    ended: Mapping[str, int]
    granted: int | None
    redeemed: int | None
    outcomes: Mapping[str, int]
    people: Mapping[str, Mapping[str, int]]

    @property
    def done(self) -> int:
        """Tasks that people have finished."""
        return sum(self.outcomes.values())

    def done_by(self, who: str) -> int:
        """How many of them somebody did."""
        return sum(self.people.get(who, {}).values())


@dataclass(frozen=True, slots=True)
class Period:
    """So many days, and as many `before`; None where no rules ran yet.

    `overdue`: tasks that are late now, by whose they are; None: nobody's.
    """

    days: int
    now: Brought
    before: Brought | None
    overdue: Mapping[str | None, int] = field(default_factory=dict)

    @property
    def people(self) -> list[str]:
        """Who did something or is late with something, whoever did most first."""
        before = {} if self.before is None else self.before.people
        names = {*self.now.people, *before, *(name for name in self.overdue if name is not None)}
        return sorted(names, key=lambda name: (-self.now.done_by(name), name))


def week(window: Window, now: int) -> Period:
    """The last seven days, today included."""
    today = window.zone.day(now)
    return period(window, today - WEEK + 1, today, now)


def period(window: Window, first: int, last: int, now: int) -> Period:
    """From a business day to another, both included."""
    days = last - first + 1
    began = window.connection.scalar(sa.select(run.c.at).order_by(run.c.run).limit(1))
    known = began is not None and began < window.zone.midnight(first)
    return Period(
        days,
        _Days(window, first, last).brought(),
        _Days(window, first - days, first - 1).brought() if known else None,
        _overdue(window.connection, now),
    )


def _overdue(connection: sa.Connection, now: int) -> Mapping[str | None, int]:
    rows = sa.select(task.c.assignee, sa.func.count()).where(OPEN_TASK, task.c.due_at < now)
    return counts(connection, rows.group_by(task.c.assignee))


@dataclass(frozen=True, slots=True)
class _Days:
    """From the beginning of the first until the end of the last."""

    window: Window
    first: int
    last: int

    def brought(self) -> Brought:
        """All of it."""
        sent, arrived = self._messages()
        people = self._people()
        outcomes = Counter[str]()
        for mine in people.values():
            outcomes.update(mine)
        entered, ended = self._moves()
        return Brought(
            sent=sent,
            arrived=arrived,
            replies=self._events("replied"),
            optouts=self._events("optout"),
            entered=entered,
            reached=self._reached(),
            ended=ended,
            granted=self._granted() if self.window.model.benefits else None,
            redeemed=self._redeemed() if self.window.model.benefits else None,
            outcomes=dict(outcomes.most_common()),
            people=people,
        )

    @property
    def _titles(self) -> Titles:
        """Of ends and outcomes, which are counted by what people call them, whoever asks."""
        return titles_of(self.window.model, self.window.config)

    @property
    def _since(self) -> int:
        return self.window.zone.midnight(self.first)

    @property
    def _until(self) -> int:
        return self.window.zone.midnight(self.last + 1)

    def _within(self, at: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        return sa.and_(at >= self._since, at < self._until)

    def _count(self, rows: sa.FromClause, *these: sa.ColumnElement[bool]) -> int:
        counted = sa.select(sa.func.count()).select_from(rows).where(*these)
        return self.window.connection.execute(counted).scalar_one()

    def _messages(self) -> tuple[int, float | None]:
        left = left_between(self.window.connection, self._since, self._until)
        telling = [channel for channel in left if self._tells(channel)]
        base = sum(left[channel][0] for channel in telling)
        arrived = sum(left[channel][1] for channel in telling)
        return sum(sent for sent, _ in left.values()), arrived / base if base else None

    def _tells(self, channel: int) -> bool:
        """Whether a channel has ever told what became of a message."""
        told = sa.select(receipt.c.id).where(receipt.c.channel == self.window.name(channel or None)).limit(1)
        return channel != NOWHERE and self.window.connection.scalar(told) is not None

    def _events(self, kind: str) -> int:
        rows = self.window.tables.events[kind]
        return self._count(rows, self._within(rows.c.at))

    def _moves(self) -> tuple[int, Mapping[str, int]]:
        """How many came in, and how runs ended."""
        entered, ended, titles = 0, Counter[str](), self._titles
        for name, moves in flows(self.window, self.first).items():
            for one in moves:
                if one.day > self.last:
                    continue
                if one.entry:
                    entered += one.number
                elif one.target is None and not one.held_out:
                    ended[titles.end(name, one.outcome)] += one.number
        return entered, dict(ended.most_common())

    def _reached(self) -> int | None:
        """As Journeys and the loop count it."""
        with_goal = [journey.name for journey in self.window.model.journeys.values() if journey.goal]
        if not with_goal:
            return None
        return sum(reached_within(self.window, name, self._since, self._until) for name in with_goal)

    def _granted(self) -> int:
        given = grant.c.status == int(GrantStatus.GRANTED)
        numbers = [self.window.symbols.find("benefit", name) for name in self.window.model.benefits]
        return self._count(grant, grant.c.benefit.in_(numbers), given, self._within(grant.c.granted_at))

    def _redeemed(self) -> int:
        return self._count(grant, REDEEMED_GRANT, self._within(grant.c.redeemed_at))

    def _people(self) -> Mapping[str, Mapping[str, int]]:
        """Who did how many tasks, by the title of what came of them."""
        titles, of = self._titles, task.c
        key = (of.done_by, of.task, of.outcome)
        rows = sa.select(*key, sa.func.count()).where(DONE_TASK, self._within(of.closed_at)).group_by(*key)
        found: dict[str, Counter[str]] = {}
        for who, its_task, outcome, number in self.window.connection.execute(rows):
            title = titles.outcome(self.window.name(its_task), self.window.name(outcome))
            found.setdefault(who or "", Counter())[title] += number
        return {who: dict(outcomes.most_common()) for who, outcomes in found.items()}
