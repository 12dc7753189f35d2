"""The engine as the differential test drives it: an in-memory store told the same steps, run and read back.

Steps are written straight into the tables: imports are tested elsewhere.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dsl.conditions import Kind
from dsl.journey_model import Task
from dsl.model import Field, Model
from dsl.units import Duration
from engine import schema as s
from engine.arrivals import mark_changed, take
from engine.customers import customer_hash
from engine.declared import column_name
from engine.permitting import Permits
from engine.plan import Plan, make_plan
from engine.run import How, run
from engine.senders import make_permits
from engine.settling import settle
from engine.states import MessageStatus, TaskStatus
from engine.store import Store, open_store
from engine.symbols import load_symbols
from engine.zone import Zone
from tests.oracle import history as h
from tests.oracle.outcomes import Outcome, Row, in_order, plain, values_of

MOST_ROUNDS = 50
_EPOCH, _DAY_ZERO = datetime(1970, 1, 1, tzinfo=UTC), date(1970, 1, 1)
_STATUS = {s.ACTIVE: "active", s.ENDED: "ended", s.WATCHED: "watched"}
_KEY = ("customer", "journey", "record", "occurrence")


def ms(instant: datetime) -> int:
    """An instant as it is stored."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def instant_of(stored: int | None) -> Any:
    """The same back, in the form of outcomes."""
    return None if stored is None else plain(_EPOCH + timedelta(milliseconds=stored))


