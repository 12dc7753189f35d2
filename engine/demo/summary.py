"""What came of a demonstration: counts from the store, for a person to read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.projects.project_turn import Engine
from engine.storage.schema import message, optout, task, visit
from engine.storage.states import MessageStatus, TaskStatus
from engine.storage.symbols import state_name

_JOURNEY = "retention"
SILENCE = 89 * 24 * 3_600_000
"""How long at least, in milliseconds, the starter rules are silent after an opt-out: three months."""
_SILENCE = 90 * 86_400_000  # milliseconds; the starter rules say three months


@dataclass(frozen=True, slots=True)
class Summary:
    """Messages by journey and status, tasks by status; people by what became of them.

    `recalled`: customers who were in recall; `back`: those of them who came again and went on to special care.
    `after_optout`: messages that were sent to somebody who had opted out. `told_to`: the customer to look at first.
    """

    customers: int
    messages: Mapping[str, Mapping[str, int]]
    tasks: Mapping[str, int]
    recalled: int
    back: int
    warned: int
    opted_out: int
    after_optout: int
    told_to: str


def summarise(engine: Engine) -> Summary:
    """Count what is in the store of a project with the starter rules."""
    with engine.project.store.read() as connection:
        return _Counting(engine, connection).summary()


@dataclass(frozen=True, slots=True)
class _Counting:
    engine: Engine
    connection: sa.Connection

    def summary(self) -> Summary:
        recalled, cared = self._went_through("win_back"), self._went_through("care")
        people = self.engine.plan.tables.customer
        return Summary(
            customers=self._count(sa.select(people.c.customer)),
            messages=self._messages(),
            tasks=self._tasks(),
            recalled=self._count(recalled),
            back=self._count(recalled.intersect(cared)),
            warned=self._count(self._went_through("warning")),
            opted_out=self._count(sa.select(optout.c.customer).distinct()),
            after_optout=self._count(_sent_after_optout()),
            told_to=self._liveliest(recalled.intersect(cared)),
        )

    def _count(self, query: Any) -> int:
        return self.connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0

    def _messages(self) -> dict[str, dict[str, int]]:
        counts = sa.select(message.c.journey, message.c.status, sa.func.count())
        found: dict[str, dict[str, int]] = {}
        for journey, status, count in self._rows(counts.group_by(message.c.journey, message.c.status)):
            name = self.engine.plan.world.symbols.name(journey)
            found.setdefault(name, {})[MessageStatus(status).word] = count
        return dict(sorted(found.items()))

    def _tasks(self) -> dict[str, int]:
        counts = Counter[str]()
        for status, count in self._rows(sa.select(task.c.status, sa.func.count()).group_by(task.c.status)):
            counts[TaskStatus(status).word] += count
        return dict(counts)

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        return list(self.connection.execute(query.order_by(*query.selected_columns)).all())

    def _went_through(self, stage: str) -> sa.Select[Any]:
        world = self.engine.plan.world
        states = self.engine.release.model.journeys[_JOURNEY].states
        numbers = [
            world.number("state", state_name(_JOURNEY, item.name)) for item in states if item.stage == stage
        ]
        return sa.select(visit.c.customer).where(visit.c.state.in_(numbers)).distinct()

    def _liveliest(self, some: Any) -> str:
        """Of some customers the one to whom most happened, without the noise of an app."""
        people, chosen = self.engine.plan.tables.customer, some.subquery()
        moves = sa.select(people.c.id).join(visit, visit.c.customer == people.c.customer)
        plain = (people.c.name.is_not(None), people.c.push.is_(None))
        moves = moves.where(people.c.customer.in_(sa.select(chosen.c.customer)), *plain)
        most = moves.group_by(people.c.id).order_by(sa.func.count().desc(), people.c.id).limit(1)
        return self.connection.scalar(most) or "C0001"


def _sent_after_optout() -> sa.Select[Any]:
    """Every message to somebody in the silence that follows their opt-out, which was never lifted."""
    out = message.join(optout, optout.c.customer == message.c.customer)
    over = optout.c.at + _SILENCE
    late = sa.and_(message.c.sent_at.between(optout.c.at, over), optout.c.lifted_at.is_(None))
    return sa.select(message.c.customer).select_from(out).where(late)
