"""What the made-up town notices of the engine: the messages that have just gone, and the tasks that are open."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.demo.reactions import Sent
from engine.demo.staff import Opened
from engine.projects.project_turn import Engine
from engine.storage.customers import customer
from engine.storage.keys import Intent, intent_in
from engine.storage.schema import message, task
from engine.storage.states import TaskStatus

_KEY = ("customer", "journey", "record", "occurrence", "visit", "action")


@dataclass(slots=True)
class Sight:
    """Looks into the store of a project."""

    engine: Engine
    _records: dict[tuple[str, int], str] = field(default_factory=dict)

    def sent(self, now: int) -> Iterator[Sent]:
        """The messages that went at a moment."""
        gone = (message.c.sent_at == now, message.c.changed_at == now)
        columns = (message.c.message, message.c.channel, message.c.policy)
        for row in self._rows(message, columns, *gone):
            intent = _intent(row)
            name, channel, policy = (self._name(number) for number in tuple(row)[7:])
            journey, record = self._name(intent.journey), self._record(intent)
            yield Sent(row.id, name, channel, journey, policy, record, _place(journey, record, intent))

    def opened(self, now: int) -> Iterator[Opened]:
        """The tasks that were opened at a moment."""
        for row in self._rows(task, (task.c.task, task.c.role), task.c.created_at == now):
            intent = _intent(row)
            role = None if row.role is None else self._name(row.role)
            journey, record = self._name(intent.journey), self._record(intent)
            yield Opened(intent, row.id, self._name(row.task), role, record, _place(journey, record, intent))

    def open(self) -> set[Intent]:
        """The tasks that wait for somebody."""
        return {_intent(row) for row in self._rows(task, ())}

    def _rows(
        self, table: sa.Table, columns: tuple[sa.Column[Any], ...], *where: sa.ColumnElement[bool]
    ) -> list[sa.Row[Any]]:
        if table is task:
            where = (*where, task.c.status == TaskStatus.OPEN)
        key = [table.c[name] for name in _KEY]
        people = table.join(customer, customer.c.customer == table.c.customer)
        query = sa.select(*key, customer.c.id, *columns).select_from(people).where(*where).order_by(*key)
        with self.engine.project.store.read() as connection:
            rows: list[Any] = list(connection.execute(query).all())
        return rows

    def _name(self, number: int) -> str:
        return self.engine.plan.world.symbols.name(number)

    def _record(self, intent: Intent) -> str | None:
        """The id of the record that a journey ran for."""
        kind = self.engine.release.model.journeys[self._name(intent.journey)].record
        if kind is None:
            return None
        if (kind, intent.record) not in self._records:
            table = self.engine.plan.tables.records[kind]
            with self.engine.project.store.read() as connection:
                found = connection.scalar(sa.select(table.c.id).where(table.c.record == intent.record))
            self._records[kind, intent.record] = str(found)
        return self._records[kind, intent.record]


def _intent(row: sa.Row[Any]) -> Intent:
    return intent_in(row)


def _place(journey: str, record: str | None, intent: Intent) -> str:
    return ".".join(map(str, (journey, record, intent.occurrence, intent.visit, intent.action)))