class EngineSide:
    """A store with one rule set applied, from its start."""

    def __init__(self, model: Model, zone: str, how: How | None = None) -> None:
        self.model, self.how = model, how or How()
        self.store: Store = open_store(":memory:")
        with self.store.write() as connection:
            self.plan: Plan = make_plan(connection, 1, model, Zone(zone), Duration(3, "day"))
            self.plan.tables.metadata.create_all(connection)
        self.permits: Permits = make_permits(self.plan, {"brand": "Homing"}, {})
        self.customers: dict[str, int] = {}
        self.records: dict[tuple[str, str], int] = {}

    def tell(self, step: h.Step, moment: h.Moment) -> None:
        """One step of a history."""
        now = ms(moment.at)
        with self.store.write() as connection:
            match step:
                case h.Known():
                    self._customer(connection, step)
                case h.Thing():
                    self._record(connection, step)
                case h.Happens():
                    at = now if step.at is None else ms(step.at)
                    self._event(connection, step.kind, step.customer, at, step.fields)
                    return
                case h.Labelled():
                    self._label(connection, step)
                case h.Agrees():
                    self._consent(connection, step, now)
                case h.OptsOut():
                    self._optout(connection, step, now)
                case h.Finishes():
                    self._finish(connection, step, now)
            mark_changed(connection, [self.customers[step.customer]])

    def settle(self, now: datetime) -> None:
        """What `homing run` does: run and send until nothing changes any more."""
        for _ in range(MOST_ROUNDS):
            report = run(self.store, self.plan, self.permits, ms(now), self.how)
            sent = self._send(ms(now))
            if report.idle and not sent:
                return

    def _send(self, now: int) -> int:
        """Everything that is ready goes; how many. To be replaced by the engine's delivery."""
        ready = s.message.c.status == MessageStatus.READY
        key = (*_KEY, "visit", "action")
        with self.store.write() as connection:
            rows = connection.execute(sa.select(*(s.message.c[name] for name in key)).where(ready)).all()
            for row in rows:
                same = [s.message.c[name] == value for name, value in zip(key, row, strict=True)]
                values = {"status": MessageStatus.SENT, "sent_at": now, "counted_at": now}
                values |= {"sent_seq": take(connection, 1)}
                connection.execute(s.message.update().where(*same).values(values))
            settle(connection, [tuple(row[:5]) for row in rows], now)
            mark_changed(connection, {row[0] for row in rows})
        return len(rows)

    def _customer(self, connection: sa.Connection, step: h.Known) -> None:
        table, fields = self.plan.tables.customer, _by_name(self.model.customer)
        values = {column_name(name): _stored(value, fields[name]) for name, value in step.attributes.items()}
        number = self.customers.get(step.customer)
        if number is None:
            number = self.customers[step.customer] = len(self.customers) + 1
            own = {"customer": number, "id": step.customer, "hash": customer_hash(step.customer)}
            connection.execute(table.insert().values(own | values))
        elif values:
            connection.execute(table.update().where(table.c.customer == number).values(values))

    def _record(self, connection: sa.Connection, step: h.Thing) -> None:
        table, fields = self.plan.tables.records[step.kind], _by_name(self.model.records[step.kind].fields)
        values = {column_name(name): _stored(value, fields[name]) for name, value in step.fields.items()}
        number = self.records.get((step.kind, step.id))
        if number is None:
            number = self.records[step.kind, step.id] = len(self.records) + 1
            own = {"record": number, "id": step.id, "customer": self.customers[step.customer]}
            connection.execute(table.insert().values(own | values))
        elif values:
            connection.execute(table.update().where(table.c.record == number).values(values))

    def _event(
        self, connection: sa.Connection, kind: str, customer: str, at: int, fields: Mapping[str, Any]
    ) -> None:
        types, seq = _by_name(self.model.events[kind].fields), take(connection, 1)
        own = {"customer": self.customers[customer], "at": at, "seq": seq, "digest": seq}
        values = {column_name(name): _stored(value, types[name]) for name, value in fields.items()}
        connection.execute(self.plan.tables.events[kind].insert().values(own | values))

    def _label(self, connection: sa.Connection, step: h.Labelled) -> None:
        row = {"customer": self.customers[step.customer], "tag": step.tag}
        connection.execute(s.tag.delete().filter_by(**row))
        if not step.remove:
            connection.execute(s.tag.insert().values(row))

    def _consent(self, connection: sa.Connection, step: h.Agrees, now: int) -> None:
        key = {
            "customer": self.customers[step.customer],
            "policy": self._number("policy", step.policy),
            "channel": self._number("channel", step.channel),
        }
        connection.execute(s.consent.delete().filter_by(**key))
        connection.execute(s.consent.insert().values(key | {"given_at": now}))

    def _optout(self, connection: sa.Connection, step: h.OptsOut, now: int) -> None:
        key = {
            "customer": self.customers[step.customer],
            "channel": self._number("channel", step.channel),
        }
        connection.execute(s.optout.delete().filter_by(**key))
        connection.execute(s.optout.insert().values(key | {"at": now}))
        self._event(connection, "optout", step.customer, now, {"channel": step.channel})
        if step.channel is not None:
            return
        taken = s.message.c.customer == key["customer"]
        taken &= s.message.c.status.in_([MessageStatus.WAITING, MessageStatus.HELD, MessageStatus.READY])
        visits = connection.execute(
            sa.select(*(s.message.c[name] for name in (*_KEY, "visit"))).where(taken)
        ).all()
        values = {"status": MessageStatus.CANCELLED, "until": None, "counted_at": None}
        connection.execute(s.message.update().where(taken).values(values))
        settle(connection, [tuple(row) for row in visits], now)

    def _finish(self, connection: sa.Connection, step: h.Finishes, now: int) -> None:
        task = s.task
        found = connection.execute(
            sa.select(task).where(
                task.c.customer == self.customers[step.customer],
                task.c.task == self._number("task", step.task),
                task.c.status == TaskStatus.OPEN,
            )
        ).all()
        names = load_symbols(connection)
        rows = sorted(found, key=lambda r: (names.name(r.journey), r.record, r.occurrence, r.visit, r.action))
        if not rows:
            return
        row, action = (
            rows[0],
            self._task_action(names.name(rows[0].journey), names.name(rows[0].state), rows[0].action),
        )
        outcome = action.outcomes[step.outcome % len(action.outcomes)]
        same = [task.c[name] == getattr(row, name) for name in (*_KEY, "visit", "action")]
        values = {"status": TaskStatus.DONE, "outcome": self._number("outcome", outcome), "closed_at": now}
        connection.execute(task.update().where(*same).values(values))
        kept = {
            ask.name: step.answers[ask.name]
            for ask in action.asks
            if ask.attribute and ask.name in step.answers
        }
        self._customer(connection, h.Known(step.customer, kept))
        self._event(connection, "task_done", step.customer, now, {"task": step.task, "outcome": outcome})

    def _task_action(self, journey: str, state: str, number: int) -> Task:
        actions = self.model.journeys[journey].state(state.partition("/")[2]).actions
        action = next(item for item in actions if item.number == number)
        assert isinstance(action, Task)
        return action

    def _number(self, kind: str, name: str | None) -> int:
        """The number of a name; 0 stands for every one."""
        return 0 if name is None else self.plan.world.number(kind, name)

    def outcome(self) -> Outcome:
        """What the store holds, in canonical form."""
        with self.store.read() as connection:
            return _Reading(self, connection).outcome()


class _Reading:
    """A store read back, with the numbers of customers, records and names turned into names."""

    def __init__(self, side: EngineSide, connection: sa.Connection) -> None:
        self.side, self.connection = side, connection
        self.names = load_symbols(connection)
        self.ids = {number: identity for identity, number in side.customers.items()}
        self.record_ids = {number: identity for (_, identity), number in side.records.items()}

    def outcome(self) -> Outcome:
        """Everything."""
        return Outcome(
            enrolments=in_order(self._enrolment(row) for row in self._rows(s.enrolment)),
            visits=in_order(self._visit(row) for row in self._rows(s.visit)),
            messages=in_order(self._message(row) for row in self._rows(s.message)),
            tasks=in_order(self._task(row) for row in self._rows(s.task)),
            attributes=in_order(self._attributes()),
            tags=in_order((self.ids[row.customer], row.tag) for row in self._rows(s.tag)),
            events=in_order(self._events()),
        )

    def _rows(self, table: sa.Table) -> Any:
        return self.connection.execute(sa.select(table)).all()

    def _key(self, row: Any) -> Row:
        record = self.record_ids[row.record] if row.record else None
        return self.ids[row.customer], self.names.name(row.journey), record, row.occurrence

    def _state(self, row: Any) -> str | None:
        return None if row.state is None else self.names.name(row.state).partition("/")[2]

    def _enrolment(self, row: Any) -> Row:
        under_way = row.status == s.ACTIVE
        return (
            *self._key(row), _STATUS[row.status], self._state(row) if under_way else None,
            instant_of(row.entered_at), instant_of(row.settled_at) if under_way else None,
            instant_of(row.goal_at), self.names.name_or(row.outcome), instant_of(row.ended_at),
        )  # fmt: skip

    def _visit(self, row: Any) -> Row:
        outcome = self.names.name_or(row.outcome)
        return *self._key(row), row.visit, instant_of(row.at), self._state(row), outcome

    def _message(self, row: Any) -> Row:
        status = MessageStatus(row.status)
        known = status.word in ("ready", "sent", "delivered", "failed")
        channel = self.names.name_or(row.channel)
        return (
            *self._key(row), row.visit, row.action, self.names.name(row.message), self.names.name(row.policy),
            status.word, instant_of(row.created_at),
            *((channel, row.subject, row.text) if known else (None, None, None)),
            instant_of(row.sent_at), instant_of(row.until) if status is MessageStatus.WAITING else None,
        )  # fmt: skip

    def _task(self, row: Any) -> Row:
        return (
            *self._key(row), row.visit, row.action, self.names.name(row.task), self.names.name_or(row.role),
            TaskStatus(row.status).word, instant_of(row.created_at), instant_of(row.due_at),
            instant_of(row.closed_at), self.names.name_or(row.outcome),
        )  # fmt: skip

    def _attributes(self) -> Any:
        for row in self._rows(self.side.plan.tables.customer):
            for name, value in _fields_of(row, self.side.model.customer).items():
                yield row.id, name, value

    def _events(self) -> Any:
        for kind, table in self.side.plan.tables.events.items():
            for row in self._rows(table):
                fields = _fields_of(row, self.side.model.events[kind].fields)
                yield self.ids[row.customer], kind, instant_of(row.at), values_of(fields)


def _by_name(fields: tuple[Field, ...]) -> dict[str, Kind]:
    return {field.name: field.type.kind for field in fields}


def _stored(value: Any, kind: Kind) -> Any:
    """A value of a history as the store keeps it."""
    if value is None:
        return None
    if kind == "date":
        return (value - _DAY_ZERO).days
    return ms(value) if kind == "time" else value


def _fields_of(row: Any, fields: tuple[Field, ...]) -> dict[str, Any]:
    """The values of a row that are there, as outcomes have them."""
    found = {}
    for field in fields:
        value = getattr(row, column_name(field.name))
        if value is not None:
            found[field.name] = _shown(value, field.type.kind)
    return found


def _shown(value: Any, kind: Kind) -> Any:
    if kind == "date":
        return plain(_DAY_ZERO + timedelta(days=value))
    return instant_of(value) if kind == "time" else plain(value)


def with_full_runs(side: EngineSide) -> None:
    """Everybody is looked at in every run from now on."""
    side.how = replace(side.how, full=True)
